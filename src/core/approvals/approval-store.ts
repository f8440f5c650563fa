import type { Selectable } from 'kysely'
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

export type ApprovalStore = ReturnType<typeof createApprovalStore>

/** Reads approvals and records decisions. Questions are written by the journal, with the event that asks them. */
export function createApprovalStore(database: Database) {
  const db = database.kysely
  return {
    async find(workspaceId: string, id: string): Promise<Approval | null> {
      const row = await db
        .selectFrom('approvals')
        .selectAll()
        .where('id', '=', id)
        .where('workspace_id', '=', workspaceId)
        .executeTakeFirst()
      return row ? fromRow(row) : null
    },

    /** Newest first. */
    async list(
      workspaceId: string,
      filter: ApprovalFilter,
      page: { limit: number; after: string | null },
    ): Promise<Approval[]> {
      let query = db.selectFrom('approvals').selectAll().where('workspace_id', '=', workspaceId)
      if (filter.state !== undefined) query = query.where('state', '=', filter.state)
      if (filter.runId !== undefined) query = query.where('run_id', '=', filter.runId)
      if (filter.agentId !== undefined) query = query.where('agent_id', '=', filter.agentId)
      if (page.after !== null) query = query.where('id', '<', page.after)
      const rows = await query.orderBy('id', 'desc').limit(page.limit).execute()
      return rows.map(fromRow)
    },

    /** Records a decision on a question that is still open; false when it was decided before. */
    async decide(
      transaction: StoreTransaction,
      id: string,
      decided: { decision: Decision; reason: string | null; result: JsonValue; by: string },
    ): Promise<boolean> {
      const row = await transaction
        .updateTable('approvals')
        .set({
          state: 'decided',
          decision: decided.decision,
          reason: decided.reason,
          result: JSON.stringify(decided.result),
          decided_by: decided.by,
          decided_at: new Date(),
        })
        .where('id', '=', id)
        .where('state', '=', 'pending')
        .returning('id')
        .executeTakeFirst()
      return row !== undefined
    },

    /** Takes a decision back whose consequence could not be stored. */
    async reopen(id: string): Promise<void> {
      await db
        .updateTable('approvals')
        .set({
          state: 'pending',
          decision: null,
          reason: null,
          result: null,
          decided_by: null,
          decided_at: null,
        })
        .where('id', '=', id)
        .execute()
    },

    transaction: <T>(change: (transaction: StoreTransaction) => Promise<T>): Promise<T> =>
      db.transaction().execute(change),

    /** Deferred calls that were decided and whose run was never stored: their process died in between. */
    async withoutRun(limit: number): Promise<(Approval & { decidedBy: string })[]> {
      const rows = await db
        .selectFrom('approvals')
        .selectAll()
        .where('mode', '=', 'defer')
        .where('state', '=', 'decided')
        .where((eb) =>
          eb.not(eb.exists(eb.selectFrom('runs').select('runs.id').whereRef('runs.id', '=', 'approvals.id'))),
        )
        .limit(limit)
        .execute()
      return rows.map((row) => ({ ...fromRow(row), decidedBy: row.decided_by ?? '' }))
    },
  }
}

function fromRow(row: Selectable<Schema['approvals']>): Approval {
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
  }
}
