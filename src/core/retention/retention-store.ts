import { sql } from 'kysely'
import type { Database } from '../../storage/database.ts'

export type RetentionStore = ReturnType<typeof createRetentionStore>

/** Deletes what is old. */
export function createRetentionStore(database: Database) {
  const db = database.kysely
  return {
    /** Commands that came too late for their run. */
    async deleteLateCommands(): Promise<void> {
      await sql`delete from commands using runs
        where runs.id = commands.run_id and runs.state in ('completed', 'failed', 'cancelled')`.execute(db)
    },

    /** Keys of requests that may be made again. */
    async deleteExpiredRunKeys(): Promise<void> {
      await sql`delete from run_keys where expires_at < now()`.execute(db)
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

    /** Sessions that ended more than `days` days ago of which no run is left. */
    async deleteOldSessions(days: number): Promise<void> {
      await sql`
        delete from sessions
        where ended_at < now() - make_interval(days => ${days})
          and not exists (select 1 from runs where runs.thread_id = sessions.thread_id)`.execute(db)
    },

    /** Agents deleted more than `days` days ago of which no run is left, with their versions and threads; how many. */
    async deleteOldAgents(days: number): Promise<number> {
      return await db.transaction().execute(async (transaction) => {
        const agents = await sql<{ id: string }>`
          select id from agents
          where deleted_at < now() - make_interval(days => ${days})
            and not exists (select 1 from runs where runs.agent_id = agents.id)
          for update`.execute(transaction)
        const ids = agents.rows.map((row) => row.id)
        if (ids.length === 0) return 0
        await transaction.deleteFrom('agent_days').where('agent_id', 'in', ids).execute()
        await transaction.deleteFrom('agent_versions').where('agent_id', 'in', ids).execute()
        await transaction.deleteFrom('sessions').where('agent_id', 'in', ids).execute()
        await transaction.deleteFrom('threads').where('agent_id', 'in', ids).execute()
        await transaction.deleteFrom('events').where('stream', 'in', ids).execute()
        await transaction.deleteFrom('streams').where('id', 'in', ids).execute()
        await transaction.deleteFrom('agents').where('id', 'in', ids).execute()
        return ids.length
      })
    },
  }
}
