import type { Principal } from '../../../core/access/principal.ts'
import type { AnswerService } from '../../../core/runs/answer-service.ts'
import type { RunService } from '../../../core/runs/run-service.ts'
import type { RunState } from '../../../core/runs/run.ts'
import { AppError } from '../../../errors.ts'
import { readAll } from '../../read-all.ts'

const open: readonly RunState[] = ['queued', 'running', 'waiting']

/** Ends every run of an agent that has not ended: the last ones in line first, so that none of them begins meanwhile. */
export async function stopRuns(
  { runs, answers }: { runs: Pick<RunService, 'list'>; answers: Pick<AnswerService, 'cancel'> },
  principal: Principal,
  agentId: string,
): Promise<void> {
  for (const state of open) {
    for (const run of await readAll((page) => runs.list(principal, { agentId, state }, page))) {
      try {
        await answers.cancel(principal, run.id, 'The agent was deleted.')
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== 'run_finished') throw error
      }
    }
  }
}
