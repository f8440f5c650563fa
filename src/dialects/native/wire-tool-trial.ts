import { z } from 'zod'
import { idSchema } from './wire-common.ts'
import { toolInputSchema } from './wire-tools.ts'

export const toolTrialSchema = z
  .strictObject({
    tool: toolInputSchema.optional().describe('The tool as an agent would have it.'),
    tool_id: idSchema('tool').optional().describe('A shared tool, at its newest revision.'),
    agent_id: idSchema('agent')
      .optional()
      .describe(
        'With `tool`: the agent whose tool it is. `***` in its headers then stands for what the agent has stored for a tool of this name, as long as it calls the same address, or one below.',
      ),
    arguments: z.record(z.string(), z.json()).default({}),
  })
  .refine(
    ({ tool, tool_id: id }) => (tool === undefined) !== (id === undefined),
    'give either tool or tool_id',
  )
  .refine(({ tool, agent_id: id }) => tool !== undefined || id === undefined, {
    path: ['agent_id'],
    message: 'goes with tool; a shared tool has its own stored values',
  })
  .meta({ id: 'ToolTrial', examples: [{ tool: { type: 'get_current_time' }, arguments: {} }] })

export const toolTrialResultSchema = z
  .strictObject({
    status: z.enum(['ok', 'error']),
    output: z.json().describe('What the tool answered; null when it did not.'),
    error: z.string().nullable().describe('What went wrong; null when nothing did.'),
    ms: z.int(),
  })
  .meta({ id: 'ToolTrialResult' })
