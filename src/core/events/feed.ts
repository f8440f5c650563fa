import type { Database } from '../../storage/database.ts'
import type { Log } from '../../lib/log.ts'
import type { JournalEvent } from './entry.ts'
import type { Event, EventType } from './event.ts'
import { newestOfWorkspace, placesOfRuns } from './event-store.ts'

/** That something happened, and to what: enough to know what to read again. `run.changed` stands for any change of a run. */
export interface FeedEntry {
  type: EventType | 'run.changed'
  at: string
  /** By name, as in the events: `agentId`, `runId`, `toolId`. */
  ids: Record<string, string>
}

/** A follower that has this many entries waiting is told to read everything again. */
const mostWaiting = 500

/** What of a run is worth telling a whole workspace. */
const told: ReadonlySet<EventType> = new Set([
  'run.created',
  'run.started',
  'run.waiting',
  'run.completed',
  'run.failed',
  'run.cancelled',
  'approval.requested',
  'approval.decided',
])

function toEntry({ type, at, data }: Pick<Event, 'type' | 'at' | 'data'>): FeedEntry {
  const ids: FeedEntry['ids'] = {}
  for (const [name, value] of Object.entries(data)) {
    if (name.endsWith('Id') && typeof value === 'string') ids[name] = value
  }
  return { type, at, ids }
}

class Follower {
  waiting: FeedEntry[] = []
  /** Something was left out. */
  missed = true
  #wake: (() => void) | null = null

  offer(entry: FeedEntry): void {
    if (this.missed) return this.wake()
    if (this.waiting.length >= mostWaiting) {
      this.waiting = []
      this.missed = true
    } else this.waiting.push(entry)
    this.wake()
  }

  wake(): void {
    this.#wake?.()
    this.#wake = null
  }

  idle(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve
    })
  }
}

/**
 * What happens in a workspace, live. It keeps nothing: a follower that begins, or that was too slow, is told so by null
 * and reads again what it shows; from then on it is told of every change, in this process and in others.
 */
export class Feed {
  readonly #database: Database
  readonly #log: Log
  readonly #followers = new Map<string, Set<Follower>>()

  constructor(options: { database: Database; log: Log }) {
    this.#database = options.database
    this.#log = options.log
  }

  /** A change of something that is no run. */
  published(workspaceId: string, event: Event): FeedEntry {
    const entry = toEntry(event)
    this.offer(workspaceId, entry)
    return entry
  }

  /** What has happened last to everything but runs, the newest first: the record of who changed what. */
  async newest(workspaceId: string, limit: number): Promise<FeedEntry[]> {
    return (await newestOfWorkspace(this.#database.kysely, workspaceId, limit)).map(toEntry)
  }

  /** Hands an entry, of this process or of another, to whoever follows its workspace. */
  offer(workspaceId: string, entry: FeedEntry): void {
    for (const follower of this.#followers.get(workspaceId) ?? []) follower.offer(entry)
  }

  /** Events of a run that this process has committed. */
  runEvents(runId: string, events: readonly JournalEvent[]): void {
    if (this.#followers.size === 0) return
    const worth = events.filter(({ type }) => told.has(type))
    if (worth.length > 0)
      this.#tellOfRuns(
        [runId],
        worth.map(({ type, at }) => ({ type, at })),
      )
  }

  /** Another process has written events of these runs. */
  runsChanged(runIds: readonly string[]): void {
    if (this.#followers.size === 0 || runIds.length === 0) return
    this.#tellOfRuns(runIds, [{ type: 'run.changed', at: new Date().toISOString() }])
  }

  /** Batches of entries, until `signal` aborts. null: entries were left out, as they are before the first. */
  async *follow(workspaceId: string, signal: AbortSignal): AsyncGenerator<FeedEntry[] | null> {
    const follower = new Follower()
    const followers = this.#followers.get(workspaceId) ?? new Set()
    this.#followers.set(workspaceId, followers.add(follower))
    const stop = (): void => follower.wake()
    signal.addEventListener('abort', stop)
    try {
      while (!signal.aborted) {
        if (follower.missed) {
          follower.missed = false
          yield null
        } else if (follower.waiting.length > 0) {
          const entries = follower.waiting
          follower.waiting = []
          yield entries
        } else await follower.idle()
      }
    } finally {
      signal.removeEventListener('abort', stop)
      followers.delete(follower)
      if (followers.size === 0 && this.#followers.get(workspaceId) === followers)
        this.#followers.delete(workspaceId)
    }
  }

  #tellOfRuns(runIds: readonly string[], facts: readonly Pick<FeedEntry, 'type' | 'at'>[]): void {
    const find = async (): Promise<void> => {
      for (const { id, workspaceId, agentId } of await placesOfRuns(this.#database.kysely, runIds)) {
        for (const fact of facts) this.offer(workspaceId, { ...fact, ids: { runId: id, agentId } })
      }
    }
    find().catch((error: unknown) =>
      this.#log.warn({ err: error }, 'Followers were not told of a change of runs.'),
    )
  }
}
