import { randomUUID } from 'node:crypto'
import type { Event } from './core/events/event.ts'
import type { Feed, FeedEntry } from './core/events/feed.ts'
import type { Log } from './lib/log.ts'
import { parseJson, isJsonObject } from './lib/json.ts'
import type { Database } from './storage/database.ts'

/** What one process tells the others has changed, so that they forget what they had cached. */
export type Change = { changed: 'access' } | { changed: 'agent' | 'tool' | 'connection'; id: string }

export interface ReplicaHandlers {
  runsChanged(runIds: string[]): void
  commandsWritten(runIds: string[]): void
  resourceChanged(change: Change): void
  /** Notices may have been missed. */
  everythingChanged(): void
  /** Runs whose segment runs here. */
  activeRuns(): string[]
}

export type Replicas = ReturnType<typeof connectReplicas>

/** What the processes on one database tell each other. With the database to ourselves there is nobody to tell. */
export function connectReplicas(options: { database: Database; log: Log; feed: Feed }) {
  const { database, log, feed } = options
  const shared = !database.exclusive
  /** Marks our own notices, which come back to us too. */
  const origin = randomUUID()

  function send(channel: string, payload: string): void {
    if (!shared) return
    database.notify(channel, payload).catch((error: unknown) => {
      log.warn({ err: error, channel }, 'Other processes could not be told; they find out by polling.')
    })
  }

  return {
    origin,

    /** Whether other processes may write to this database. */
    shared,

    tell(change: Change): void {
      send('parley_changes', JSON.stringify({ origin, ...change }))
    },

    /** Tells whoever follows the workspace of a resource's event, and the other processes that what it names has changed. */
    publish(workspaceId: string, event: Event): void {
      const entry = feed.published(workspaceId, event)
      send('parley_feed', JSON.stringify({ origin, workspaceId, entry }))
      const [noun] = event.type.split('.')
      if (noun === 'agent' || noun === 'tool' || noun === 'connection') {
        send('parley_changes', JSON.stringify({ origin, changed: noun, id: event.stream }))
      }
    },

    /** Tells whoever runs or follows this run that a command or events were written for it. */
    async tellRun(runId: string): Promise<void> {
      send('parley_commands', runId)
      send('parley_runs', `${origin}:${runId}`)
    },

    async listen(handlers: ReplicaHandlers): Promise<AsyncDisposable> {
      await using stack = new AsyncDisposableStack()
      if (shared) {
        stack.use(
          await database.listen('parley_runs', (payload) => {
            if (payload === '') return handlers.everythingChanged()
            const [from, ids = ''] = payload.split(':')
            if (from !== origin) handlers.runsChanged(ids.split(','))
          }),
        )
        stack.use(
          await database.listen('parley_commands', (payload) =>
            handlers.commandsWritten(payload === '' ? handlers.activeRuns() : [payload]),
          ),
        )
        stack.use(await database.listen('parley_feed', (payload) => readFeed(payload, origin, feed)))
        stack.use(await database.listen('parley_changes', (payload) => readChange(payload, origin, handlers)))
      }
      return stack.move()
    },
  }
}

function readChange(payload: string, origin: string, handlers: ReplicaHandlers): void {
  if (payload === '') return handlers.resourceChanged({ changed: 'access' })
  const change = parseJson(payload)
  if (!isJsonObject(change) || change['origin'] === origin) return
  const { changed, id } = change
  if (changed === 'access') handlers.resourceChanged({ changed })
  else if (
    (changed === 'agent' || changed === 'tool' || changed === 'connection') &&
    typeof id === 'string'
  ) {
    handlers.resourceChanged({ changed, id })
  }
}

/** A notice that was lost is not missed: the feed is only about what to read again. */
function readFeed(payload: string, origin: string, feed: Feed): void {
  const notice = parseJson(payload)
  if (!isJsonObject(notice) || notice['origin'] === origin) return
  const { workspaceId, entry } = notice
  if (typeof workspaceId === 'string') feed.offer(workspaceId, entry as unknown as FeedEntry) // `publish` wrote it
}
