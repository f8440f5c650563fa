import { z } from 'zod'
import type { Directory } from '../../../core/access/directory.ts'
import type { ConnectionService } from '../../../core/connections/connection-service.ts'
import { splitModelName } from '../../../core/models/model-names.ts'
import type { ModelService } from '../../../core/models/model-service.ts'
import { endpoint, type Endpoint } from '../../../http/endpoint.ts'
import { readAll } from '../../read-all.ts'
import { requireOrganization, requireTeam, teamShape } from '../team.ts'
import {
  printLlmConfiguration,
  printOrganization,
  printScopes,
  printTeam,
  printUser,
} from '../translate-account.ts'
import { llmConfigurationSchema, organizationSchema, teamSchema, userSchema } from '../wire-account.ts'
import { pageShape } from '../wire-common.ts'
import { anyQuery, pageReplySchema, printList } from '../wire-lists.ts'

const tag = 'Account'
const teamParams = z.object(teamShape)
const organizationParams = z.object({ organizationId: teamShape.teamId })
const sortable = pageShape(['id', 'name'])

interface AccountServices {
  access: { directory: Directory }
  connections: ConnectionService
  models: ModelService
}

const byNumberOrName = {
  id: (one: { number: number; name: string }) => one.number,
  name: (one: { number: number; name: string }) => one.name,
}

/** Who a key belongs to and where it works. A key reaches one organization and one team of it. */
export function accountEndpoints({ access, connections, models }: AccountServices): Endpoint[] {
  const { directory } = access
  return [
    endpoint({
      id: 'ping',
      method: 'GET',
      path: '/ping',
      summary: 'Ask whether the server answers',
      tag,
      scope: null,
      query: anyQuery,
      reply: { status: 200, body: z.string(), contentType: 'text/plain; charset=utf-8' },
      errors: [],
      async handle() {
        return 'pong'
      },
    }),
    endpoint({
      id: 'users.me',
      method: 'GET',
      path: '/users/me',
      summary: 'Who this key belongs to',
      tag,
      scope: 'any',
      query: anyQuery,
      reply: { status: 200, body: z.strictObject({ authUser: userSchema }) },
      errors: [],
      async handle({ principal }) {
        return { authUser: printUser(await directory.describe(principal)) }
      },
    }),
    endpoint({
      id: 'users.authorization',
      method: 'GET',
      path: '/users/me/current-authorization',
      summary: 'What this key may do',
      tag,
      scope: 'any',
      query: anyQuery,
      reply: {
        status: 200,
        body: z.strictObject({
          authorization: z.strictObject({ authUsed: z.literal('token'), scope: z.array(z.string()) }),
        }),
      },
      errors: [],
      async handle({ principal }) {
        return { authorization: { authUsed: 'token' as const, scope: printScopes(principal) } }
      },
    }),
    endpoint({
      id: 'organizations.list',
      method: 'GET',
      path: '/organizations',
      summary: 'List organizations',
      description: 'The one that the key belongs to.',
      tag,
      scope: 'any',
      query: z.object(sortable),
      reply: {
        status: 200,
        body: z.strictObject({ organizations: z.array(organizationSchema), pg: pageReplySchema }),
      },
      errors: [],
      async handle({ principal, query, baseUrl }) {
        const place = await directory.describe(principal)
        const { items, pg } = printList([place.organization], query, byNumberOrName)
        return { organizations: items.map(() => printOrganization(place, baseUrl)), pg }
      },
    }),
    endpoint({
      id: 'organizations.get',
      method: 'GET',
      path: '/organizations/{organizationId}',
      summary: 'Read an organization',
      tag,
      scope: 'any',
      params: organizationParams,
      query: anyQuery,
      reply: { status: 200, body: z.strictObject({ organization: organizationSchema }) },
      errors: ['workspace_forbidden'],
      async handle({ principal, params, baseUrl }) {
        await requireOrganization(directory, principal, params.organizationId)
        return { organization: printOrganization(await directory.describe(principal), baseUrl) }
      },
    }),
    endpoint({
      id: 'teams.list',
      method: 'GET',
      path: '/teams',
      summary: 'List the teams of an organization',
      description: 'The one that the key belongs to.',
      tag,
      scope: 'any',
      query: z.object({ organizationId: teamShape.teamId, ...sortable }),
      reply: { status: 200, body: z.strictObject({ teams: z.array(teamSchema), pg: pageReplySchema }) },
      errors: ['workspace_forbidden'],
      async handle({ principal, query }) {
        await requireOrganization(directory, principal, query.organizationId)
        const place = await directory.describe(principal)
        const { items, pg } = printList([place.workspace], query, byNumberOrName)
        return { teams: items.map(() => printTeam(place)), pg }
      },
    }),
    endpoint({
      id: 'teams.get',
      method: 'GET',
      path: '/teams/{teamId}',
      summary: 'Read a team',
      tag,
      scope: 'any',
      params: teamParams,
      query: anyQuery,
      reply: { status: 200, body: z.strictObject({ team: teamSchema }) },
      errors: ['workspace_forbidden'],
      async handle({ principal, params }) {
        await requireTeam(directory, principal, params.teamId)
        return { team: printTeam(await directory.describe(principal)) }
      },
    }),
    endpoint({
      id: 'teams.llm_configuration',
      method: 'GET',
      path: '/teams/{teamId}/llm-configuration',
      summary: 'Read which model a team uses by default',
      tag,
      scope: 'connections:read',
      params: teamParams,
      query: anyQuery,
      reply: { status: 200, body: llmConfigurationSchema },
      errors: ['workspace_forbidden'],
      async handle({ principal, params }) {
        await requireTeam(directory, principal, params.teamId)
        const named = splitModelName(models.defaultModel().name)
        const all = await readAll((part) => connections.list(principal, part))
        const connection = all.find((one) => one.source !== 'stored' && one.provider === named?.provider)
        return printLlmConfiguration(connection ?? null, named?.model ?? '')
      },
    }),
  ]
}
