import type { AgentService } from '../../../core/agents/agent-service.ts'
import type { ToolService } from '../../../core/tools/tool-service.ts'
import { endpoint, type Endpoint } from '../../../http/endpoint.ts'
import { createCustomFunctions } from '../custom-functions.ts'
import { readAgentId } from '../translate-agents.ts'
import { printFunction } from '../translate-custom-functions.ts'
import {
  functionParams,
  functionPatchSchema,
  functionQuery,
  functionRemovedReply,
  functionReply,
  functionsQuery,
  functionsReply,
  newFunctionSchema,
} from '../wire-custom-functions.ts'

const tag = 'Custom functions'

/** HTTP tools that belong to one agent. */
export function customFunctionEndpoints(services: { agents: AgentService; tools: ToolService }): Endpoint[] {
  const functions = createCustomFunctions(services)
  return [
    endpoint({
      id: 'talkifai.functions.list',
      method: 'GET',
      path: '/api/custom-functions',
      summary: 'List custom functions',
      description: 'Newest first; without `agentId`, those of every agent that the caller sees.',
      tag,
      scope: 'tools:read',
      query: functionsQuery,
      reply: { status: 200, body: functionsReply },
      errors: ['agent_not_found'],
      async handle({ principal, query: { agentId } }) {
        const found = await functions.list(principal, agentId === undefined ? null : readAgentId(agentId))
        return { functions: found.map(printFunction) }
      },
    }),
    endpoint({
      id: 'talkifai.functions.create',
      method: 'POST',
      path: '/api/custom-functions/{agentId}',
      summary: 'Create a custom function',
      description: 'The agent may call it when its `enabledCustomFunctions` lists the name.',
      tag,
      scope: 'tools:write',
      params: functionParams,
      body: newFunctionSchema,
      reply: { status: 201, body: functionReply },
      errors: ['agent_not_found', 'tool_name_taken', 'forbidden_role'],
      async handle({ principal, params, body, resourceId }) {
        const agentId = readAgentId(params.agentId)
        const made = await functions.create(principal, agentId, resourceId, body)
        return { success: true as const, function: printFunction(made) }
      },
    }),
    endpoint({
      id: 'talkifai.functions.update',
      method: 'PUT',
      path: '/api/custom-functions/{agentId}',
      summary: 'Update a custom function',
      description: 'Only what is sent changes; `id` says which function.',
      tag,
      scope: 'tools:write',
      params: functionParams,
      body: functionPatchSchema,
      reply: { status: 200, body: functionReply },
      errors: ['agent_not_found', 'tool_not_found', 'tool_name_taken', 'tool_in_use', 'forbidden_role'],
      async handle({ principal, params, body }) {
        const changed = await functions.update(principal, readAgentId(params.agentId), body)
        return { success: true as const, function: printFunction(changed) }
      },
    }),
    endpoint({
      id: 'talkifai.functions.delete',
      method: 'DELETE',
      path: '/api/custom-functions/{agentId}',
      summary: 'Delete a custom function',
      tag,
      scope: 'tools:write',
      params: functionParams,
      query: functionQuery,
      reply: { status: 200, body: functionRemovedReply },
      errors: ['agent_not_found', 'tool_not_found', 'tool_in_use', 'forbidden_role'],
      async handle({ principal, params, query }) {
        await functions.remove(principal, readAgentId(params.agentId), query.functionId)
        return { success: true as const, message: 'Custom function deleted successfully' }
      },
    }),
  ]
}
