import type { ToolRunner } from '../../../core/tools/tool-runner.ts'
import { endpoint, type Endpoint } from '../../../http/endpoint.ts'
import type { JsonObject } from '../../../lib/json.ts'
import { readTool } from '../translate-tools.ts'
import { readIdField } from '../wire-common.ts'
import { toolTrialResultSchema, toolTrialSchema } from '../wire-tool-trial.ts'

/** Calling a tool once, to see what it does. */
export function toolTrialEndpoints({ toolRunner }: { toolRunner: ToolRunner }): Endpoint[] {
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
      errors: ['tool_not_found', 'feature_unavailable'],
      async handle({ principal, body, resourceId, signal }) {
        const trial = { id: resourceId, arguments: body.arguments as JsonObject, signal } // parsed from JSON
        const { status, output, message, ms } =
          body.tool === undefined
            ? await toolRunner.run(principal, readIdField('tool', body.tool_id ?? '', 'tool_id'), trial)
            : await toolRunner.tryOut(
                principal,
                { definition: readTool(body.tool, 'tool'), at: 'tool' },
                trial,
              )
        return { status, output, error: message, ms }
      },
    }),
  ]
}
