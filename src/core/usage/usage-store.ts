import { sql } from 'kysely'
import type { Database } from '../../storage/database.ts'
import type { Principal } from '../access/principal.ts'

/** What one group of runs used. `cost` is US dollars as a decimal string, of the runs whose price is known. */
export interface UsageRow {
  /** `YYYY-MM-DD` (UTC), the agent's id or `provider/model`; null: a run that called no model. */
  group: string | null
  runs: number
  modelCalls: number
  inputTokens: number
  cachedInputTokens: number
  outputTokens: number
  cost: string
  /** Runs that called a model whose price is unknown. */
  runsWithoutCost: number
}

export type UsageGroup = 'day' | 'agent' | 'model'

export type UsageStore = ReturnType<typeof createUsageStore>

const groups = {
  day: sql<string>`to_char(finished_at at time zone 'utc', 'YYYY-MM-DD')`,
  agent: sql<string>`agent_id::text`,
  model: sql<string>`model`,
} as const

export function createUsageStore(database: Database) {
  return {
    /**
     * Finished runs of the principal's workspace between two times, grouped; the groups in order. Runs of other
     * people's private agents count only for an owner.
     */
    async sum(
      { workspaceId, userId, role }: Pick<Principal, 'workspaceId' | 'userId' | 'role'>,
      from: Date,
      to: Date,
      group: UsageGroup,
    ): Promise<UsageRow[]> {
      const tokens = (field: string) => sql<string>`coalesce(sum((usage->>${sql.lit(field)})::bigint), 0)`
      let query = database.kysely
        .selectFrom('runs')
        .select([
          groups[group].as('group'),
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
        .groupBy(sql`1`)
        .orderBy(sql`1`)
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
        group: row.group,
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
