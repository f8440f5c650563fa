import { z } from 'zod'
import type { UsageGroup, UsageRow } from '../../core/usage/usage-store.ts'
import { printId } from '../../lib/ids.ts'
import { timeSchema } from './wire-common.ts'

export const usageQuery = z.strictObject({
  from: z.iso
    .datetime({ offset: true })
    .optional()
    .describe('Runs that ended at or after this; 30 days ago when absent.'),
  to: z.iso.datetime({ offset: true }).optional().describe('Runs that ended before this; now when absent.'),
  group_by: z
    .string()
    .regex(
      /^(?:hour|day|agent|model)(?:,(?:hour|day|agent|model)){0,3}$/,
      'must be a comma list of hour, day, agent and model',
    )
    .default('day')
    .describe('`hour`, `day`, `agent`, `model`, or several of them: `day,model`.')
    .meta({ examples: ['day,model'] }),
})

export const usageSchema = z.strictObject({
  from: timeSchema,
  to: timeSchema,
  group_by: z.string(),
  data: z.array(
    z.strictObject({
      group: z
        .string()
        .nullable()
        .describe('Of the first of `group_by`: the hour or day (UTC), the agent’s id, or provider/model.'),
      hour: z.string().nullable().describe('When it began (UTC); null: not grouped by it.'),
      day: z.string().nullable().describe('null: not grouped by it.'),
      agent_id: z.string().nullable().describe('null: not grouped by it.'),
      model: z.string().nullable().describe('null: not grouped by it, or runs that called no model.'),
      runs: z.int(),
      model_calls: z.int(),
      input_tokens: z.int(),
      cached_input_tokens: z.int(),
      output_tokens: z.int(),
      cost: z.string().describe('US dollars, of the runs whose price is known.'),
      runs_without_cost: z.int().describe('Runs with a model whose price is unknown.'),
    }),
  ),
})

export function printUsageRow(row: UsageRow, first: UsageGroup) {
  const shown = { ...row, agent: row.agent === null ? null : printId('agent', row.agent) }
  return {
    group: shown[first],
    hour: shown.hour,
    day: shown.day,
    agent_id: shown.agent,
    model: shown.model,
    runs: row.runs,
    model_calls: row.modelCalls,
    input_tokens: row.inputTokens,
    cached_input_tokens: row.cachedInputTokens,
    output_tokens: row.outputTokens,
    cost: row.cost,
    runs_without_cost: row.runsWithoutCost,
  }
}
