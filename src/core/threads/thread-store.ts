import { sql, type Kysely, type Selectable } from 'kysely'
import type { Database } from '../../storage/database.ts'
import type { Schema } from '../../storage/schema.ts'
import { eventsOfTypes } from '../events/event-store.ts'
import type { JournalEvent } from '../events/entry.ts'
import type { EventType } from '../events/event.ts'
import type { JsonObject } from '../../lib/json.ts'
import type { Thread, ThreadFilter, ThreadKey } from './thread.ts'

type NewThread = Pick<Thread, 'id' | 'workspaceId' | 'agentId' | 'namespace' | 'key' | 'metadata'>

export type ThreadStore = ReturnType<typeof createThreadStore>

export function createThreadStore(database: Database) {
  const db = database.kysely

  /** Deleted threads have given up their key. */
  async function findByKey(
    { workspaceId, agentId, namespace, key }: Pick<Thread, 'workspaceId' | 'agentId' | 'namespace' | 'key'>,
    reader: Kysely<Schema> = db,
  ): Promise<Thread | null> {
    const row = await reader
      .selectFrom('threads')
      .selectAll()
      .where('workspace_id', '=', workspaceId)
      .where('namespace', '=', namespace)
      .where('agent_id', '=', agentId)
      .where('key', '=', key)
      .executeTakeFirst()
    return row ? threadFromRow(row) : null
  }

  async function add(thread: NewThread, writer: Kysely<Schema> = db): Promise<Thread> {
    await writer
      .insertInto('threads')
      .values({
        id: thread.id,
        workspace_id: thread.workspaceId,
        agent_id: thread.agentId,
        namespace: thread.namespace,
        key: thread.key,
        metadata: JSON.stringify(thread.metadata),
      })
      .onConflict((conflict) => conflict.doNothing())
      .execute()
    const stored = await findByKey(thread, writer)
    if (stored === null) throw new Error('A thread went away while it was made.')
    return stored
  }

  return {
    /** The thread of this key: the one that is there, else a new one. */
    insert: async (thread: NewThread): Promise<Thread> => (await findByKey(thread)) ?? (await add(thread)),

    /** The same for a key that only one agent of the workspace may have; null: another one has it. */
    async insertAlone(thread: NewThread): Promise<Thread | null> {
      const existing = await findByKey(thread)
      if (existing !== null) return existing
      const { workspaceId, agentId, namespace, key } = thread
      return await db.transaction().execute(async (transaction) => {
        const turn = `thread key ${JSON.stringify([workspaceId, namespace, key])}`
        await sql`select pg_advisory_xact_lock(hashtextextended(${turn}, 0))`.execute(transaction)
        const other = await transaction
          .selectFrom('threads')
          .select('id')
          .where('workspace_id', '=', workspaceId)
          .where('namespace', '=', namespace)
          .where('key', '=', key)
          .where('agent_id', '!=', agentId)
          .executeTakeFirst()
        return other === undefined ? await add(thread, transaction) : null
      })
    },

    findByKey,

    /** What the callers of these threads call them, by the threads' ids. */
    async keysOf(ids: string[]): Promise<Map<string, ThreadKey>> {
      if (ids.length === 0) return new Map()
      const rows = await db
        .selectFrom('threads')
        .select(['id', 'namespace', 'key'])
        .where('id', 'in', ids)
        .execute()
      return new Map(rows.map(({ id, namespace, key }) => [id, { namespace, key }]))
    },

    async find(workspaceId: string, id: string): Promise<Thread | null> {
      const row = await db
        .selectFrom('threads')
        .selectAll()
        .where('id', '=', id)
        .where('workspace_id', '=', workspaceId)
        .where('deleted_at', 'is', null)
        .executeTakeFirst()
      return row ? threadFromRow(row) : null
    },

    /** Newest first. */
    async list(
      workspaceId: string,
      filter: ThreadFilter,
      page: { limit: number; after: string | null },
    ): Promise<Thread[]> {
      let query = db
        .selectFrom('threads')
        .selectAll()
        .where('workspace_id', '=', workspaceId)
        .where('deleted_at', 'is', null)
      if (filter.agentId !== undefined) query = query.where('agent_id', '=', filter.agentId)
      if (filter.namespace !== undefined) query = query.where('namespace', '=', filter.namespace)
      if (page.after !== null) query = query.where('id', '<', page.after)
      const rows = await query.orderBy('id', 'desc').limit(page.limit).execute()
      return rows.map(threadFromRow)
    },

    /** Hides the thread, unless a run has its turn there. Its key is freed; its runs stay readable. */
    async remove(workspaceId: string, id: string): Promise<boolean> {
      const row = await db
        .updateTable('threads')
        .set({ deleted_at: new Date(), key: id, namespace: 'deleted' })
        .where('id', '=', id)
        .where('workspace_id', '=', workspaceId)
        .where('deleted_at', 'is', null)
        .where('active_run_id', 'is', null)
        .returning('id')
        .executeTakeFirst()
      return row !== undefined
    },

    /** Events of the given types of the newest `runs` finished runs before run `before`, oldest run first. */
    async history(
      threadId: string,
      before: string,
      runs: number,
      types: EventType[],
    ): Promise<JournalEvent[]> {
      if (runs === 0) return []
      const rows = await db
        .selectFrom('runs')
        .select('id')
        .where('thread_id', '=', threadId)
        .where('id', '<', before)
        .where('state', 'in', ['completed', 'failed', 'cancelled'])
        .orderBy('id', 'desc')
        .limit(runs)
        .execute()
      return await eventsOfTypes(
        db,
        rows.map((row) => row.id),
        types,
      )
    },

    /** Events of the given types of one page of a thread's runs, oldest first. */
    async messages(
      threadId: string,
      types: EventType[],
      page: { limit: number; afterRun: string; afterSeq: number },
    ): Promise<JournalEvent[]> {
      const rows = await db
        .selectFrom('events')
        .innerJoin('runs', 'runs.id', 'events.stream')
        .selectAll('events')
        .where('runs.thread_id', '=', threadId)
        .where('events.type', 'in', types)
        .where((eb) =>
          eb.or([
            eb('events.stream', '>', page.afterRun),
            eb.and([eb('events.stream', '=', page.afterRun), eb('events.seq', '>', page.afterSeq)]),
          ]),
        )
        .orderBy('events.stream')
        .orderBy('events.seq')
        .limit(page.limit)
        .execute()
      return rows.map((row) => ({
        stream: row.stream,
        seq: row.seq,
        type: row.type as EventType, // only the journal writes this table
        data: JSON.parse(row.data),
        text: row.data,
        at: row.at.toISOString(),
      }))
    },
  }
}

export function threadFromRow(row: Omit<Selectable<Schema['threads']>, 'deleted_at'>): Thread {
  return {
    id: row.id,
    workspaceId: row.workspace_id,
    agentId: row.agent_id,
    namespace: row.namespace,
    key: row.key,
    activeRunId: row.active_run_id,
    metadata: (row.metadata ?? {}) as JsonObject,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}
