import type { JsonObject } from '../../src/lib/json.ts'
import type { Scope } from '../../src/core/access/principal.ts'
import type { ParsedJson } from './parsed-json.ts'
import type { TestServer } from './server.ts'

/** A reply of the Make API: `body` is the parsed JSON, or the text where it is none. */
export interface MakeReply {
  status: number
  headers: Headers
  body: ParsedJson
}

/** A key of Make's form and the team it reaches. */
export interface MakeTeam {
  /** A UUIDv4. */
  key: string
  teamId: number
  organizationId: number
  /** A request below `/api/v2`, the key sent as the vendor's clients send it. */
  call(method: string, path: string, body?: JsonObject | FormData): Promise<MakeReply>
  /** Another key of the same team. */
  withScopes(scopes: Scope[]): Promise<MakeTeam>
}

/** The team of the server's owner, or `other`: another workspace of the same organization. */
export async function makeTeam(server: TestServer, which: 'own' | 'other' = 'own'): Promise<MakeTeam> {
  const { keys, members } = server.server.services.access
  const owner = await server.server.services.access.authenticate(server.ownerKey)
  const { organizationId, userId: ownerId } = owner
  const workspaceId =
    which === 'own'
      ? owner.workspaceId
      : (await members.createWorkspace({ organizationId, ownerId, name: 'Other' })).id
  return await teamWith(undefined)

  async function teamWith(scopes: Scope[] | undefined): Promise<MakeTeam> {
    const asked = { name: 'Make', dialect: 'make', ...(scopes && { scopes }) }
    const { secret } = await keys.create({ ...owner, workspaceId }, asked)
    const key = secret ?? ''
    const call: MakeTeam['call'] = async (method, path, body) => {
      const isForm = body instanceof FormData
      const reply = await fetch(`${server.url}/api/v2${path}`, {
        method,
        headers: {
          authorization: `Token ${key}`,
          ...(body !== undefined && !isForm && { 'content-type': 'application/json' }),
        },
        ...(body !== undefined && { body: isForm ? body : JSON.stringify(body) }),
      })
      const text = await reply.text()
      const isJson = reply.headers.get('content-type')?.startsWith('application/json') === true
      return { status: reply.status, headers: reply.headers, body: isJson ? JSON.parse(text) : text }
    }
    const { authUser } = (await call('GET', '/users/me')).body
    return {
      key,
      teamId: authUser.userTeamRoles[0].teamId,
      organizationId: authUser.userOrganizationRoles[0].organizationId,
      call,
      withScopes: teamWith,
    }
  }
}

/** A shared tool that this server calls at a path of a site: in Make's words a scenario. Its number. */
export async function makeScenario(
  team: MakeTeam,
  server: TestServer,
  definition: JsonObject & { name: string },
): Promise<number> {
  const made = await server.call(
    'POST',
    '/native/v1/tools',
    { type: 'http', ...definition },
    { key: team.key },
  )
  if (made.status !== 201) throw new Error(JSON.stringify(made.body))
  const { scenarios } = (await team.call('GET', `/scenarios?teamId=${team.teamId}`)).body
  return scenarios.find((one: { name: string }) => one.name === definition.name).id
}
