import type { Log } from '../../lib/log.ts'
import type { RetentionStore } from './retention-store.ts'

/** How often old rows are looked for, milliseconds. */
const interval = 60 * 60 * 1000
/** Runs that one statement deletes at most, so that it holds the database for a moment only. */
const pageSize = 500

/** Deletes what nobody needs any more: answers to old Idempotency-Keys, commands to ended runs, runs past retention. */
export function createRetentionService(deps: {
  store: RetentionStore
  days: number | null
  /** Deletes what the dispatcher keeps of dispatches that nobody needs. */
  pruneDispatches: () => Promise<void>
  log: Log
}) {
  const { store, days, log } = deps
  let timer: NodeJS.Timeout | null = null

  /** One pass; the number of runs that were deleted. */
  async function run(): Promise<number> {
    await store.deleteOldIdempotency()
    await store.deleteLateCommands()
    await deps.pruneDispatches()
    if (days === null) return 0
    let deleted = 0
    for (;;) {
      const page = await store.deleteOldRuns(days, pageSize)
      deleted += page
      if (page < pageSize) return deleted
    }
  }

  return {
    run,
    start(): void {
      timer = setInterval(() => {
        run().then(
          (runs) => log.info({ runs }, 'Retention has run.'),
          (error: unknown) => log.error({ err: error }, 'Retention failed; it is tried again in an hour.'),
        )
      }, interval).unref()
    },
    [Symbol.dispose](): void {
      if (timer) clearInterval(timer)
    },
  }
}
