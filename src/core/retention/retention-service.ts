import type { Clock } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import type { IdempotencyStore } from '../access/idempotency-store.ts'
import type { DocumentService } from '../knowledge/document-service.ts'
import type { RetentionStore } from './retention-store.ts'

/** How often old rows are looked for, milliseconds. */
const interval = 60 * 60 * 1000
/** Idempotency-Keys are kept this long, milliseconds. */
const keepIdempotency = 48 * 60 * 60 * 1000
/** Runs that one statement deletes at most, so that it holds the database for a moment only. */
const pageSize = 500

/**
 * Deletes what nobody needs any more: answers to old Idempotency-Keys, expired keys of repeated
 * requests, commands to ended runs, temporary documents and
 * those of deleted agents, files that no document refers to, runs past retention.
 */
export function createRetentionService(deps: {
  store: RetentionStore
  /** Forgets Idempotency-Keys first used before a time. */
  idempotency: Pick<IdempotencyStore, 'purge'>
  documents: Pick<DocumentService, 'dropStale' | 'sweepFiles'>
  clock: Pick<Clock, 'now'>
  /** How long finished runs and deleted agents are kept, days; null: for ever. */
  days: number | null
  /** Deletes what the dispatcher keeps of dispatches that nobody needs. */
  pruneDispatches: () => Promise<void>
  /** Deletes callbacks that are done, and those whose run never came to be. */
  purgeCallbacks: () => Promise<void>
  /** Ends the sessions in which nobody says anything any more. */
  sweepSessions: () => Promise<void>
  log: Log
}) {
  const { store, days, log } = deps
  let timer: NodeJS.Timeout | null = null

  /** One pass; how many runs, and how many files of no document, were deleted. */
  async function run(): Promise<{ runs: number; files: number }> {
    await deps.idempotency.purge(new Date(deps.clock.now() - keepIdempotency))
    await store.deleteLateCommands()
    await store.deleteExpiredRunKeys()
    // Before agents: those with documents stay.
    await deps.documents.dropStale()
    const files = await deps.documents.sweepFiles()
    await deps.purgeCallbacks()
    await deps.sweepSessions()
    const runs = days === null ? 0 : await deleteOlderThan(days)
    await deps.pruneDispatches()
    return { runs, files }
  }

  async function deleteOlderThan(days: number): Promise<number> {
    let deleted = 0
    for (;;) {
      const page = await store.deleteOldRuns(days, pageSize)
      deleted += page
      if (page < pageSize) break
    }
    await store.deleteOldSessions(days)
    await store.deleteOldAgents(days)
    return deleted
  }

  return {
    run,
    start(): void {
      timer = setInterval(() => {
        run().then(
          (deleted) => log.info(deleted, 'Retention has run.'),
          (error: unknown) => log.error({ err: error }, 'Retention failed; it is tried again in an hour.'),
        )
      }, interval).unref()
    },
    [Symbol.dispose](): void {
      if (timer) clearInterval(timer)
    },
  }
}
