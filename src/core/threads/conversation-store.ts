import { sql, type Kysely } from 'kysely'
import type { Schema } from '../../storage/schema.ts'
import { cleanJson } from '../../lib/json.ts'
import { runsFromRows } from '../runs/run-store.ts'
import type { Run } from '../runs/run.ts'
import type { BegunConversation, ConversationFilter } from './conversation.ts'
import { threadFromRow } from './thread-store.ts'
import type { Thread, ThreadKey } from './thread.ts'

/** Who reads: private agents are there for this owner only; null: for whoever asks. */
export interface Reader {
  workspaceId: string
  privateOf: string | null
}

export type ConversationStore = ReturnType<typeof createConversationStore>

/** Reads threads together with their runs. */
export function createConversationStore(db: Kysely<Schema>) {
  /** Threads that are there, of agents that the reader may see; what a deleted agent did stays readable. */
  function seen({ workspaceId, privateOf }: Reader) {
    const threads = db
      .selectFrom('threads')
      .innerJoin('agents', 'agents.id', 'threads.agent_id')
      .where('threads.workspace_id', '=', workspaceId)
      .where('threads.deleted_at', 'is', null)
    if (privateOf === null) return threads
    return threads.where((eb) =>
      eb.or([eb('agents.visibility', '<>', 'private'), eb('agents.owner_id', '=', privateOf)]),
    )
  }

  /** Only ids: it is counted to its end, and rows of runs are wide. */
  function matching(reader: Reader, filter: ConversationFilter) {
    const { agentId, namespace, states, metadata, parentRunId, errorCodes, waitingFor } = filter
    let query = seen(reader)
      .innerJoinLateral(
        (eb) =>
          eb
            .selectFrom('runs')
            .select(['runs.id', 'runs.state', 'runs.metadata', 'runs.parent_run_id'])
            .select(['runs.error', 'runs.waiting_for'])
            .whereRef('runs.thread_id', '=', 'threads.id')
            .orderBy('runs.id', 'desc')
            .limit(1)
            .as('newest'),
        (join) => join.onTrue(),
      )
      .select(['threads.id as threadId', 'newest.id as runId'])
    if (agentId !== undefined) query = query.where('threads.agent_id', '=', agentId)
    if (namespace !== undefined) query = query.where('threads.namespace', '=', namespace)
    if (states !== undefined) query = query.where((eb) => eb('newest.state', '=', eb.fn.any(eb.val(states))))
    if (errorCodes !== undefined) {
      const among = 'among' in errorCodes
      const codes = [...(among ? errorCodes.among : errorCodes.notAmong)]
      const code = sql<string>`newest.error->>'code'`
      query = query.where((eb) => (among ? eb(code, 'in', codes) : eb(code, 'not in', codes)))
    }
    if (waitingFor !== undefined)
      query = query.where(sql<boolean>`newest.waiting_for->>'type' = ${waitingFor}`)
    if (metadata !== undefined) {
      const wanted = JSON.stringify(cleanJson(metadata))
      query = query.where(sql<boolean>`newest.metadata::jsonb @> ${wanted}::jsonb`)
    }
    if (parentRunId === undefined) return query
    return query.where('newest.parent_run_id', '=', parentRunId).where('threads.id', 'in', (eb) =>
      // Says nothing new, but an index knows the answer.
      eb.selectFrom('runs').select('runs.thread_id').where('runs.parent_run_id', '=', parentRunId),
    )
  }

  async function count(reader: Reader, filter: ConversationFilter): Promise<number> {
    const { total } = await db
      .selectFrom(matching(reader, filter).as('matching'))
      .select((eb) => eb.fn.countAll().as('total'))
      .executeTakeFirstOrThrow()
    return Number(total)
  }

  return {
    /** One page, newest thread first, and how many there are on all pages together. */
    async list(
      reader: Reader,
      filter: ConversationFilter,
      page: { limit: number; offset: number },
    ): Promise<{ items: BegunConversation[]; total: number }> {
      const paged = matching(reader, filter)
        .select((eb) => eb.fn.countAll().over().as('total'))
        .orderBy('threads.id', 'desc')
        .limit(page.limit)
        .offset(page.offset)
      const rows = await db
        .selectFrom(paged.as('page'))
        .innerJoin('threads', 'threads.id', 'page.threadId')
        .innerJoin('runs', 'runs.id', 'page.runId')
        .selectAll('runs')
        .select([
          'page.total',
          'threads.namespace',
          'threads.key',
          'threads.active_run_id',
          'threads.metadata as thread_metadata',
          'threads.created_at as thread_created_at',
          'threads.updated_at',
        ])
        .orderBy('threads.id', 'desc')
        .execute()
      const runs = await runsFromRows(db, rows)
      const items = rows.flatMap((row, index) => {
        const run = runs[index]
        if (run === undefined) return []
        const { thread_id: id, thread_metadata: metadata, thread_created_at: created_at } = row
        return [{ thread: threadFromRow({ ...row, id, metadata, created_at }), run }]
      })
      // A page beyond the last one has no row to say how many there are.
      const total = rows[0]?.total ?? (await count(reader, filter))
      return { items, total: Number(total) }
    },

    /** The newest thread that is called so, of whichever agent. */
    async findByKey(reader: Reader, { namespace, key }: ThreadKey): Promise<Thread | null> {
      const row = await seen(reader)
        .selectAll('threads')
        .where('threads.namespace', '=', namespace)
        .where('threads.key', '=', key)
        .orderBy('threads.id', 'desc')
        .limit(1)
        .executeTakeFirst()
      return row ? threadFromRow(row) : null
    },

    async find(reader: Reader, threadId: string): Promise<Thread | null> {
      const row = await seen(reader)
        .selectAll('threads')
        .where('threads.id', '=', threadId)
        .executeTakeFirst()
      return row ? threadFromRow(row) : null
    },

    /** The newest runs of a thread, newest first. */
    async newestRuns(threadId: string, limit: number): Promise<Run[]> {
      const rows = await db
        .selectFrom('runs')
        .selectAll()
        .where('thread_id', '=', threadId)
        .orderBy('id', 'desc')
        .limit(limit)
        .execute()
      return await runsFromRows(db, rows)
    },
  }
}
