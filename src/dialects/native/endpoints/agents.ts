import { z } from 'zod'
import type { AgentService } from '../../../core/agents/agent-service.ts'
import { endpoint, type Endpoint } from '../../../http/endpoint.ts'
import { agentVersionEndpoints } from './agent-versions.ts'
import {
  printAgent,
  printAgentSummary,
  readAgentId,
  readAgentPatch,
  readNewAgent,
  readUnchanged,
} from '../translate-agents.ts'
import {
  agentParams,
  agentPatchSchema,
  agentSchema,
  agentSummarySchema,
  newAgentSchema,
  unchangedQuery,
} from '../wire-agents.ts'
import { listQuery, listReply, printPage, readPage } from '../wire-common.ts'

const tag = 'Agents'
const flagSchema = z.enum(['true', 'false'])

const viewSchema = z.enum(['full', 'summary'])

const draftQuery = z.strictObject({
  draft: flagSchema.optional().describe('`true`: keep the change as a draft, publish nothing.'),
})

export function agentEndpoints({ agents }: { agents: AgentService }): Endpoint[] {
  return [
    endpoint({
      id: 'agents.create',
      method: 'POST',
      path: '/agents',
      summary: 'Make an agent',
      description: 'It is published as version 1, unless it is to be a draft.',
      tag,
      scope: 'agents:write',
      query: draftQuery,
      body: newAgentSchema,
      reply: { status: 201, body: agentSchema },
      errors: [
        'slug_taken',
        'unknown_model',
        'connection_not_found',
        'feature_unavailable',
        'forbidden_role',
      ],
      async handle({ principal, body, query, resourceId }) {
        const draft = query.draft === 'true'
        return printAgent(await agents.create(principal, readNewAgent(body, resourceId, draft)))
      },
    }),
    endpoint({
      id: 'agents.list',
      method: 'GET',
      path: '/agents',
      summary: 'List agents',
      description: 'Newest first, without the private agents of others.',
      tag,
      scope: 'agents:read',
      query: listQuery({
        slug: z.string().optional(),
        name: z.string().optional().describe('The exact name.'),
        search: z.string().max(255).optional().describe('Part of the name, in upper or lower case.'),
        enabled: flagSchema.optional(),
        view: viewSchema
          .default('full')
          .describe('`summary`: an AgentSummary of each agent, which leaves out what makes an agent long.'),
      }),
      reply: { status: 200, body: listReply(z.union([agentSchema, agentSummarySchema])) },
      errors: [],
      async handle({ principal, query }) {
        const { slug, name, search, enabled } = query
        const filter = {
          ...readPage(query, 'agent'),
          ...(slug !== undefined && { slug }),
          ...(name !== undefined && { name }),
          ...(search !== undefined && { search }),
          ...(enabled !== undefined && { enabled: enabled === 'true' }),
        }
        const found = await agents.list(principal, filter)
        return query.view === 'summary'
          ? printPage(found, query, printAgentSummary)
          : printPage(found, query, printAgent)
      },
    }),
    endpoint({
      id: 'agents.get',
      method: 'GET',
      path: '/agents/{agent_id}',
      summary: 'Read an agent',
      description: 'Its published version, or its draft while there is nothing else.',
      tag,
      scope: 'agents:read',
      params: agentParams,
      reply: { status: 200, body: agentSchema },
      errors: ['agent_not_found'],
      async handle({ principal, params }) {
        return printAgent(await agents.get(principal, readAgentId(params.agent_id)))
      },
    }),
    endpoint({
      id: 'agents.update',
      method: 'PATCH',
      path: '/agents/{agent_id}',
      summary: 'Change an agent',
      description:
        'A JSON merge patch. What it changes in the definition is published as the next version, or goes into the draft with `draft=true`; a patch that changes nothing makes no version.',
      tag,
      scope: 'agents:write',
      params: agentParams,
      query: draftQuery.extend(unchangedQuery.shape),
      body: agentPatchSchema,
      reply: { status: 200, body: agentSchema },
      errors: [
        'agent_not_found',
        'agent_changed',
        'slug_taken',
        'unknown_model',
        'connection_not_found',
        'member_not_found',
        'feature_unavailable',
        'forbidden_role',
      ],
      async handle({ principal, params, query, body }) {
        const change = { ...readAgentPatch(body, query.draft === 'true'), ...readUnchanged(query) }
        return printAgent(await agents.patch(principal, readAgentId(params.agent_id), change))
      },
    }),
    endpoint({
      id: 'agents.delete',
      method: 'DELETE',
      path: '/agents/{agent_id}',
      summary: 'Delete an agent',
      description: 'Its runs and versions stay readable; nothing new can be started.',
      tag,
      scope: 'agents:write',
      params: agentParams,
      reply: { status: 204, body: null },
      errors: ['agent_not_found', 'forbidden_role'],
      async handle({ principal, params }) {
        await agents.remove(principal, readAgentId(params.agent_id))
      },
    }),
    ...agentVersionEndpoints({ agents }),
  ]
}
