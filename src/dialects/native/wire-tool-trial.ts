import { z } from 'zod'
import { idSchema } from './wire-common.ts'
import { toolInputSchema } from './wire-tools.ts'

export const toolTrialSchema = z
  .strictObject({
    tool: toolInputSchema.optional().describe('The tool as an agent would have it.'),
    tool_id: idSchema('tool').optional().describe('A shared tool, at its newest revision.'),
    arguments: z.record(z.string(), z.json()).default({}),
  })
  .refine(
    ({ tool, tool_id: id }) => (tool === undefined) !== (id === undefined),
    'give either tool or tool_id',
  )
  .meta({ id: 'ToolTrial', examples: [{ tool: { type: 'get_current_time' }, arguments: {} }] })

export const toolTrialResultSchema = z
  .strictObject({
    status: z.enum(['ok', 'error']),
    output: z.json().describe('What the tool answered; null when it did not.'),
    error: z.string().nullable().describe('What went wrong; null when nothing did.'),
    ms: z.int(),
  })
  .meta({ id: 'ToolTrialResult' })
