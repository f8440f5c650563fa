import { scopes, type Role, type Scope } from '../../src/core/access/principal.ts'
import type { Endpoint } from '../../src/http/endpoint.ts'
import { isJsonObject, type JsonValue } from '../../src/lib/json.ts'
import { testDatabase } from './database.ts'
import { startHttpServer } from './http-server.ts'

export interface LawRoute {
  endpoint: Endpoint
  /** From the server's root, parameters in braces. */
  path: string
}

/** A workspace as the laws see it: its owner's key reaches everything in it. */
export interface LawWorkspace {
  ownerKey: string
  createKey(options: { role?: Role; scopes?: Scope[]; expiresAt?: Date; revoked?: boolean }): Promise<string>
}

/**
 * A running server with what the laws over all routes need. They read the endpoint records, so a new endpoint is under
 * them at once; it needs no more than a fixture for a path parameter that is new, and an example in its body's schema.
 */
export interface LawServer extends AsyncDisposable {
  url: string
  routes: LawRoute[]
  workspace: LawWorkspace
  otherWorkspace: LawWorkspace
  /** By the name of a path parameter: makes an object in the workspace of the key and answers what stands in the path. */
  fixtures: Record<string, (call: Caller) => Promise<string>>
}

/** Sends one JSON request with a workspace's owner key and answers the parsed reply; throws unless it is 2xx. */
export type Caller = (method: string, path: string, body?: JsonValue) => Promise<JsonValue>

export function caller(url: string, key: string): Caller {
  return async (method, path, body) => {
    const reply = await fetch(url + path, {
      method,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const text = await reply.text()
    if (!reply.ok) throw new Error(`${method} ${path} answered ${reply.status}: ${text}`)
    return text === '' ? null : (JSON.parse(text) as JsonValue)
  }
}

/** The `id` of what a create answered. */
export function idOf(reply: JsonValue): string {
  if (isJsonObject(reply) && typeof reply['id'] === 'string') return reply['id']
  throw new Error('The reply has no id.')
}

/** The path parameters of the access endpoints. */
export const accessFixtures: LawServer['fixtures'] = {
  key_id: async (call) => idOf(await call('POST', '/v1/keys', { name: 'fixture' })),
  user_id: async (call) => idOf(await call('POST', '/v1/members', { name: 'fixture' })),
}

/** The access endpoints alone. */
export async function startLawServer(): Promise<LawServer> {
  const database = await testDatabase()
  const server = await startHttpServer(database)
  const { access, place } = server
  const all = new Set(scopes)
  const workspaceOf = (workspaceId: string): LawWorkspace['createKey'] => {
    const owner = { ...place, workspaceId, role: 'owner' as const, scopes: all }
    return async ({ revoked = false, expiresAt, ...options }) => {
      const { key, secret } = await access.keys.create(owner, {
        name: 'law',
        ...options,
        ...(expiresAt && { expiresAt }),
      })
      if (revoked) await access.keys.revoke(owner, key.id)
      return secret ?? ''
    }
  }
  const { organizationId, userId: ownerId } = place
  const other = await access.members.createWorkspace({ organizationId, ownerId, name: 'Other' })
  const createOther = workspaceOf(other.id)
  return {
    url: server.url,
    routes: server.routes,
    workspace: { ownerKey: server.ownerKey, createKey: workspaceOf(place.workspaceId) },
    otherWorkspace: { ownerKey: await createOther({}), createKey: createOther },
    fixtures: accessFixtures,
    async [Symbol.asyncDispose]() {
      await server.close()
      await database[Symbol.asyncDispose]()
    },
  }
}
