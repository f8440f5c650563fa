import { sql, type Kysely } from 'kysely'
import type { Schema } from '../../storage/schema.ts'

export type RunKeyStore = ReturnType<typeof createRunKeyStore>

/** What an agent was asked, as a hash, and the run that is begun for it. */
export interface RunKey {
  agentId: string
  hash: string
  runId: string
}

/**
 * A run that is not stored a minute after it took its key never will be, or was deleted: its key is free. Its process may
 * have died in between.
 */
const unstoredFor = sql`interval '1 minute'`

/** The run that has a key was deleted with its thread: nobody can be referred to it. */
const heldByDeleted = (key: string) => sql<boolean>`exists (
  select 1 from runs join threads on threads.id = runs.thread_id
  where runs.id = ${sql.ref(`${key}.run_id`)} and threads.deleted_at is not null)`

/** Times are the database's own, so that all processes agree. */
export function createRunKeyStore(db: Kysely<Schema>) {
  return {
    /**
     * Takes a key for `minutes`, once among all processes. False when another run has it, unless its thread was deleted.
     * Again with the same run: true.
     */
    async claim({ agentId, hash, runId }: RunKey, minutes: number): Promise<boolean> {
      const { rows } = await sql`
        insert into run_keys as held (agent_id, key_hash, run_id, expires_at)
        values (${agentId}, ${hash}, ${runId}, now() + make_interval(mins => ${minutes}))
        on conflict (agent_id, key_hash) do update set
          run_id = excluded.run_id,
          claimed_at = case when held.run_id = excluded.run_id then held.claimed_at else excluded.claimed_at end,
          expires_at = case when held.run_id = excluded.run_id then held.expires_at else excluded.expires_at end
        where held.expires_at <= now() or held.run_id = excluded.run_id or ${heldByDeleted('held')} or (
          held.claimed_at < now() - ${unstoredFor} and not exists (select 1 from runs where runs.id = held.run_id))
        returning run_id`.execute(db)
      return rows.length > 0
    },

    /** The run that has a key, and whether it is stored yet; null when none has. */
    async holder({ agentId, hash }: RunKey): Promise<{ runId: string; stored: boolean } | null> {
      const row = await db
        .selectFrom('run_keys')
        .leftJoin('runs', 'runs.id', 'run_keys.run_id')
        .select(['run_keys.run_id', 'runs.id as stored'])
        .where('run_keys.agent_id', '=', agentId)
        .where('key_hash', '=', hash)
        .where('expires_at', '>', sql<Date>`now()`)
        .where(sql<boolean>`not ${heldByDeleted('run_keys')}`)
        .executeTakeFirst()
      return row ? { runId: row.run_id, stored: row.stored !== null } : null
    },

    /** Gives a key back whose run was refused; one whose run is stored stays taken. */
    async release({ agentId, hash, runId }: RunKey): Promise<void> {
      await db
        .deleteFrom('run_keys')
        .where('agent_id', '=', agentId)
        .where('key_hash', '=', hash)
        .where('run_id', '=', runId)
        .where(({ not, exists, selectFrom }) =>
          not(exists(selectFrom('runs').select('runs.id').where('runs.id', '=', runId))),
        )
        .execute()
    },
  }
}
