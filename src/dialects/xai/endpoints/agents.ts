import type { AgentService } from '../../../core/agents/agent-service.ts'
import type { Agent } from '../../../core/agents/agent.ts'
import type { Principal } from '../../../core/access/principal.ts'
import type { ToolService } from '../../../core/tools/tool-service.ts'
import { endpoint, type Endpoint } from '../../../http/endpoint.ts'
import { loadSharedTools, SharedToolMissing } from '../../shared-tools.ts'
import { withWireFields } from '../../wire-fields.ts'
import {
  agentField,
  changeOf,
  printAgent,
  readAgentId,
  readAgentPatch,
  readNewAgent,
  type AgentPatch,
} from '../translate-agents.ts'
import { agentParams, agentPatchSchema, agentReply, agentsReply, newAgentSchema } from '../wire-agents.ts'
import { listQuery, maxBodyBytes, readLimit } from '../wire-common.ts'

const tag = 'Agents'

interface AgentServices {
  agents: AgentService
  tools: Pick<ToolService, 'definitionOf'>
}

export function agentEndpoints({ agents, tools }: AgentServices): Endpoint[] {
  async function print(agent: Agent) {
    return { agent: printAgent(agent, await loadSharedTools(tools, [agent])) }
  }

  /** Which tools are shared is read first; when somebody adds one in between, it is read again. */
  async function patch(principal: Principal, agentId: string, request: AgentPatch): Promise<Agent> {
    for (;;) {
      const shared = await loadSharedTools(tools, [await agents.get(principal, agentId)])
      try {
        return await agents.patch(principal, agentId, changeOf(request, shared))
      } catch (error) {
        if (!(error instanceof SharedToolMissing)) throw error
      }
    }
  }

  return [
    endpoint({
      id: 'xai.agents.create',
      method: 'POST',
      path: '/v1/agents',
      summary: 'Create an agent',
      tag,
      scope: 'agents:write',
      body: newAgentSchema,
      maxBodyBytes,
      reply: { status: 200, body: agentReply },
      errors: ['forbidden_role'],
      async handle({ principal, body, resourceId }) {
        const create = () => agents.create(principal, readNewAgent(body, resourceId))
        return print(await withWireFields((field) => agentField(field, body), create))
      },
    }),
    endpoint({
      id: 'xai.agents.list',
      method: 'GET',
      path: '/v1/agents',
      summary: 'List agents',
      description: 'Newest first, without the private agents of others.',
      tag,
      scope: 'agents:read',
      query: listQuery,
      reply: { status: 200, body: agentsReply },
      errors: [],
      async handle({ principal, query }) {
        const found = await agents.list(principal, { limit: readLimit(query), after: null })
        const shared = await loadSharedTools(tools, found)
        return { agents: found.map((agent) => printAgent(agent, shared)) }
      },
    }),
    endpoint({
      id: 'xai.agents.get',
      method: 'GET',
      path: '/v1/agents/{agent_id}',
      summary: 'Get an agent',
      tag,
      scope: 'agents:read',
      params: agentParams,
      reply: { status: 200, body: agentReply },
      errors: ['agent_not_found'],
      async handle({ principal, params }) {
        return print(await agents.get(principal, readAgentId(params.agent_id)))
      },
    }),
    endpoint({
      id: 'xai.agents.update',
      method: 'PATCH',
      path: '/v1/agents/{agent_id}',
      summary: 'Update an agent',
      description:
        'Writes the fields of the mask, whole: one that is not in `agent` is cleared, the name apart. The phone number changes with them, or nothing does.',
      tag,
      scope: 'agents:write',
      params: agentParams,
      body: agentPatchSchema,
      maxBodyBytes,
      reply: { status: 200, body: agentReply },
      errors: ['agent_not_found', 'phone_number_not_found', 'phone_number_taken', 'forbidden_role'],
      async handle({ principal, params, body }) {
        const request = readAgentPatch(body)
        const rename = (field: string) => `agent.${agentField(field, request.fields)}`
        const agentId = readAgentId(params.agent_id)
        return print(await withWireFields(rename, () => patch(principal, agentId, request)))
      },
    }),
    endpoint({
      id: 'xai.agents.delete',
      method: 'DELETE',
      path: '/v1/agents/{agent_id}',
      summary: 'Delete an agent',
      description: 'Its phone number is free afterwards.',
      tag,
      scope: 'agents:write',
      params: agentParams,
      reply: { status: 204, body: null },
      errors: ['agent_not_found', 'forbidden_role'],
      async handle({ principal, params }) {
        await agents.remove(principal, readAgentId(params.agent_id))
      },
    }),
  ]
}
