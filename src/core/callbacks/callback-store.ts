import { sql, type Kysely, type Selectable } from 'kysely'
import type { Schema } from '../../storage/schema.ts'
import type { Principal, Scope } from '../access/principal.ts'
import type { RunState } from '../runs/run.ts'
import type { Callback, CallbackChange, CallbackNotice, DueCallback } from './callback.ts'

export type CallbackStore = ReturnType<typeof createCallbackStore>

export interface NewCallback extends Omit<Callback, 'attempts'> {
  nextAt: Date | null
  at: Date
}

/**
 * That a callback has a time, said as a range: a planner without statistics, as in an embedded database, then expects few
 * and takes the index instead of reading whatever waits for a run.
 */
const hasTime = sql<boolean>`next_at between '-infinity' and 'infinity'`

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
    /** Those that were not there yet; the ids of these. `nextAt` null: when the run has ended. */
    async insert(callbacks: NewCallback[]): Promise<string[]> {
      const rows = await kysely
        .insertInto('callbacks')
        .values(callbacks.map(toRow))
        .onConflict((conflict) => conflict.column('id').doNothing())
        .returning('id')
        .execute()
      return rows.map(({ id }) => id)
    },

    /**
     * What waits for runs that have ended is due from now on. `runIds`: of these; null: of any, for which everything that
     * waits has to be looked at.
     */
    async makeDue(now: Date, runIds: string[] | null): Promise<void> {
      const ended = kysely
        .selectFrom('runs')
        .select('id')
        .where('state', 'in', ['completed', 'failed', 'cancelled'])
      const pending = kysely.updateTable('callbacks').where('state', '=', 'pending')
      if (runIds === null) {
        await pending
          .set({ next_at: now })
          .where('next_at', 'is', null)
          .where('run_id', 'in', ended)
          .execute()
        return
      }
      // Without asking for those that have no time yet: a planner without statistics would read all of them.
      await pending
        .set({ next_at: sql`coalesce(next_at, ${now})` })
        .where('run_id', 'in', ended.where('id', 'in', runIds))
        .execute()
    },

    /**
     * When something can next be delivered, which may be in the past; null: nothing is pending but what waits for a run,
     * which `makeDue` looks at. Workspaces in `except` are left out.
     */
    async nextDue(except: string[]): Promise<Date | null> {
      const { rows } = await sql<{ due: Date | null }>`
        select min(greatest(next_at, claimed_until)) as due
        from callbacks where state = 'pending' and ${hasTime}
          and workspace_id <> all(${except}::uuid[])`.execute(kysely)
      return rows[0]?.due ?? null
    },

    /** Takes what is due and nobody has taken, so that nobody else does before `until`. Those never tried come first. */
    async claim(
      now: Date,
      until: Date,
      { limit, except }: { limit: number; except: string[] },
    ): Promise<DueCallback[]> {
      const claimed = await kysely
        .updateTable('callbacks')
        .set({ claimed_until: until })
        .where('id', 'in', (eb) =>
          eb
            .selectFrom('callbacks')
            .select('id')
            .where('state', '=', 'pending')
            .where(hasTime)
            .where('next_at', '<=', now)
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
        .returning((eb) =>
          eb.selectFrom('runs').select('state').whereRef('runs.id', '=', 'callbacks.run_id').as('run_state'),
        )
        .execute()
      return claimed.map(toDue)
    },

    async settle(id: string, change: CallbackChange): Promise<void> {
      await kysely
        .updateTable('callbacks')
        .set({
          state: change.state,
          attempts: change.attempts,
          claimed_until: null,
          ...('lastError' in change && { last_error: change.lastError }),
          ...(change.state === 'pending'
            ? { next_at: new Date(change.nextAt) }
            : { done_at: new Date(change.doneAt) }),
        })
        .where('id', '=', id)
        .where('state', '=', 'pending')
        .execute()
    },

    /** Forgets one that was not to be made. */
    async drop(id: string): Promise<void> {
      await kysely.deleteFrom('callbacks').where('id', '=', id).where('state', '=', 'pending').execute()
    },

    /** Gives back what was taken and not tried to the end; null: whatever anybody took. */
    async release(ids: string[] | null): Promise<void> {
      let query = kysely.updateTable('callbacks').set({ claimed_until: null }).where('state', '=', 'pending')
      query = ids === null ? query.where('claimed_until', 'is not', null) : query.where('id', 'in', ids)
      await query.execute()
    },

    /** Runs that go on and have callbacks; those asked for first come first. */
    async awaitedRuns(limit: number): Promise<string[]> {
      const rows = await kysely
        .selectFrom('callbacks')
        .select('run_id')
        .where('state', '=', 'pending')
        .where('next_at', 'is', null)
        .where('run_id', 'is not', null)
        .groupBy('run_id')
        .orderBy(sql`min(created_at)`)
        .limit(limit)
        .execute()
      return rows.flatMap(({ run_id: runId }) => runId ?? [])
    },

    /** Deletes one whose run is not there; the run, or null when there is no such callback. */
    async withdraw(workspaceId: string, id: string): Promise<string | null> {
      const deleted = await orphans()
        .where('id', '=', id)
        .where('workspace_id', '=', workspaceId)
        .returning('run_id')
        .executeTakeFirst()
      return deleted?.run_id ?? null
    },

    /** Deletes the notices of a run that is not there; how many. */
    async withdrawNotices(workspaceId: string, runId: string): Promise<number> {
      const deleted = await orphans()
        .where('run_id', '=', runId)
        .where('notice', 'is not', null)
        .where('workspace_id', '=', workspaceId)
        .returning('id')
        .execute()
      return deleted.length
    },

    async deleteDone(before: Date): Promise<void> {
      await kysely.deleteFrom('callbacks').where('done_at', '<', before).execute()
    },

    /** Deletes callbacks asked for before a time whose run never came to be; these runs. */
    async deleteOrphans(before: Date): Promise<string[]> {
      const rows = await orphans().where('created_at', '<', before).returning('run_id').execute()
      return rows.flatMap(({ run_id: runId }) => runId ?? [])
    },
  }
}

function toRow(callback: NewCallback) {
  const { principal, notice } = callback
  return {
    id: callback.id,
    workspace_id: principal.workspaceId,
    run_id: callback.runId,
    dialect: callback.dialect,
    principal: JSON.stringify({ ...principal, scopes: [...principal.scopes] }),
    sealed_url: callback.sealedUrl,
    headers: JSON.stringify(callback.headers),
    sealed_headers: callback.sealedHeaders,
    notice: notice && JSON.stringify(notice),
    body: callback.body,
    next_at: callback.nextAt,
    created_at: callback.at,
  }
}

function toDue(row: Selectable<Schema['callbacks']> & { run_state: string | null }): DueCallback {
  const principal = row.principal as Omit<Principal, 'scopes'> & { scopes: Scope[] } // only insert writes it
  return {
    id: row.id,
    principal: { ...principal, scopes: new Set(principal.scopes) },
    runId: row.run_id,
    runState: row.run_state as RunState | null, // only the state table's values are ever written
    dialect: row.dialect,
    sealedUrl: row.sealed_url,
    headers: row.headers,
    sealedHeaders: row.sealed_headers,
    notice: row.notice as CallbackNotice | null, // only insert writes it
    body: row.body,
    attempts: row.attempts,
  }
}
