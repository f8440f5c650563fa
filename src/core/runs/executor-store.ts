import { sql } from 'kysely'
import type { PoolClient } from 'pg'
import type { Database } from '../../storage/database.ts'
import { storedPins, type RunPins, type RunState } from './run.ts'

/** A run that nobody runs and that any process may pick up. */
export interface QueuedRun {
  id: string
  agentId: string
  fence: number
}

/** A run that is said to run somewhere. */
export interface OwnedRun {
  id: string
  fence: number
}

/** A run that this process has just taken from the queue. */
export interface ClaimedRun {
  id: string
  workspaceId: string
  agentId: string
  threadId: string
  fence: number
  pins: RunPins
}

/** What exists of which some may have been left behind. */
export interface OpenWork {
  running: boolean
  queued: boolean
  commands: boolean
  /** Decisions on deferred calls whose run is not known to have started. */
  decisions: boolean
  /** Runs that wait for somebody although their agent was deleted. */
  abandoned: boolean
}

/** A conversation that was begun before is finished, whatever became of its agent. */
const abandoned = sql`
  from runs join agents on agents.id = runs.agent_id
  where runs.state = 'waiting' and agents.deleted_at is not null
    and coalesce(runs.pins ->> 'evenDeleted', 'false') <> 'true'`

/** Planned anew every time: a plan made while the tables were small would scan them for ever. */
const openWork = sql<OpenWork>`
  select exists (select from runs where state = 'running') as running,
         exists (select from runs where state = 'queued') as queued,
         exists (select from commands) as commands,
         exists (select from approvals where run_to_start is not null) as decisions,
         exists (select ${abandoned}) as abandoned`

export type ExecutorStore = ReturnType<typeof createExecutorStore>

/** Advisory locks of executors live under this number, so that they meet nobody else's. */
const lockSpace = 7001

export function createExecutorStore(database: Database) {
  const db = database.kysely
  return {
    async register(id: string, host: string): Promise<void> {
      await db.insertInto('executors').values({ id, host }).execute()
    },

    /**
     * Renews the beat by the database's clock, over a connection of its own where there is one; false when others have
     * declared this executor dead.
     */
    async beat(id: string, client: PoolClient | null): Promise<boolean> {
      const text = 'update executors set beat_at = now() where id = $1::uuid returning id'
      if (client) return (await client.query(text, [id])).rows.length > 0
      const rows = await database.execute<{ id: string }>({ name: 'executor_beat', text, values: [id] })
      return rows.length > 0
    },

    async isAlive(id: string): Promise<boolean> {
      const row = await db.selectFrom('executors').select('id').where('id', '=', id).executeTakeFirst()
      return row !== undefined
    },

    /** Holds the lock that says an executor lives, on a connection of its own. It ends with the connection. */
    lockStatement: (id: string): { text: string; values: string[] } => ({
      text: `select pg_advisory_lock(${lockSpace}, hashtext($1))`,
      values: [id],
    }),

    /** Other executors whose beat is older than `seconds`, or whose lock is free. */
    async dead(self: string, seconds: number): Promise<string[]> {
      const result = await sql<{ id: string }>`
        select id from executors
        where id <> ${self}
          and (beat_at < now() - make_interval(secs => ${seconds})
               or pg_try_advisory_xact_lock(${sql.lit(lockSpace)}, hashtext(id::text)))`.execute(db)
      return result.rows.map((row) => row.id)
    },

    /** Whether any run waits to be picked up or belongs to another process. */
    async hasOpenRuns(): Promise<boolean> {
      const row = await db
        .selectFrom('runs')
        .select('id')
        .where('state', 'in', ['queued', 'running'])
        .limit(1)
        .executeTakeFirst()
      return row !== undefined
    },

    /** All executors but this one: with the database to ourselves, they are dead. */
    async others(self: string): Promise<string[]> {
      const rows = await db.selectFrom('executors').select('id').where('id', '<>', self).execute()
      return rows.map((row) => row.id)
    },

    /**
     * Takes the runs of dead executors, and those of executors that are gone, back into the queue under a higher fence.
     * What was queued is dispatched anew: its dispatch may have died with them.
     */
    async reap(dead: string[]): Promise<number> {
      return await db.transaction().execute(async (transaction) => {
        if (dead.length > 0) {
          await transaction
            .updateTable('runs')
            .set((eb) => ({ fence: eb('fence', '+', 1), dispatched_at: null }))
            .where('state', '=', 'queued')
            .execute()
        }
        const taken = await transaction
          .updateTable('runs')
          .set((eb) => ({
            state: 'queued',
            fence: eb('fence', '+', 1),
            executor_id: null,
            dispatched_at: null,
          }))
          .where('state', '=', 'running')
          .where((eb) =>
            eb.or([
              ...(dead.length > 0 ? [eb('executor_id', 'in', dead)] : []),
              eb('executor_id', 'not in', eb.selectFrom('executors').select('executors.id')),
            ]),
          )
          .executeTakeFirst()
        if (dead.length > 0) await transaction.deleteFrom('executors').where('id', 'in', dead).execute()
        return Number(taken.numUpdatedRows)
      })
    },

    /**
     * Queued runs that are due, have their thread's turn and were not dispatched, or so long ago that their dispatch
     * must have been lost. They are given the turn if it is free.
     */
    async undispatched(limit: number): Promise<QueuedRun[]> {
      const result = await sql<{ id: string; agent_id: string; fence: number }>`
        with due as (
          select r.id, r.agent_id, r.fence, r.thread_id from runs r join threads t on t.id = r.thread_id
          where r.state = 'queued'
            and (r.dispatched_at is null or r.dispatched_at < now() - interval '10 minutes')
            and (r.available_at is null or r.available_at <= now())
            and (t.active_run_id = r.id or (t.active_run_id is null and not exists (
              select 1 from runs earlier
              where earlier.thread_id = r.thread_id and earlier.state = 'queued' and earlier.id < r.id
                and (earlier.available_at is null or earlier.available_at <= now()))))
          order by r.id limit ${limit}
        ), turns as (
          update threads set active_run_id = due.id from due
          where threads.id = due.thread_id and threads.active_run_id is null
        )
        update runs set fence = runs.fence + case when runs.dispatched_at is null then 0 else 1 end,
          dispatched_at = now()
        from due where runs.id = due.id and runs.state = 'queued' and runs.fence = due.fence
        returning runs.id, runs.agent_id, runs.fence`.execute(db)
      return result.rows.map((row) => ({ id: row.id, agentId: row.agent_id, fence: row.fence }))
    },

    /** Running runs of this executor, and those of no executor that exists. */
    async ownedBy(executorId: string): Promise<OwnedRun[]> {
      return await db
        .selectFrom('runs')
        .select(['id', 'fence'])
        .where('state', '=', 'running')
        .where((eb) =>
          eb.or([
            eb('executor_id', '=', executorId),
            eb('executor_id', 'is', null),
            eb('executor_id', 'not in', eb.selectFrom('executors').select('executors.id')),
          ]),
        )
        .execute()
    },

    /** Takes a running run back into the queue under a higher fence, if it still stands at the one that was seen. */
    async requeue(run: OwnedRun): Promise<void> {
      await db
        .updateTable('runs')
        .set((eb) => ({
          state: 'queued',
          fence: eb('fence', '+', 1),
          executor_id: null,
          dispatched_at: null,
        }))
        .where('id', '=', run.id)
        .where('state', '=', 'running')
        .where('fence', '=', run.fence)
        .execute()
    },

    /** Whether there is anything at all that somebody may have to move: one cheap question where there mostly is nothing. */
    async openWork(): Promise<OpenWork> {
      const { rows } = await openWork.execute(db)
      return rows[0]! // without FROM there is one row
    },

    /** Waiting runs whose answer was written and has not reached them. */
    async waitingWithCommands(): Promise<string[]> {
      const rows = await db
        .selectFrom('commands')
        .innerJoin('runs', 'runs.id', 'commands.run_id')
        .select('runs.id')
        .distinct()
        .where('runs.state', '=', 'waiting')
        .execute()
      return rows.map((row) => row.id)
    },

    /** Runs that wait for somebody although their agent was deleted, at most `limit`. */
    async abandonedWaits(limit: number): Promise<string[]> {
      const { rows } = await sql<{ id: string }>`select runs.id ${abandoned} limit ${limit}`.execute(db)
      return rows.map((row) => row.id)
    },

    /** A dispatch that came to nothing: the run is dispatched anew. */
    async undispatch(id: string, fence: number): Promise<void> {
      await db
        .updateTable('runs')
        .set((eb) => ({ fence: eb('fence', '+', 1), dispatched_at: null }))
        .where('id', '=', id)
        .where('state', '=', 'queued')
        .where('fence', '=', fence)
        .execute()
    },

    /**
     * Takes a queued run for this executor under a higher fence, if it still stands at `fence` and has its thread's
     * turn. The event that says so is written in the same transaction.
     */
    async claim(id: string, fence: number, executorId: string): Promise<ClaimedRun | null> {
      return await db.transaction().execute(async (transaction) => {
        const row = await transaction
          .selectFrom('runs')
          .innerJoin('threads', 'threads.id', 'runs.thread_id')
          .selectAll('runs')
          .where('runs.id', '=', id)
          .where('runs.state', '=', 'queued')
          .where('runs.fence', '=', fence)
          .whereRef('threads.active_run_id', '=', 'runs.id')
          .forUpdate('runs')
          .executeTakeFirst()
        if (!row) return null
        const first = row.started_at === null
        const at = new Date()
        const seq = row.last_seq + 1
        await transaction
          .updateTable('runs')
          .set({
            state: 'running' satisfies RunState,
            fence: fence + 1,
            executor_id: executorId,
            last_seq: seq,
            started_at: row.started_at ?? at,
          })
          .where('id', '=', id)
          .execute()
        const data = first ? { fence: fence + 1 } : { fence: fence + 1, reason: 'recovered' }
        await transaction
          .insertInto('events')
          .values({
            stream: id,
            seq,
            type: first ? 'run.started' : 'run.resumed',
            data: JSON.stringify(data),
            at,
          })
          .execute()
        return {
          id,
          workspaceId: row.workspace_id,
          agentId: row.agent_id,
          threadId: row.thread_id,
          fence: fence + 1,
          pins: storedPins(row.pins),
        }
      })
    },
  }
}
