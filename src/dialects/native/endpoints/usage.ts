import { z } from 'zod'
import type { UsageRow, UsageStore } from '../../../core/usage/usage-store.ts'
import { invalidField } from '../../../errors.ts'
import { endpoint, type Endpoint } from '../../../http/endpoint.ts'
import { printId } from '../../../lib/ids.ts'
import { printTime, timeSchema } from '../wire-common.ts'

const thirtyDays = 30 * 24 * 60 * 60 * 1000

const usageQuery = z.strictObject({
  from: z.iso
    .datetime({ offset: true })
    .optional()
    .describe('Runs that ended at or after this; 30 days ago when absent.'),
  to: z.iso.datetime({ offset: true }).optional().describe('Runs that ended before this; now when absent.'),
  group_by: z.enum(['day', 'agent', 'model']).default('day'),
})

const usageReply = z.strictObject({
  from: timeSchema,
  to: timeSchema,
  group_by: z.enum(['day', 'agent', 'model']),
  data: z.array(
    z.strictObject({
      group: z.string().nullable().describe('The day (UTC), the agent’s id, or provider/model.'),
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

/** What the workspace's runs used. */
export function usageEndpoints({ usage }: { usage: UsageStore }): Endpoint[] {
  return [
    endpoint({
      id: 'usage.get',
      method: 'GET',
      path: '/usage',
      tag: 'Usage',
      summary: 'Tokens and cost of finished runs, grouped',
      scope: 'usage:read',
      query: usageQuery,
      reply: { status: 200, body: usageReply },
      errors: [],
      async handle({ principal, query }) {
        const to = query.to === undefined ? new Date() : new Date(query.to)
        const from = query.from === undefined ? new Date(to.getTime() - thirtyDays) : new Date(query.from)
        if (from >= to) throw invalidField('from', 'must be before to')
        const rows = await usage.sum(principal, from, to, query.group_by)
        const data = rows.map((row) => printRow(row, query.group_by))
        return { from: printTime(from), to: printTime(to), group_by: query.group_by, data }
      },
    }),
  ]
}

function printRow(row: UsageRow, group: 'day' | 'agent' | 'model') {
  return {
    group: group === 'agent' && row.group !== null ? printId('agent', row.group) : row.group,
    runs: row.runs,
    model_calls: row.modelCalls,
    input_tokens: row.inputTokens,
    cached_input_tokens: row.cachedInputTokens,
    output_tokens: row.outputTokens,
    cost: row.cost,
    runs_without_cost: row.runsWithoutCost,
  }
}
