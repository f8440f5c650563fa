import type { Dialect } from '../dialect.ts'
import type { MakeServices } from './index.ts'
import { runErrorBody } from './run-flow.ts'
import { createRunReader } from './run-reader.ts'

/** What a `callbackUrl` is called with: exactly what `/run` answered, its error included. */
export function renderMakeCallback(
  services: Pick<MakeServices, 'agents' | 'runs' | 'threads' | 'tools'>,
): NonNullable<Dialect['renderCallback']> {
  const reader = createRunReader(services)
  return async ({ principal, runId }) => {
    const { printer } = await reader.readOne(principal, await services.runs.get(principal, runId))
    const { failure } = printer
    return JSON.stringify(failure === null ? printer.print() : runErrorBody(failure))
  }
}
