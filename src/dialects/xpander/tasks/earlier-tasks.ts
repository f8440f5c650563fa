import { isTerminal, type Run } from '../../../core/runs/run.ts'
import type { RunService } from '../../../core/runs/run-service.ts'
import { AppError } from '../../../errors.ts'
import type { EndpointRequest, FirstRequest } from '../../../http/endpoint.ts'
import { printTask } from './print-task.ts'
import { settleTask } from './settle-task.ts'
import type { createTaskReader } from './task-reader.ts'
import type { Task } from './wire-tasks.ts'

/**
 * Tasks that a request is answered with in place of a new one: it was sent before. `longestWait`: how long a synchronous
 * call waits for one, milliseconds.
 */
export function createEarlierTasks(deps: {
  runs: Pick<RunService, 'get' | 'follow'>
  reader: ReturnType<typeof createTaskReader>
  longestWait: number
}) {
  const { runs, reader, longestWait } = deps
  return {
    /** The run of a request that is repeated; null: it was answered with another one. Errors: `run_not_found`. */
    async find(
      { principal, resourceId }: Pick<EndpointRequest, 'principal' | 'resourceId'>,
      first: FirstRequest,
    ): Promise<Run | null> {
      try {
        return await runs.get(principal, resourceId)
      } catch (error) {
        // While the first request is worked on, its run may be about to be stored: there must not be two of one id.
        if (!(error instanceof AppError) || error.code !== 'run_not_found' || !first.answered) throw error
        return null
      }
    },

    /** A run that is there already, as a task once it has ended or waits. */
    async waitFor(
      { principal, signal }: Pick<EndpointRequest, 'principal' | 'signal'>,
      run: Run,
    ): Promise<Task> {
      const taskId = await reader.idOf(run)
      if (isTerminal(run.state) || run.state === 'waiting') return await reader.print(principal, taskId, run)
      const { view } = await reader.openFromStart(principal, taskId, run)
      const deadline = AbortSignal.any([signal, AbortSignal.timeout(longestWait)])
      const events = await runs.follow(principal, run.id, { after: 0, signal: deadline })
      return printTask(await settleTask(view, events))
    },

    /** What tells that a task is not the one that was asked for, but an earlier one like it. */
    async headersOf(run: Run): Promise<Record<string, string>> {
      return { 'x-duplicate-of': encodeURIComponent(await reader.idOf(run)) }
    },
  }
}
