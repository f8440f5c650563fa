import type { ResolvedAgent } from '../../../core/agents/agent.ts'
import type { JournalEvent } from '../../../core/events/entry.ts'
import { AppError } from '../../../errors.ts'
import { eventStream, type EventStream, type SseMessage } from '../../../http/endpoint.ts'
import { TaskWire, type Place } from './events.ts'
import { longestRemark } from './task-result.ts'
import type { TaskView } from './task-view.ts'

/** Follows a run: all of its events, until the signal aborts. */
export type Follow = (signal: AbortSignal) => Promise<AsyncIterable<JournalEvent[]>>

export interface TaskStreamOptions {
  /** How long it stays open while the task is paused, milliseconds. */
  patience: number
  signal: AbortSignal
  headers?: Record<string, string>
}

const thoughts = new Set(['think', 'analyze'])

/** A wire for an agent as it is run. `resumable`: with ids, and where a reader was who has come back. */
export function wireFor(
  view: TaskView,
  agent: ResolvedAgent,
  resumable: { after: Place | null } | null = null,
): TaskWire {
  const { output, strategies } = agent.definition
  const thinking = agent.tools.filter(({ kind, name }) => kind === 'builtin' && thoughts.has(name))
  const rounds = strategies.retry !== null || strategies.iterate !== null
  return new TaskWire(view, {
    thinking: new Set(thinking.map(({ name }) => name)),
    heldCharacters:
      rounds || output.format === 'json' ? Infinity : agent.tools.length > 0 ? longestRemark : 0,
    ids: resumable !== null,
    after: resumable?.after ?? null,
  })
}

/** A run as the events of its task. `follow` is called at once, before anything is awaited. */
export async function taskStream(
  wire: TaskWire,
  follow: Follow,
  options: TaskStreamOptions,
): Promise<EventStream> {
  const patience = new AbortController()
  const events = await follow(AbortSignal.any([options.signal, patience.signal]))
  return eventStream(messages(wire, events, patience, options), {
    failed: (error) => lastMessage(wire, error),
    ...(options.headers && { headers: options.headers }),
  })
}

async function* messages(
  wire: TaskWire,
  events: AsyncIterable<JournalEvent[]>,
  patience: AbortController,
  { patience: milliseconds }: TaskStreamOptions,
): AsyncGenerator<SseMessage[]> {
  let timer: NodeJS.Timeout | null = null
  try {
    for await (const batch of events) {
      for (const event of batch) wire.take(event)
      const ready = wire.drain()
      if (ready.length > 0) yield ready
      if (wire.over) return
      if (timer !== null) clearTimeout(timer)
      timer = null
      if (wire.view.run.state === 'waiting') timer = setTimeout(() => patience.abort(), milliseconds)
    }
    // A run that was followed to its end has said so. What is left: it is paused, or nobody tells more of it here.
    if (patience.signal.aborted) wire.snapshot('task_finished')
    else wire.fail(interrupted(new AppError('shutting_down')))
    yield wire.drain()
  } finally {
    if (timer !== null) clearTimeout(timer)
  }
}

function interrupted(error: AppError): string {
  return `${error.message} The task goes on: read it for the result.`
}

/** What a client is told when the stream ends before the task. */
function lastMessage(wire: TaskWire, error: AppError): SseMessage | null {
  if (wire.over) return null
  wire.fail(interrupted(error))
  return wire.drain().at(-1) ?? null
}
