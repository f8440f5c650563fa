import { sql, type Kysely, type Selectable } from 'kysely'
import type { Schema } from '../../storage/schema.ts'
import type { Principal, Scope } from '../access/principal.ts'
import type { Callback, CallbackChange } from './callback.ts'

export type CallbackStore = ReturnType<typeof createCallbackStore>

/** Of a callback that waits for its run: the run has ended. */
const runHasEnded = sql<boolean>`callbacks.next_at is null and exists (
  select 1 from runs where runs.id = callbacks.run_id and runs.state in ('completed', 'failed', 'cancelled'))`

/** Times are handed in: every process that delivers reads the same kind of clock, and a difference only repeats a call. */
export function createCallbackStore(kysely: Kysely<Schema>) {
  /** Deletes those that wait for a run that is not there. */
  function orphans() {
    return kysely
      .deleteFrom('callbacks')
      .where('state', '=', 'pending')
      .where('next_at', 'is', null)
      .where(({ not, exists, selectFrom }) =>
        not(exists(selectFrom('runs').select('runs.id').whereRef('runs.id', '=', 'callbacks.run_id'))),
      )
  }

  return {
    /** False when there is one with this id. `nextAt` null: when the run has ended. */
    async insert(callback: Omit<Callback, 'attempts'> & { nextAt: Date | null; at: Date }): Promise<boolean> {
      const { principal } = callback
      const inserted = await kysely
        .insertInto('callbacks')
        .values({
          id: callback.id,
          workspace_id: principal.workspaceId,
          run_id: callback.runId,
          dialect: callback.dialect,
          principal: JSON.stringify({ ...principal, scopes: [...principal.scopes] }),
          sealed_url: callback.sealedUrl,
          headers: JSON.stringify(callback.headers),
          body: callback.body,
          next_at: callback.nextAt,
          created_at: callback.at,
        })
        .onConflict((conflict) => conflict.column('id').doNothing())
        .returning('id')
        .executeTakeFirst()
      return inserted !== undefined
    },

    /**
     * When something can next be delivered, which may be in the past; null: nothing is pending but runs that go on.
     * Workspaces in `except` are left out.
     */
    async nextDue(except: string[]): Promise<Date | null> {
      const { rows } = await sql<{ due: Date | null }>`
        select min(greatest(coalesce(next_at, created_at), coalesce(claimed_until, created_at))) as due
        from callbacks where state = 'pending' and (next_at is not null or ${runHasEnded})
          and workspace_id <> all(${except}::uuid[])`.execute(kysely)
      return rows[0]?.due ?? null
    },

    /** Takes what is due and nobody has taken, so that nobody else does before `until`. Those never tried come first. */
    async claim(
      now: Date,
      until: Date,
      { limit, except }: { limit: number; except: string[] },
    ): Promise<Callback[]> {
      const claimed = await kysely
        .updateTable('callbacks')
        .set({ claimed_until: until })
        .where('id', 'in', (eb) =>
          eb
            .selectFrom('callbacks')
            .select('id')
            .where('state', '=', 'pending')
            .where((where) => where.or([where('next_at', '<=', now), runHasEnded]))
            .where((where) =>
              where.or([where('claimed_until', 'is', null), where('claimed_until', '<=', now)]),
            )
            .where(sql<boolean>`workspace_id <> all(${except}::uuid[])`)
            .orderBy('attempts')
            .orderBy('id')
            .limit(limit)
            .forUpdate()
            .skipLocked(),
        )
        .returningAll()
        .execute()
      return claimed.map(toCallback)
    },

    async settle(id: string, change: CallbackChange): Promise<void> {
      await kysely
        .updateTable('callbacks')
        .set({
          state: change.state,
          attempts: change.attempts,
          claimed_until: null,
          ...(change.state === 'delivered' ? {} : { last_error: change.lastError }),
          ...(change.state === 'pending'
            ? { next_at: new Date(change.nextAt) }
            : { done_at: new Date(change.doneAt) }),
        })
        .where('id', '=', id)
        .where('state', '=', 'pending')
        .execute()
    },

    /** Gives back what was taken and not tried to the end; null: whatever anybody took. */
    async release(ids: string[] | null): Promise<void> {
      let query = kysely.updateTable('callbacks').set({ claimed_until: null }).where('state', '=', 'pending')
      query = ids === null ? query.where('claimed_until', 'is not', null) : query.where('id', 'in', ids)
      await query.execute()
    },

    /** Callbacks whose run goes on, with the run; oldest first. */
    async awaitingRuns(limit: number): Promise<{ id: string; runId: string }[]> {
      const rows = await kysely
        .selectFrom('callbacks')
        .select(['id', 'run_id'])
        .where('state', '=', 'pending')
        .where('next_at', 'is', null)
        .orderBy('id')
        .limit(limit)
        .execute()
      return rows.flatMap(({ id, run_id: runId }) => (runId === null ? [] : [{ id, runId }]))
    },

    /** Deletes one whose run is not there; false when there is none. */
    async withdraw(workspaceId: string, id: string): Promise<boolean> {
      const deleted = await orphans()
        .where('id', '=', id)
        .where('workspace_id', '=', workspaceId)
        .returning('id')
        .executeTakeFirst()
      return deleted !== undefined
    },

    async deleteDone(before: Date): Promise<void> {
      await kysely.deleteFrom('callbacks').where('done_at', '<', before).execute()
    },

    /** Deletes callbacks asked for before a time whose run never came to be; their ids. */
    async deleteOrphans(before: Date): Promise<string[]> {
      const rows = await orphans().where('created_at', '<', before).returning('id').execute()
      return rows.map(({ id }) => id)
    },
  }
}

function toCallback(row: Selectable<Schema['callbacks']>): Callback {
  const principal = row.principal as Omit<Principal, 'scopes'> & { scopes: Scope[] } // only insert writes it
  return {
    id: row.id,
    principal: { ...principal, scopes: new Set(principal.scopes) },
    runId: row.run_id,
    dialect: row.dialect,
    sealedUrl: row.sealed_url,
    headers: row.headers,
    body: row.body,
    attempts: row.attempts,
  }
}
