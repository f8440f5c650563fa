import { z } from 'zod'
import { endpoint, type Endpoint } from '../../../http/endpoint.ts'
import { readAll } from '../../read-all.ts'
import { createAgentOperations } from '../agents/agent-operations.ts'
import { findAgent } from '../agents/find-agent.ts'
import type { XpanderServices } from '../index.ts'
import { shownState } from '../agents/read-state.ts'
import {
  agentArrayReply,
  agentPageReply,
  agentReply,
  agentSchema,
  minimalPageReply,
} from '../agents/wire-agent-reply.ts'
import {
  agentListQuery,
  agentParams,
  agentPatchSchema,
  agentQuery,
  deployQuery,
  fullListQuery,
  newAgentSchema,
} from '../agents/wire-agents.ts'
import { printPage, readPage } from '../wire-common.ts'

const tag = 'Agents'

export function agentEndpoints(services: XpanderServices): Endpoint[] {
  const { agents, publishMode } = services
  const operations = createAgentOperations(services)
  const path = '/v1/agents/{agent_id}'

  return [
    endpoint({
      id: 'xpander.agents.list',
      method: 'GET',
      path: '/v1/agents',
      summary: 'List agents in short',
      description: 'Newest first, without the personal agents of others.',
      tag,
      scope: 'agents:read',
      query: agentListQuery,
      reply: { status: 200, body: minimalPageReply },
      errors: [],
      async handle({ principal, query }) {
        const found = await agents.list(principal, { ...readPage(query), after: null })
        const states = found.map((agent) => shownState(agent, publishMode))
        const items = await operations.printMinimally(principal, states)
        return printPage(items, await agents.count(principal, {}), query)
      },
    }),
    endpoint({
      id: 'xpander.agents.create',
      method: 'POST',
      path: '/v1/agents',
      summary: 'Create an agent',
      description:
        'Only the name is required; null is the default. What is documented and not available is refused when it is turned on.',
      tag,
      scope: 'agents:write',
      body: newAgentSchema,
      reply: { status: 201, body: agentSchema },
      errors: ['agent_name_taken', 'feature_unavailable', 'unknown_model'],
      async handle({ principal, body, resourceId, baseUrl }) {
        return operations.print(principal, await operations.create(principal, body, resourceId), baseUrl)
      },
    }),
    endpoint({
      id: 'xpander.agents.full',
      method: 'GET',
      path: '/v1/agents/full',
      summary: 'List agents with everything that is known of them',
      tag,
      scope: 'agents:read',
      query: fullListQuery,
      reply: { status: 200, body: agentPageReply },
      errors: [],
      async handle({ principal, query, baseUrl }) {
        const found = await agents.list(principal, { ...readPage(query), after: null })
        const states = found.map((agent) => shownState(agent, publishMode))
        const total = await agents.count(principal, {})
        if (query.view === 'simple')
          return printPage(await operations.printSimply(principal, states), total, query)
        return printPage(await operations.printAll(principal, states, baseUrl), total, query)
      },
    }),
    endpoint({
      id: 'xpander.agents.array',
      method: 'GET',
      path: '/v1/agents/list',
      summary: 'List all agents as a bare array, as the command line reads them',
      tag,
      scope: 'agents:read',
      reply: { status: 200, body: agentArrayReply },
      errors: [],
      async handle({ principal, baseUrl }) {
        const found = await readAll((page) => agents.list(principal, page))
        const states = found.map((agent) => shownState(agent, publishMode))
        return operations.printAll(principal, states, baseUrl)
      },
    }),
    endpoint({
      id: 'xpander.agents.defaults',
      method: 'GET',
      path: '/v1/agents/defaults',
      summary: 'Tell what an agent has that is created with a name alone',
      description: 'Not of the vendor, whose pages disagree about it.',
      tag,
      scope: 'agents:read',
      reply: { status: 200, body: z.record(z.string(), z.json()) },
      errors: [],
      async handle({ principal }) {
        return operations.defaults(principal)
      },
    }),
    endpoint({
      id: 'xpander.agents.get',
      method: 'GET',
      path,
      summary: 'Get an agent',
      tag,
      scope: 'agents:read',
      params: agentParams,
      query: agentQuery,
      reply: { status: 200, body: agentReply },
      errors: ['agent_not_found', 'version_not_found'],
      async handle({ principal, params, query, headers, baseUrl }) {
        const agent = await findAgent(agents, principal, params.agent_id)
        const state = await operations.state(principal, agent, query.version ?? headers('x-agent-version'))
        return operations.printState(principal, state, baseUrl, query.view)
      },
    }),
    endpoint({
      id: 'xpander.agents.update',
      method: 'PATCH',
      path,
      summary: 'Change an agent',
      description:
        'Fields are replaced, `agno_settings` and `task_level_strategies` merged one level deep; null is the default.',
      tag,
      scope: 'agents:write',
      params: agentParams,
      query: deployQuery,
      body: agentPatchSchema,
      reply: { status: 200, body: agentSchema },
      errors: [
        'agent_not_found',
        'agent_name_taken',
        'feature_unavailable',
        'forbidden_role',
        'unknown_model',
      ],
      async handle({ principal, params, query, body, baseUrl }) {
        const agent = await findAgent(agents, principal, params.agent_id)
        const changed = await operations.update(principal, agent, { body, deploy: query.deploy ?? false })
        return operations.print(principal, changed, baseUrl)
      },
    }),
    endpoint({
      id: 'xpander.agents.deploy',
      method: 'PUT',
      path,
      summary: 'Deploy an agent',
      description: 'What is not deployed yet becomes its next version; without such it stays as it is.',
      tag,
      scope: 'agents:write',
      params: agentParams,
      body: z.json().meta({ examples: [{}] }),
      bodyOptional: true,
      reply: { status: 200, body: agentSchema },
      errors: ['agent_not_found', 'agent_name_taken', 'forbidden_role'],
      async handle({ principal, params, baseUrl }) {
        const agent = await findAgent(agents, principal, params.agent_id)
        const { deployed, at } = await operations.deploy(principal, agent)
        return operations.print(principal, deployed, baseUrl, at)
      },
    }),
    endpoint({
      id: 'xpander.agents.delete',
      method: 'DELETE',
      path,
      summary: 'Delete an agent',
      description: 'Its tasks that have not ended are stopped; what they did stays readable.',
      tag,
      scope: 'agents:write',
      params: agentParams,
      reply: { status: 202, body: z.null() },
      errors: ['agent_not_found', 'forbidden_role'],
      async handle({ principal, params }) {
        await operations.remove(principal, await findAgent(agents, principal, params.agent_id))
        return null
      },
    }),
  ]
}
