import type { ExecutorStore } from '../core/runs/executor-store.ts'
import { faultPoint } from '../lib/fault-point.ts'
import type { Log } from '../lib/log.ts'
import type { Worker } from './worker.ts'

/**
 * What the dispatcher runs for every queued segment: take the run, run it to the end of the segment. Doing nothing is
 * right when somebody else has the run: every dispatch but one of a segment finds it taken.
 */
export function createSegmentRunner(deps: {
  store: ExecutorStore
  worker: Worker
  /** Tells whoever follows the run, or its workspace, to read again: it was taken outside the journal. */
  changed: (runId: string) => void
  executorId: () => string
  log: Log
}): (runId: string, fence: number) => Promise<void> {
  return async (runId, fence) => {
    faultPoint('recovery.before_claim')
    try {
      const run = await deps.store.claim(runId, fence, deps.executorId())
      if (!run) {
        // Taken by another dispatch; or it lost its thread's turn, and is dispatched anew when it has it.
        await deps.store.undispatch(runId, fence)
        return
      }
      deps.changed(runId)
      await deps.worker.startClaimed(run)
    } catch (error) {
      deps.log.error({ err: error, run: runId }, 'A queued run could not be taken; it is dispatched again.')
      await deps.store.undispatch(runId, fence)
    }
  }
}
