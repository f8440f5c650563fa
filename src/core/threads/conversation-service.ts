import { AppError } from '../../errors.ts'
import type { Principal } from '../access/principal.ts'
import type { Run } from '../runs/run.ts'
import type { ConversationStore, Reader } from './conversation-store.ts'
import type { BegunConversation, Conversation, ConversationFilter } from './conversation.ts'
import type { Thread, ThreadKey } from './thread.ts'

export type ConversationService = ReturnType<typeof createConversationService>

/** Reads threads for APIs whose unit is a conversation, not the runs in it. */
export function createConversationService({ store }: { store: ConversationStore }) {
  async function find(principal: Principal, threadId: string): Promise<Thread> {
    const thread = await store.find(readerOf(principal), threadId)
    if (thread === null) throw new AppError('thread_not_found')
    return thread
  }

  return {
    /**
     * Begun ones that this principal may see, in the order in which they began, newest first. `offset`: how many of
     * these are left out; `total`: how many there are without `limit` and `offset`.
     */
    list: (
      principal: Principal,
      filter: ConversationFilter,
      page: { limit: number; offset: number },
    ): Promise<{ items: BegunConversation[]; total: number }> =>
      store.list(readerOf(principal), filter, page),

    /** The thread that callers of any agent of the workspace call so, the newest of several; null: there is none. */
    find: (principal: Principal, key: ThreadKey): Promise<Thread | null> =>
      store.findByKey(readerOf(principal), key),

    /** Errors: `thread_not_found`. */
    async get(principal: Principal, threadId: string): Promise<Conversation> {
      const thread = await find(principal, threadId)
      const [run = null] = await store.newestRuns(threadId, 1)
      return { thread, run }
    },

    /** The newest `limit` runs of a thread, oldest of them first. Errors: `thread_not_found`. */
    async runs(principal: Principal, threadId: string, { limit }: { limit: number }): Promise<Run[]> {
      await find(principal, threadId)
      return (await store.newestRuns(threadId, limit)).toReversed()
    },
  }
}

function readerOf({ workspaceId, role, userId }: Principal): Reader {
  return { workspaceId, privateOf: role === 'owner' ? null : userId }
}
