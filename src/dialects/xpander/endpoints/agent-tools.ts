import { z } from 'zod'
import type { Principal } from '../../../core/access/principal.ts'
import type { Agent, AgentDefinition } from '../../../core/agents/agent.ts'
import { endpoint, type Endpoint } from '../../../http/endpoint.ts'
import { readAll } from '../../read-all.ts'
import { loadSharedTools } from '../../shared-tools.ts'
import { withWireFields } from '../../wire-fields.ts'
import { printAgentTools, readNewTool, withFunction, withoutTool } from '../tools/agent-tools.ts'
import type { XpanderServices } from '../index.ts'
import { findAgent } from '../agents/find-agent.ts'
import { editAgent, editedDefinition } from '../agents/publishing.ts'
import { booleanParameter, idParameter } from '../wire-common.ts'
import { agentToolSchema, newToolSchema } from '../tools/wire-graph.ts'

const tag = 'Agent tools'
const path = '/v1/agents/{agent_id}/tools'
const reply = z.array(agentToolSchema)
const params = z.object({ agent_id: idParameter })
const query = z.object({
  deploy: booleanParameter
    .default(true)
    .describe('Whether it is in force at once; where edits are live, it always is.'),
})

/** What is wrong with the tools of the agent is wrong with the one that is added. */
const addedField = (field: string): string => (field.startsWith('tools') ? 'custom_function_id' : field)

type AgentToolServices = Pick<XpanderServices, 'agents' | 'tools' | 'publishMode'>

/** An agent's tools as a flat list, one by one. */
export function agentToolEndpoints(services: AgentToolServices): Endpoint[] {
  const { agents, tools, publishMode } = services

  async function print(agent: Agent) {
    return printAgentTools(editedDefinition(agent, publishMode), await loadSharedTools(tools, [agent]))
  }

  async function edit(
    principal: Principal,
    agentId: string,
    deploy: boolean,
    definition: (current: AgentDefinition) => AgentDefinition,
  ) {
    return print(await editAgent(services, principal, agentId, { change: { definition }, deploy }))
  }

  return [
    endpoint({
      id: 'xpander.agent_tools.list',
      method: 'GET',
      path,
      summary: 'List the tools of an agent',
      tag,
      scope: 'agents:read',
      params,
      reply: { status: 200, body: reply },
      errors: ['agent_not_found'],
      async handle({ principal, params: { agent_id: id } }) {
        return print(await findAgent(agents, principal, id))
      },
    }),
    endpoint({
      id: 'xpander.agent_tools.add',
      method: 'POST',
      path,
      summary: 'Add a tool to an agent',
      description: 'Custom functions; other types are answered with 501. Adding one twice changes nothing.',
      tag,
      scope: 'agents:write',
      params,
      query,
      body: newToolSchema,
      reply: { status: 200, body: reply },
      errors: ['agent_not_found', 'agent_name_taken', 'feature_unavailable', 'forbidden_role'],
      async handle({ principal, params: { agent_id: id }, query: { deploy }, body }) {
        const { id: agentId } = await findAgent(agents, principal, id)
        const toolId = readNewTool(body, await readAll((part) => tools.list(principal, part)))
        return withWireFields(addedField, () =>
          edit(principal, agentId, deploy, (current) => withFunction(current, toolId)),
        )
      },
    }),
    endpoint({
      id: 'xpander.agent_tools.remove',
      method: 'DELETE',
      path: `${path}/{tool_id}`,
      summary: 'Remove a tool from an agent',
      description: 'Whichever API gave it to the agent.',
      tag,
      scope: 'agents:write',
      params: params.extend({ tool_id: idParameter }),
      query,
      reply: { status: 200, body: reply },
      errors: ['agent_not_found', 'agent_name_taken', 'tool_not_found', 'forbidden_role'],
      async handle({ principal, params: { agent_id: id, tool_id: toolId }, query: { deploy } }) {
        const { id: agentId } = await findAgent(agents, principal, id)
        return edit(principal, agentId, deploy, (current) => withoutTool(current, toolId))
      },
    }),
  ]
}
