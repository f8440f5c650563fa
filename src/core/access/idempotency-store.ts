import type { Kysely } from 'kysely'
import type { Schema } from '../../storage/schema.ts'

/** Owner of a row that nobody works on: the next repeat takes it over. */
const nobody = '00000000-0000-0000-0000-000000000000'

/** What is known of the first request with a key. `status` is null until it has been answered. */
export interface IdempotencyRow {
  fingerprint: string
  resourceId: string
  executorId: string
  status: number | null
  headers: Record<string, string>
  body: string | null
  secret: boolean
}

export interface IdempotencyKey {
  workspaceId: string
  key: string
}

export interface NewIdempotencyRow extends IdempotencyKey {
  fingerprint: string
  resourceId: string
  executorId: string
}

export interface IdempotencyOutcome extends IdempotencyKey {
  executorId: string
  status: number
  headers: Record<string, string>
  /** null: the reply is not stored, either because it is a secret or because the endpoint can give it again. */
  body: string | null
  secret: boolean
}

export type IdempotencyStore = ReturnType<typeof createIdempotencyStore>

/** The first request of every Idempotency-Key and what was answered. */
export function createIdempotencyStore(db: Kysely<Schema>) {
  return {
    /** Claims a key for a new request, or answers the row of the request that has it; null when that one is just gone. */
    async begin(row: NewIdempotencyRow): Promise<'begun' | IdempotencyRow | null> {
      const inserted = await db
        .insertInto('idempotency')
        .values({
          workspace_id: row.workspaceId,
          key: row.key,
          fingerprint: row.fingerprint,
          resource_id: row.resourceId,
          executor_id: row.executorId,
        })
        .onConflict((conflict) => conflict.columns(['workspace_id', 'key']).doNothing())
        .returning('key')
        .executeTakeFirst()
      if (inserted !== undefined) return 'begun'
      const found = await db
        .selectFrom('idempotency')
        .selectAll()
        .where('workspace_id', '=', row.workspaceId)
        .where('key', '=', row.key)
        .executeTakeFirst()
      if (found === undefined) return null
      return {
        fingerprint: found.fingerprint,
        resourceId: found.resource_id,
        executorId: found.executor_id,
        status: found.status,
        headers: found.headers ?? {},
        body: found.body,
        secret: found.secret,
      }
    },

    /** Makes an unanswered row this executor's; false when another was faster. */
    async takeOver(row: IdempotencyKey & { from: string; to: string }): Promise<boolean> {
      const updated = await db
        .updateTable('idempotency')
        .set({ executor_id: row.to })
        .where('workspace_id', '=', row.workspaceId)
        .where('key', '=', row.key)
        .where('executor_id', '=', row.from)
        .where('status', 'is', null)
        .returning('key')
        .executeTakeFirst()
      return updated !== undefined
    },

    async complete(outcome: IdempotencyOutcome): Promise<void> {
      await db
        .updateTable('idempotency')
        .set({
          status: outcome.status,
          headers: JSON.stringify(outcome.headers),
          body: outcome.body,
          secret: outcome.secret,
        })
        .where('workspace_id', '=', outcome.workspaceId)
        .where('key', '=', outcome.key)
        .where('executor_id', '=', outcome.executorId)
        .execute()
    },

    /**
     * Gives an unanswered row up, so that a repeat is done anew. The row stays: what the failed attempt may have
     * created has its id, and the repeat must use the same one.
     */
    async release(row: IdempotencyKey & { executorId: string }): Promise<void> {
      await db
        .updateTable('idempotency')
        .set({ executor_id: nobody })
        .where('workspace_id', '=', row.workspaceId)
        .where('key', '=', row.key)
        .where('executor_id', '=', row.executorId)
        .where('status', 'is', null)
        .execute()
    },

    /** Forgets keys first used before `time`; answers how many. Keep at least 24 hours. */
    async purge(time: Date): Promise<number> {
      const result = await db.deleteFrom('idempotency').where('created_at', '<', time).executeTakeFirst()
      return Number(result.numDeletedRows)
    },
  }
}
