import { sql, type RawBuilder } from 'kysely'
import type { Database } from '../../storage/database.ts'
import type { Principal } from '../access/principal.ts'

/** What one group of runs used. `cost` is US dollars as a decimal string, of the runs whose price is known. */
export interface UsageRow {
  /** `YYYY-MM-DDTHH:00:00Z`; null: not asked for. */
  hour: string | null
  /** `YYYY-MM-DD` (UTC); null: not asked for. */
  day: string | null
  /** null: not asked for. */
  agent: string | null
  /** `provider/model`; null: not asked for, or runs that called no model. */
  model: string | null
  runs: number
  modelCalls: number
  inputTokens: number
  cachedInputTokens: number
  outputTokens: number
  cost: string
  /** Runs that called a model whose price is unknown. */
  runsWithoutCost: number
}

/** What runs can be grouped by, in the order of the result. */
const usageGroups = ['hour', 'day', 'agent', 'model'] as const
export type UsageGroup = (typeof usageGroups)[number]

export type UsageStore = ReturnType<typeof createUsageStore>

const groups = {
  hour: sql<string>`to_char(finished_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:00:00"Z"')`,
  day: sql<string>`to_char(finished_at at time zone 'utc', 'YYYY-MM-DD')`,
  agent: sql<string>`agent_id::text`,
  model: sql<string>`model`,
} as const

export function createUsageStore(database: Database) {
  return {
    /**
     * Finished runs of the principal's workspace between two times, grouped by all of `by`; the groups in order. Runs of other
     * people's private agents count only for an owner.
     */
    async sum(
      { workspaceId, userId, role }: Pick<Principal, 'workspaceId' | 'userId' | 'role'>,
      from: Date,
      to: Date,
      by: readonly UsageGroup[],
    ): Promise<UsageRow[]> {
      const tokens = (field: string) => sql<string>`coalesce(sum((usage->>${sql.lit(field)})::bigint), 0)`
      const columns = usageGroups.map((one) => {
        const value: RawBuilder<string | null> = by.includes(one) ? groups[one] : sql<null>`null::text`
        return value.as(one)
      })
      let query = database.kysely
        .selectFrom('runs')
        .select([
          ...columns,
          sql<string>`count(*)`.as('runs'),
          tokens('modelCalls').as('model_calls'),
          tokens('inputTokens').as('input_tokens'),
          tokens('cachedInputTokens').as('cached_input_tokens'),
          tokens('outputTokens').as('output_tokens'),
          sql<string>`coalesce(trim_scale(sum(cost)), 0)`.as('cost'),
          sql<string>`count(*) filter (where cost is null)`.as('runs_without_cost'),
        ])
        .where('workspace_id', '=', workspaceId)
        .where('usage', 'is not', null)
        .where('finished_at', '>=', from)
        .where('finished_at', '<', to)
        .groupBy([sql`1`, sql`2`, sql`3`, sql`4`])
        .orderBy(sql`1`)
        .orderBy(sql`2`)
        .orderBy(sql`3`)
        .orderBy(sql`4`)
      if (role !== 'owner') {
        const hidden = database.kysely
          .selectFrom('agents')
          .select('agents.id')
          .where('workspace_id', '=', workspaceId)
          .where('visibility', '=', 'private')
          .where('owner_id', '<>', userId)
        query = query.where('agent_id', 'not in', hidden)
      }
      const rows = await query.execute()
      return rows.map((row) => ({
        hour: row.hour,
        day: row.day,
        agent: row.agent,
        model: row.model,
        runs: Number(row.runs),
        modelCalls: Number(row.model_calls),
        inputTokens: Number(row.input_tokens),
        cachedInputTokens: Number(row.cached_input_tokens),
        outputTokens: Number(row.output_tokens),
        cost: row.cost,
        runsWithoutCost: Number(row.runs_without_cost),
      }))
    },
  }
}
