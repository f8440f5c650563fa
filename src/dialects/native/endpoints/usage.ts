import type { UsageGroup, UsageStore } from '../../../core/usage/usage-store.ts'
import { invalidField } from '../../../errors.ts'
import { endpoint, type Endpoint } from '../../../http/endpoint.ts'
import { printTime } from '../wire-common.ts'
import { printUsageRow, usageQuery, usageSchema } from '../wire-usage.ts'

const thirtyDays = 30 * 24 * 60 * 60 * 1000

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
      reply: { status: 200, body: usageSchema },
      errors: [],
      async handle({ principal, query }) {
        const to = query.to === undefined ? new Date() : new Date(query.to)
        const from = query.from === undefined ? new Date(to.getTime() - thirtyDays) : new Date(query.from)
        if (from >= to) throw invalidField('from', 'must be before to')
        const by = query.group_by.split(',') as [UsageGroup, ...UsageGroup[]] // its schema says so
        const rows = await usage.sum(principal, from, to, by)
        const data = rows.map((row) => printUsageRow(row, by[0]))
        return { from: printTime(from), to: printTime(to), group_by: query.group_by, data }
      },
    }),
  ]
}
