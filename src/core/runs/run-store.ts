import type { Kysely, Selectable, Transaction } from 'kysely'
import { sql } from 'kysely'
import type { Database } from '../../storage/database.ts'
import type { Schema } from '../../storage/schema.ts'
import type { JournalEvent } from '../events/entry.ts'
import type { EventTypes, RunEventType } from '../events/event.ts'
import { eventsAfter, eventsOfTypes } from '../events/event-store.ts'
import type { JsonObject, JsonValue } from '../../lib/json.ts'
import type { QueuedRun } from './executor-store.ts'
import {
  storedPins,
  type InputPart,
  type Run,
  type RunError,
  type RunPins,
  type RunState,
  type Usage,
  type WaitingFor,
} from './run.ts'

export interface RunFilter {
  agentId?: string
  threadId?: string
  state?: RunState
  dialect?: string
  /** Only the runs that this one has begun. */
  parentRunId?: string
}

export interface Page {
  limit: number
  after: string | null
}

/** A run row as it is locked for a change. */
export interface LockedRun {
  id: string
  workspaceId: string
  agentId: string
  threadId: string
  state: RunState
  fence: number
  lastSeq: number
  waitingFor: WaitingFor | null
  pins: RunPins
  usage: Usage | null
}

export type RunStore = ReturnType<typeof createRunStore>
export type StoreTransaction = Transaction<Schema>

/** Reads runs, and the changes to them that are not the journal's own. */
export function createRunStore(database: Database) {
  const db = database.kysely

  return {
    /** All of `change` or nothing, in one transaction. No network call belongs inside. */
    transaction: <T>(change: (transaction: StoreTransaction) => Promise<T>): Promise<T> =>
      db.transaction().execute(change),

    async find(workspaceId: string, id: string): Promise<Run | null> {
      const row = await db
        .selectFrom('runs')
        .selectAll()
        .where('id', '=', id)
        .where('workspace_id', '=', workspaceId)
        .executeTakeFirst()
      if (!row) return null
      const [run] = await runsFromRows(db, [row])
      return run ?? null
    },

    /** Newest first. `after` is the id of the last run of the page before. */
    async list(workspaceId: string, filter: RunFilter, page: Page): Promise<Run[]> {
      let query = db.selectFrom('runs').selectAll().where('workspace_id', '=', workspaceId)
      if (filter.agentId !== undefined) query = query.where('agent_id', '=', filter.agentId)
      if (filter.threadId !== undefined) query = query.where('thread_id', '=', filter.threadId)
      if (filter.state !== undefined) query = query.where('state', '=', filter.state)
      if (filter.dialect !== undefined) query = query.where('dialect', '=', filter.dialect)
      if (filter.parentRunId !== undefined) query = query.where('parent_run_id', '=', filter.parentRunId)
      if (page.after !== null) query = query.where('id', '<', page.after)
      return await runsFromRows(db, await query.orderBy('id', 'desc').limit(page.limit).execute())
    },

    /** Ids of the runs of a thread that have not ended, newest first. */
    async openOn(threadId: string): Promise<string[]> {
      const rows = await db
        .selectFrom('runs')
        .select('id')
        .where('thread_id', '=', threadId)
        .where('state', 'in', ['queued', 'running', 'waiting'])
        .orderBy('id', 'desc')
        .execute()
      return rows.map((row) => row.id)
    },

    /** The run's row, held until the transaction ends. */
    async lock(transaction: StoreTransaction, id: string): Promise<LockedRun | null> {
      const row = await transaction
        .selectFrom('runs')
        .select([
          'id',
          'workspace_id',
          'agent_id',
          'thread_id',
          'state',
          'fence',
          'last_seq',
          'waiting_for',
          'pins',
          'usage',
        ])
        .where('id', '=', id)
        .forUpdate()
        .executeTakeFirst()
      return row ? lockedFromRow(row) : null
    },

    /**
     * Takes a locked run that no segment holds: raises its fence, appends `events` and moves it to `state`. Returns the
     * events as committed once the transaction is.
     */
    async take(
      transaction: StoreTransaction,
      run: LockedRun,
      change: { state: RunState; executorId: string | null; usage: Usage | null; events: NewRunEvent[] },
    ): Promise<JournalEvent[]> {
      const at = new Date()
      const events = numbered(run, change.events, at)
      await transaction
        .updateTable('runs')
        .set({
          fence: run.fence + 1,
          state: change.state,
          executor_id: change.executorId,
          last_seq: run.lastSeq + events.length,
          waiting_for: null,
          ...(change.state === 'running' ? { started_at: sql<Date>`coalesce(started_at, ${at})` } : {}),
          usage: change.usage === null ? null : JSON.stringify(change.usage),
          ...(change.state === 'running' || change.state === 'queued' ? {} : { finished_at: at }),
        })
        .where('id', '=', run.id)
        .execute()
      if (events.length > 0) {
        await transaction
          .insertInto('events')
          .values(events.map(({ stream, seq, type, text }) => ({ stream, seq, type, data: text, at })))
          .execute()
      }
      return events
    },

    /** Gives the turn on the thread to its next queued run; its id, or null when none waits. */
    async passTurn(transaction: StoreTransaction, threadId: string, from: string): Promise<string | null> {
      const row = await transaction
        .updateTable('threads')
        .set({
          active_run_id: (eb) =>
            eb
              .selectFrom('runs')
              .select('runs.id')
              .where('runs.thread_id', '=', threadId)
              .where('runs.state', '=', 'queued')
              .where('runs.id', '<>', from)
              .where((where) =>
                where.or([
                  where('runs.available_at', 'is', null),
                  where('runs.available_at', '<=', sql<Date>`now()`),
                ]),
              )
              .orderBy('runs.id')
              .limit(1),
        })
        .where('id', '=', threadId)
        .where('active_run_id', '=', from)
        .returning('active_run_id')
        .executeTakeFirst()
      return row?.active_run_id ?? null
    },

    /**
     * Gives the turn on a thread, when it is free, to the run that has waited longest. The run that has the turn now
     * and is queued; null when it is another one's or nobody waits.
     */
    async giveTurn(threadId: string): Promise<QueuedRun | null> {
      const result = await sql<{ id: string; agent_id: string; fence: number }>`
        with turn as (
          update threads set active_run_id = coalesce(active_run_id, (
            select id from runs where thread_id = ${threadId} and state = 'queued'
              and (available_at is null or available_at <= now()) order by id limit 1))
          where id = ${threadId}
          returning active_run_id
        )
        update runs set dispatched_at = now() from turn
        where runs.id = turn.active_run_id and runs.state = 'queued'
        returning runs.id, runs.agent_id, runs.fence`.execute(db)
      const row = result.rows[0]
      return row ? { id: row.id, agentId: row.agent_id, fence: row.fence } : null
    },

    async addCommand(
      transaction: StoreTransaction,
      id: string,
      runId: string,
      kind: string,
      data: unknown,
    ): Promise<void> {
      await transaction
        .insertInto('commands')
        .values({ id, run_id: runId, kind, data: JSON.stringify(data) })
        .execute()
    },

    /** Calls of a run whose outputs its journal has. */
    async answeredCalls(transaction: StoreTransaction, runId: string): Promise<Set<string>> {
      const received = await eventsOfTypes(transaction, [runId], ['tool.outputs_received'])
      return new Set(
        received.flatMap(({ data }) =>
          (data as EventTypes['tool.outputs_received']).outputs.map(({ callId }) => callId),
        ), // said by its type
      )
    },

    /** Questions that a run was parked on need no answer once it has ended. Deferred ones outlive it. */
    async voidApprovals(transaction: StoreTransaction, runId: string): Promise<void> {
      await transaction
        .updateTable('approvals')
        .set({ state: 'void' })
        .where('run_id', '=', runId)
        .where('state', '=', 'pending')
        .where('mode', '=', 'park')
        .execute()
    },

    /** Whether it was still there. */
    async removeCommand(transaction: StoreTransaction, id: string): Promise<boolean> {
      const row = await transaction
        .deleteFrom('commands')
        .where('id', '=', id)
        .returning('id')
        .executeTakeFirst()
      return row !== undefined
    },

    async commandsFor(runIds: string[]): Promise<{ id: string; runId: string; data: unknown }[]> {
      if (runIds.length === 0) return []
      const rows = await db
        .selectFrom('commands')
        .selectAll()
        .where('run_id', 'in', runIds)
        .orderBy('id')
        .execute()
      return rows.map((row) => ({ id: row.id, runId: row.run_id, data: row.data }))
    },

    /** Counts one run of today (UTC); false when the day's limit is reached. */
    async countDay(agentId: string, limit: number): Promise<boolean> {
      const result = await sql<{ runs: number }>`
        insert into agent_days (agent_id, day, runs) values (${agentId}, (now() at time zone 'utc')::date, 1)
        on conflict (agent_id, day) do update set runs = agent_days.runs + 1 where agent_days.runs < ${limit}
        returning runs`.execute(db)
      return result.rows.length > 0
    },

    /** The whole journal of a run. */
    events: (runId: string): Promise<JournalEvent[]> => eventsAfter(db, runId, 0, 1_000_000),

    eventsAfter: (runId: string, after: number, limit: number): Promise<JournalEvent[]> =>
      eventsAfter(db, runId, after, limit),

    /** Events of the given types of several runs, in the order of the runs' ids, then of their numbers. */
    eventsOfTypes: (runIds: string[], types: RunEventType[]): Promise<JournalEvent[]> =>
      eventsOfTypes(db, runIds, types),

    /** What the run was accepted with. */
    async pinsOf(id: string): Promise<RunPins | null> {
      const row = await db.selectFrom('runs').select('pins').where('id', '=', id).executeTakeFirst()
      return row ? storedPins(row.pins) : null
    },

    async fenceOf(id: string): Promise<{ fence: number; agentId: string; state: RunState } | null> {
      const row = await db
        .selectFrom('runs')
        .select(['fence', 'agent_id', 'state'])
        .where('id', '=', id)
        .executeTakeFirst()
      return row ? { fence: row.fence, agentId: row.agent_id, state: row.state as RunState } : null
    },
  }
}

export type NewRunEvent = { [T in RunEventType]: { type: T; data: EventTypes[T] } }[RunEventType]

function numbered(run: LockedRun, events: NewRunEvent[], at: Date): JournalEvent[] {
  return events.map((event, index) => ({
    stream: run.id,
    seq: run.lastSeq + index + 1,
    type: event.type,
    data: event.data,
    text: JSON.stringify(event.data),
    at: at.toISOString(),
  }))
}

export function lockedFromRow(
  row: Pick<
    Selectable<Schema['runs']>,
    | 'id'
    | 'workspace_id'
    | 'agent_id'
    | 'thread_id'
    | 'state'
    | 'fence'
    | 'last_seq'
    | 'waiting_for'
    | 'pins'
    | 'usage'
  >,
): LockedRun {
  return {
    id: row.id,
    workspaceId: row.workspace_id,
    agentId: row.agent_id,
    threadId: row.thread_id,
    state: row.state as RunState, // only the state table's values are ever written
    fence: row.fence,
    lastSeq: row.last_seq,
    waitingFor: row.waiting_for as WaitingFor | null, // written from this type
    pins: storedPins(row.pins),
    usage: row.usage as Usage | null, // written from this type
  }
}

/** The runs of these rows, in their order, each with its input. */
export async function runsFromRows(db: Kysely<Schema>, rows: Selectable<Schema['runs']>[]): Promise<Run[]> {
  const inputs = await readInputs(
    db,
    rows.map((row) => row.id),
  )
  return rows.map((row) => fromRow(row, inputs.get(row.id) ?? []))
}

/** The first message of each run: always the second event of its stream. */
async function readInputs(db: Kysely<Schema>, runIds: string[]): Promise<Map<string, InputPart[]>> {
  if (runIds.length === 0) return new Map()
  const rows = await db
    .selectFrom('events')
    .select(['stream', 'data'])
    .where('stream', 'in', runIds)
    .where('seq', '=', 2)
    .execute()
  return new Map(
    rows.map((row) => [row.stream, (JSON.parse(row.data) as EventTypes['message.created']).content]),
  )
}

function fromRow(row: Selectable<Schema['runs']>, input: InputPart[]): Run {
  return {
    id: row.id,
    workspaceId: row.workspace_id,
    agentId: row.agent_id,
    agentVersion: row.agent_version,
    threadId: row.thread_id,
    parentRunId: row.parent_run_id,
    state: row.state as RunState,
    dialect: row.dialect,
    source: row.source,
    input,
    output: row.output,
    outputJson: (row.output_json ?? null) as JsonValue,
    error: row.error as RunError | null,
    usage: row.usage as Usage | null,
    model: row.model,
    waitingFor: row.waiting_for as WaitingFor | null,
    metadata: (row.metadata ?? {}) as JsonObject,
    createdAt: row.created_at,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
  }
}
