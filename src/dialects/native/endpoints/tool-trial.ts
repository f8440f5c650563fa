import type { AgentService } from '../../../core/agents/agent-service.ts'
import type { ToolRunner } from '../../../core/tools/tool-runner.ts'
import { endpoint, type Endpoint } from '../../../http/endpoint.ts'
import type { JsonObject } from '../../../lib/json.ts'
import { readAgentId } from '../translate-agents.ts'
import { readTool } from '../translate-tools.ts'
import { readIdField } from '../wire-common.ts'
import { toolTrialResultSchema, toolTrialSchema } from '../wire-tool-trial.ts'

/** Calling a tool once, to see what it does. */
export function toolTrialEndpoints({
  toolRunner,
  agents,
}: {
  toolRunner: ToolRunner
  agents: AgentService
}): Endpoint[] {
  return [
    endpoint({
      id: 'tools.try',
      method: 'POST',
      path: '/tools/try',
      summary: 'Call a tool once',
      description:
        'A tool as it is written here, or a shared one. The arguments are checked and the call is made, once, without ' +
        'asking for approval; nothing is kept but the event that it was made. That the other side fails is a reply.',
      tag: 'Tools',
      scope: 'agents:write',
      body: toolTrialSchema,
      reply: { status: 200, body: toolTrialResultSchema },
      errors: ['tool_not_found', 'agent_not_found', 'forbidden_role', 'feature_unavailable'],
      async handle({ principal, body, resourceId, signal }) {
        const trial = { id: resourceId, arguments: body.arguments as JsonObject, signal } // parsed from JSON
        const { tool, tool_id: toolId = '', agent_id: agentId } = body
        const written = tool && { definition: readTool(tool, 'tool'), at: 'tool' }
        if (written && agentId !== undefined)
          written.definition = await agents.openTool(principal, readAgentId(agentId), written)
        const { status, output, message, ms } =
          written === undefined
            ? await toolRunner.run(principal, readIdField('tool', toolId, 'tool_id'), trial)
            : await toolRunner.tryOut(principal, written, trial)
        return { status, output, error: message, ms }
      },
    }),
  ]
}
