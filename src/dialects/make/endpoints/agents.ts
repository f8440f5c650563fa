import type { Principal } from '../../../core/access/principal.ts'
import type { Agent } from '../../../core/agents/agent.ts'
import { invalidField } from '../../../errors.ts'
import { endpoint, replyWith, type Endpoint } from '../../../http/endpoint.ts'
import { createAgentLookups } from '../agent-lookups.ts'
import { connectionTypeOf } from '../connection-types.ts'
import type { MakeServices } from '../index.ts'
import { printAgent, printListedAgent } from '../print-agents.ts'
import { readAll } from '../../read-all.ts'
import { findScenarios, orNull } from '../scenario-lookup.ts'
import { requireTeam, teamQuery } from '../team.ts'
import { readAgentPatch, readNewAgent } from '../translate-agents.ts'
import {
  agentListQuery,
  agentParams,
  agentPatchSchema,
  agentSchema,
  createdAgentSchema,
  listedAgentsSchema,
  newAgentSchema,
} from '../wire-agents.ts'
import { page, readUuid } from '../wire-common.ts'

const tag = 'Agents'
const mostPast = 20

const agentErrors = ['workspace_forbidden', 'agent_not_found'] as const
const settingErrors = ['unknown_model', 'feature_unavailable', 'forbidden_role'] as const

export function agentEndpoints(services: MakeServices): Endpoint[] {
  const { agents, tools } = services
  const { directory } = services.access
  const lookups = createAgentLookups(services)

  async function printed(principal: Principal, agent: Agent) {
    const [connection, past, contexts] = await Promise.all([
      lookups.connectionOf(principal, agent.definition.model),
      agent.version === null
        ? []
        : agents.listVersions(principal, agent.id, { limit: mostPast, after: agent.version }),
      lookups.contextsOf(principal, agent.id),
    ])
    const definitions = [agent.definition, ...past.map(({ definition }) => definition)]
    const printing = await lookups.printing(principal, definitions)
    const slug = connection === null ? '' : connectionTypeOf(connection).slug
    const account = connection === null ? null : { number: connection.number, slug }
    return printAgent(agent, { contexts, connection: account, past }, printing)
  }

  return [
    endpoint({
      id: 'agents.list',
      method: 'GET',
      path: '/ai-agents/v1/agents',
      summary: 'List agents',
      description: 'A bare array, by name; `X-Total-Count` tells how many there are.',
      tag,
      scope: 'agents:read',
      query: agentListQuery,
      reply: { status: 200, body: listedAgentsSchema },
      errors: ['workspace_forbidden'],
      async handle({ principal, query }) {
        await requireTeam(directory, principal, query.teamId)
        const all = await readAll((part) => agents.list(principal, part))
        const shown = page(all, query, sortKeys[query['pg[sortBy]'] ?? 'name'])
        const printing = await lookups.printing(
          principal,
          shown.map(({ definition }) => definition),
        )
        const body = await Promise.all(
          shown.map(async (agent) =>
            printListedAgent(agent, await lookups.contextsOf(principal, agent.id), printing),
          ),
        )
        return replyWith({ body, headers: { 'x-total-count': String(all.length) } })
      },
    }),
    endpoint({
      id: 'agents.create',
      method: 'POST',
      path: '/ai-agents/v1/agents',
      summary: 'Make an agent',
      tag,
      scope: 'agents:write',
      query: teamQuery,
      body: newAgentSchema,
      reply: { status: 201, body: createdAgentSchema },
      errors: ['workspace_forbidden', ...settingErrors],
      async handle({ principal, query, body, resourceId }) {
        await requireTeam(directory, principal, query.teamId)
        refuseOtherTeam(query.teamId, body.teamId)
        refuseContexts(body.contexts)
        const connection = await lookups.connectionNumbered(principal, body.makeConnectionId)
        lookups.refuseForeignModel(connection, body.defaultModel)
        const scenarios = await findScenarios(tools, principal, body.scenarios ?? [])
        const request = readNewAgent(body, { connection, tools: scenarios }, resourceId)
        const agent = await agents.create(principal, request)
        return { agentId: agent.id, ...(await printed(principal, agent)) }
      },
    }),
    endpoint({
      id: 'agents.get',
      method: 'GET',
      path: '/ai-agents/v1/agents/{agentId}',
      summary: 'Read an agent',
      tag,
      scope: 'agents:read',
      params: agentParams,
      query: teamQuery,
      reply: { status: 200, body: agentSchema },
      errors: [...agentErrors],
      async handle({ principal, query, params }) {
        await requireTeam(directory, principal, query.teamId)
        const agent = await agents.get(principal, readUuid(params.agentId, 'agent_not_found'))
        return await printed(principal, agent)
      },
    }),
    endpoint({
      id: 'agents.update',
      method: 'PATCH',
      path: '/ai-agents/v1/agents/{agentId}',
      summary: 'Change an agent',
      description:
        'Lists are replaced, objects merged one level deep. `Prefer: return=representation` is answered with the agent.',
      tag,
      scope: 'agents:write',
      params: agentParams,
      query: teamQuery,
      body: agentPatchSchema,
      reply: { status: 204, body: null },
      otherReplies: [{ status: 200, description: 'The agent, where it was asked for.', body: agentSchema }],
      errors: [...agentErrors, ...settingErrors],
      async handle({ principal, query, params, body, headers }) {
        await requireTeam(directory, principal, query.teamId)
        refuseOtherTeam(query.teamId, body.teamId)
        const agentId = readUuid(params.agentId, 'agent_not_found')
        const { definition } = await agents.get(principal, agentId)
        const connection =
          body.defaultModel === undefined ? null : await lookups.connectionOf(principal, definition.model)
        lookups.refuseForeignModel(connection, body.defaultModel)
        const scenarios = await findScenarios(tools, principal, body.scenarios ?? [])
        const change = readAgentPatch(body, { connection, tools: scenarios })
        const agent = await orNull(agents.patch(principal, agentId, change), 'connection_not_found')
        if (agent === null) throw invalidField('makeConnectionId', 'the connection of this agent was deleted')
        if (!wantsRepresentation(headers('prefer'))) return undefined
        const headersOut = { 'preference-applied': 'return=representation' }
        return replyWith({ status: 200, body: await printed(principal, agent), headers: headersOut })
      },
    }),
    endpoint({
      id: 'agents.delete',
      method: 'DELETE',
      path: '/ai-agents/v1/agents/{agentId}',
      summary: 'Delete an agent',
      description: 'Its contexts go too; its runs stay readable through the native API.',
      tag,
      scope: 'agents:write',
      params: agentParams,
      query: teamQuery,
      reply: { status: 204, body: null },
      errors: [...agentErrors, 'forbidden_role'],
      async handle({ principal, query, params }) {
        await requireTeam(directory, principal, query.teamId)
        await agents.remove(principal, readUuid(params.agentId, 'agent_not_found'))
      },
    }),
  ]
}

const sortKeys: Record<'name' | 'createdAt' | 'id', (agent: Agent) => string | number> = {
  name: ({ definition }) => definition.name,
  createdAt: ({ createdAt }) => createdAt.getTime(),
  id: ({ id }) => id,
}

/** The team stands in the query and in the body; both are checked because clients send both. */
function refuseOtherTeam(query: number, body: number | undefined): void {
  if (body !== undefined && body !== query) throw invalidField('teamId', 'must equal the teamId of the query')
}

function refuseContexts(contexts: readonly { id?: string | undefined }[] = []): void {
  const index = contexts.findIndex(({ id }) => id !== undefined)
  if (index < 0) return
  throw invalidField(`contexts[${index}].id`, 'no context of this agent has this id; a new agent has none')
}

function wantsRepresentation(prefer: string | undefined): boolean {
  return /(?:^|[,;\s])return=representation(?:$|[,;\s])/i.test(prefer ?? '')
}
