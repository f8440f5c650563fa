import { AppError } from '../../errors.ts'
import type { Principal } from '../access/principal.ts'
import type { AnswerService } from './answer-service.ts'
import type { RunService } from './run-service.ts'
import type { RunStore } from './run-store.ts'
import { isTerminal } from './run.ts'

/** How long runs may take to end once they are cancelled, milliseconds. */
const defaultPatience = 30_000

/**
 * Ends every run of a thread. The newest is cancelled first, so that none gets its turn only to be cancelled. Resolves
 * once all have ended; rejects with `thread_busy` when one has not in time.
 */
export function createRunEnding(deps: {
  store: Pick<RunStore, 'openOn'>
  answers: Pick<AnswerService, 'cancel'>
  runs: Pick<RunService, 'follow'>
  patience?: number
}) {
  const { store, answers, runs, patience = defaultPatience } = deps

  async function end(principal: Principal, id: string, reason: string, signal: AbortSignal): Promise<void> {
    try {
      const run = await answers.cancel(principal, id, reason)
      if (isTerminal(run.state)) return
    } catch (error) {
      if (error instanceof AppError && error.code === 'run_finished') return
      throw error
    }
    for await (const _batch of await runs.follow(principal, id, { after: 0, signal })) {
      // Follows until the run has ended or the deadline aborts it.
    }
  }

  return async (principal: Principal, threadId: string, reason: string): Promise<void> => {
    const signal = AbortSignal.timeout(patience)
    for (;;) {
      const open = await store.openOn(threadId)
      const [newest] = open
      if (newest === undefined) return
      if (signal.aborted) throw new AppError('thread_busy', { facts: { run_id: newest } })
      for (const id of open) if (!signal.aborted) await end(principal, id, reason, signal)
    }
  }
}
