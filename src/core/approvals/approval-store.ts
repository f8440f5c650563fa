import { sql, type Selectable } from 'kysely'
import type { Database } from '../../storage/database.ts'
import type { Schema } from '../../storage/schema.ts'
import type { Decision } from '../events/event.ts'
import type { JsonValue } from '../../lib/json.ts'
import type { StoreTransaction } from '../runs/run-store.ts'
import type { Approval } from './approval.ts'

export interface ApprovalFilter {
  state?: Approval['state']
  runId?: string
  agentId?: string
}

/** A decision on a deferred call, whose run is still to be started. */
export interface DeferredDecision {
  approval: Approval
  /** The id of that run: the same however often its start is tried. */
  runId: string
  approved: boolean
  reason: string | null
  decidedBy: string
  organizationId: string
}

/** One that was left behind; `stored`: its run is there, and only the note that it is to be started is left. */
export interface LeftDecision extends DeferredDecision {
  stored: boolean
}

/** Of an approval: the arguments that its question was asked with. */
const askedAbout = sql<string>`coalesce((
  select events.data::json -> 'arguments' from events
  where events.stream = approvals.run_id and events.type = 'approval.requested'
    and events.data::json ->> 'approvalId' = approvals.id::text), approvals.arguments)`

/** A recorded decision is left to its own process for this long, seconds. */
const patience = 5

export type ApprovalStore = ReturnType<typeof createApprovalStore>

/** Reads approvals and records decisions. Questions are written by the journal, with the event that asks them. */
export function createApprovalStore(database: Database) {
  const db = database.kysely

  /** Approvals, and what became of the runs that asked. */
  const approvalsAndRuns = () =>
    db
      .selectFrom('approvals')
      .leftJoin('runs', 'runs.id', 'approvals.run_id')
      .selectAll('approvals')
      .select(['runs.state as run_state', 'runs.finished_at'])

  return {
    async find(workspaceId: string, id: string): Promise<Approval | null> {
      const row = await approvalsAndRuns()
        .where('approvals.id', '=', id)
        .where('approvals.workspace_id', '=', workspaceId)
        .executeTakeFirst()
      return row ? fromRow(row) : null
    },

    /** Newest first. */
    async list(
      workspaceId: string,
      filter: ApprovalFilter,
      page: { limit: number; after: string | null },
    ): Promise<Approval[]> {
      let query = approvalsAndRuns().where('approvals.workspace_id', '=', workspaceId)
      if (filter.state !== undefined) query = query.where('approvals.state', '=', filter.state)
      if (filter.runId !== undefined) query = query.where('approvals.run_id', '=', filter.runId)
      if (filter.agentId !== undefined) query = query.where('approvals.agent_id', '=', filter.agentId)
      if (page.after !== null) query = query.where('approvals.id', '<', page.after)
      const rows = await query.orderBy('approvals.id', 'desc').limit(page.limit).execute()
      return rows.map(fromRow)
    },

    /**
     * Records a decision on a question that is still open, or again while the same run is still to be started; false when
     * it was decided before.
     */
    async decide(
      transaction: StoreTransaction,
      id: string,
      decided: {
        decision: Decision
        reason: string | null
        result: JsonValue
        by: string
        runToStart: string | null
        /** In place of those that were asked about. */
        arguments?: JsonValue
      },
    ): Promise<boolean> {
      const row = await transaction
        .updateTable('approvals')
        .set({
          state: 'decided',
          decision: decided.decision,
          reason: decided.reason,
          result: JSON.stringify(decided.result),
          decided_by: decided.by,
          run_to_start: decided.runToStart,
          decided_at: sql<Date>`now()`,
          ...(decided.arguments !== undefined && { arguments: JSON.stringify(decided.arguments) }),
        })
        .where('id', '=', id)
        .where((eb) => eb.or([eb('state', '=', 'pending'), eb('run_to_start', '=', decided.runToStart)]))
        .returning('id')
        .executeTakeFirst()
      return row !== undefined
    },

    /**
     * Takes a decision back whose run was refused, and with it the arguments that it gave in place of those asked about;
     * false when that run exists, or was started by somebody else.
     */
    async reopen(id: string, runId: string): Promise<boolean> {
      const row = await db
        .updateTable('approvals')
        .set({
          state: 'pending',
          arguments: askedAbout,
          decision: null,
          reason: null,
          result: null,
          decided_by: null,
          run_to_start: null,
          decided_at: null,
        })
        .where('id', '=', id)
        .where('run_to_start', '=', runId)
        .where((eb) =>
          eb.not(eb.exists(eb.selectFrom('runs').select('runs.id').where('runs.id', '=', runId))),
        )
        .returning('id')
        .executeTakeFirst()
      return row !== undefined
    },

    /** The run that these decisions were to start is stored. */
    async started(runId: string): Promise<void> {
      await db
        .updateTable('approvals')
        .set({ run_to_start: null })
        .where('run_to_start', '=', runId)
        .execute()
    },

    transaction: <T>(change: (transaction: StoreTransaction) => Promise<T>): Promise<T> =>
      db.transaction().execute(change),

    /** Decisions on deferred calls whose run was not started though there was time: their process died in between. */
    async leftBehind(limit: number): Promise<LeftDecision[]> {
      const rows = await db
        .selectFrom('approvals')
        .innerJoin('workspaces', 'workspaces.id', 'approvals.workspace_id')
        .leftJoin('runs', 'runs.id', 'approvals.run_to_start')
        .selectAll('approvals')
        .select(['workspaces.organization_id', 'runs.id as stored'])
        .where('run_to_start', 'is not', null)
        .where('decided_at', '<', sql<Date>`now() - make_interval(secs => ${patience})`)
        .orderBy('run_to_start')
        .limit(limit)
        .execute()
      return rows.map((row) => ({
        // One that was decided is not void.
        approval: fromRow({ ...row, run_state: null, finished_at: null }),
        runId: row.run_to_start ?? '',
        approved: row.decision === 'approve',
        reason: row.reason,
        decidedBy: row.decided_by ?? '',
        organizationId: row.organization_id,
        stored: row.stored !== null,
      }))
    },
  }
}

interface ApprovalRow extends Selectable<Schema['approvals']> {
  run_state: string | null
  finished_at: Date | null
}

/** What is void became so with the end of its run. */
function lapsedFrom({ state, run_state: runState, finished_at: at }: ApprovalRow): Approval['lapsed'] {
  if (state !== 'void' || at === null) return null
  if (runState !== 'completed' && runState !== 'failed' && runState !== 'cancelled') return null
  return { at, runState }
}

function fromRow(row: ApprovalRow): Approval {
  return {
    id: row.id,
    workspaceId: row.workspace_id,
    agentId: row.agent_id,
    runId: row.run_id,
    callId: row.call_id,
    kind: row.kind as Approval['kind'], // only these are written
    mode: row.mode as Approval['mode'], // only these are written
    tool: row.tool,
    arguments: (row.arguments ?? null) as JsonValue,
    state: row.state as Approval['state'], // only these are written
    decision: row.decision as Decision | null,
    reason: row.reason,
    createdAt: row.created_at,
    decidedAt: row.decided_at,
    lapsed: lapsedFrom(row),
  }
}
