import type { Dialect } from '../../dialect.ts'
import type { XpanderServices } from '../index.ts'
import { createTaskReader } from './task-reader.ts'
import type { Task } from './wire-tasks.ts'

/** What a notification's webhook is called with: the event, the task, and the texts that the agent's settings give it. */
export function renderXpanderCallback(
  services: Pick<XpanderServices, 'agents' | 'conversations' | 'runs' | 'threads'>,
): NonNullable<Dialect['renderCallback']> {
  const reader = createTaskReader(services)
  return async ({ principal, runId, notice }) => {
    const run = await services.runs.get(principal, runId)
    const task = await reader.print(principal, await reader.idOf(run), run)
    const event = notice?.kind ?? (run.state === 'completed' ? 'on_success' : 'on_error')
    const [subject, body] = [notice?.subject, notice?.body].map((text) => filled(text, task))
    return JSON.stringify({ event, task, subject, body })
  }
}

/** A text of the settings with what stands for parts of the task in place. */
function filled(template: string | null | undefined, { title, result }: Task): string | null {
  const values: Record<string, string | null> = { title, content: result }
  return template?.replaceAll(/\{(title|content)\}/g, (_, name: string) => values[name] ?? '') ?? null
}
