import { AppError } from '../../errors.ts'
import type { JsonObject } from '../../lib/json.ts'
import type { Principal } from '../access/principal.ts'
import { visiblePage } from '../agents/visible.ts'
import type { EventTypes } from '../events/event.ts'
import type { Run } from '../runs/run.ts'
import type { ThreadStore } from './thread-store.ts'
import type { Message, Thread, ThreadFilter, ThreadKey } from './thread.ts'

export type ThreadService = ReturnType<typeof createThreadService>

/** Conversations. Runs are added to them by the run service. */
export function createThreadService(deps: {
  store: ThreadStore
  /** Rejects with `agent_not_found` when the agent is not there for this principal. */
  requireAgent: (principal: Principal, agentId: string) => Promise<unknown>
  /** Whether this principal may see what an agent did, deleted or not. */
  canSee: (principal: Principal, agentId: string) => Promise<boolean>
  /** Ends every run of a thread that has not ended; rejects with `thread_busy` when one does not. */
  endRuns: (principal: Principal, threadId: string, reason: string) => Promise<void>
}) {
  const { store, canSee } = deps
  return {
    /** A new thread; the existing one when this id was made already. */
    async create(
      principal: Principal,
      request: { id: string; agentId: string; namespace: string; key: string | null; metadata: JsonObject },
    ): Promise<Thread> {
      await deps.requireAgent(principal, request.agentId)
      return await store.insert({
        ...request,
        workspaceId: principal.workspaceId,
        key: request.key ?? request.id,
      })
    },

    get: (principal: Principal, id: string): Promise<Thread> => find(principal, id),

    /** The thread that the agent's callers call so. Errors: `thread_not_found`. */
    async getByKey(principal: Principal, agentId: string, { namespace, key }: ThreadKey): Promise<Thread> {
      const thread = await store.findByKey({ workspaceId: principal.workspaceId, agentId, namespace, key })
      if (thread === null || !(await canSee(principal, agentId))) throw new AppError('thread_not_found')
      return thread
    },

    /** What the threads of these runs are called; a deleted one by its own id. */
    keysOf: (runs: readonly Pick<Run, 'threadId'>[]): Promise<Map<string, ThreadKey>> =>
      store.keysOf([...new Set(runs.map(({ threadId }) => threadId))]),

    /** Newest first, only those this principal may see. */
    async list(
      principal: Principal,
      filter: ThreadFilter,
      page: { limit: number; after: string | null },
    ): Promise<Thread[]> {
      return await visiblePage(
        page,
        (part) => store.list(principal.workspaceId, filter, part),
        (agentId) => canSee(principal, agentId),
      )
    },

    /** Errors: `thread_not_found`; `thread_busy` while a run has its turn. */
    remove,

    /** Cancels what has not ended in a thread, the queued before the active run. Errors: as `removeWithRuns`. */
    async endRuns(principal: Principal, id: string, reason: string): Promise<void> {
      await find(principal, id)
      await deps.endRuns(principal, id, reason)
    },

    /**
     * Removes a thread whatever goes on in it: what has not ended is cancelled first, the queued before the active run.
     *
     * Errors: `thread_not_found`; `thread_busy` when a run has not ended after half a minute: the thread is still there.
     */
    async removeWithRuns(principal: Principal, id: string): Promise<void> {
      const reason = 'Its thread was deleted.'
      for (let tries = 3; tries > 0; tries--) {
        await find(principal, id)
        await deps.endRuns(principal, id, reason)
        if (!(await store.remove(principal.workspaceId, id))) continue
        // What was accepted meanwhile found the thread still there, and runs where nobody could reach it.
        return await deps.endRuns(principal, id, reason)
      }
      throw new AppError('thread_busy')
    },

    /** What was said, oldest first. `after` is the last message of the page before. */
    async messages(
      principal: Principal,
      id: string,
      page: { limit: number; after: { runId: string; seq: number } | null },
    ): Promise<Message[]> {
      await find(principal, id)
      const events = await store.messages(id, ['message.created', 'message.completed'], {
        limit: page.limit,
        afterRun: page.after?.runId ?? '00000000-0000-0000-0000-000000000000',
        afterSeq: page.after?.seq ?? 0,
      })
      return events.map((event): Message => {
        const base = { runId: event.stream, seq: event.seq, createdAt: event.at }
        if (event.type === 'message.created') {
          const data = event.data as EventTypes['message.created'] // said by its type
          return { ...base, role: 'user', content: data.content }
        }
        const data = event.data as EventTypes['message.completed'] // the only other type asked for
        return { ...base, role: 'assistant', content: data.text ? [{ type: 'text', text: data.text }] : [] }
      })
    },
  }

  async function remove(principal: Principal, id: string): Promise<void> {
    await find(principal, id)
    if (await store.remove(principal.workspaceId, id)) return
    const { activeRunId } = await find(principal, id)
    throw new AppError('thread_busy', { facts: { run_id: activeRunId } })
  }

  async function find(principal: Principal, id: string): Promise<Thread> {
    const thread = await store.find(principal.workspaceId, id)
    if (!thread || !(await canSee(principal, thread.agentId))) throw new AppError('thread_not_found')
    return thread
  }
}
