import type { RunService } from '../../core/runs/run-service.ts'
import type { Dialect } from '../dialect.ts'
import { printRun } from './print-run.ts'

/**
 * What is told of a run's end: `event` is `run.completed` or `run.failed`, `run` the run as `GET /v1/runs/{id}` shows it;
 * `subject` and `body` are what the agent's author wants said with it, null where nothing.
 */
export function renderNativeCallback(services: {
  runs: Pick<RunService, 'get'>
}): NonNullable<Dialect['renderCallback']> {
  return async ({ principal, runId, notice }) => {
    const run = await services.runs.get(principal, runId)
    const { subject = null, body = null } = notice ?? {}
    return JSON.stringify({ event: `run.${run.state}`, run: printRun(run), subject, body })
  }
}
