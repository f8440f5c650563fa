import { sql } from 'kysely'
import type { Database } from '../../storage/database.ts'

/** Idempotency keys are kept this long, hours. */
const keepIdempotency = 48

export type RetentionStore = ReturnType<typeof createRetentionStore>

/** Deletes what is old. */
export function createRetentionStore(database: Database) {
  const db = database.kysely
  return {
    async deleteOldIdempotency(): Promise<void> {
      await sql`delete from idempotency where created_at < now() - make_interval(hours => ${keepIdempotency})`.execute(
        db,
      )
    },

    /** Commands that came too late for their run. */
    async deleteLateCommands(): Promise<void> {
      await sql`delete from commands using runs
        where runs.id = commands.run_id and runs.state in ('completed', 'failed', 'cancelled')`.execute(db)
    },

    /** Runs that ended more than `days` days ago, with their journal, at most `limit`; how many it were. */
    async deleteOldRuns(days: number, limit: number): Promise<number> {
      const result = await sql<{ id: string }>`
        with old as (
          select id from runs
          where state in ('completed', 'failed', 'cancelled') and finished_at < now() - make_interval(days => ${days})
          limit ${limit}
        ), old_events as (
          delete from events using old where events.stream = old.id
        ), old_approvals as (
          delete from approvals using old where approvals.run_id = old.id
        )
        delete from runs using old where runs.id = old.id returning runs.id`.execute(db)
      return result.rows.length
    },
  }
}
