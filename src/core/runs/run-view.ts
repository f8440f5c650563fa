import type { JournalEvent } from '../events/entry.ts'
import type { EventType, EventTypes } from '../events/event.ts'
import type { Run } from './run.ts'

type Change<Type extends EventType> = (run: Run, data: EventTypes[Type], at: Date) => void

const changes: { [Type in EventType]?: Change<Type> } = {
  'run.started': (run, _data, at) => {
    run.state = 'running'
    run.startedAt ??= at
  },
  'run.resumed': (run) => {
    run.state = 'running'
    run.waitingFor = null
  },
  'step.completed': (run, data) => {
    run.model = data.model
  },
  'run.waiting': (run, data) => {
    run.state = 'waiting'
    run.waitingFor = data.waitingFor
    run.usage = data.usage
  },
  'run.completed': (run, data, at) => {
    run.state = 'completed'
    run.output = data.output
    run.outputJson = data.outputJson
    run.usage = data.usage
    run.finishedAt = at
  },
  'run.failed': (run, data, at) => {
    run.state = 'failed'
    run.error = data.error
    run.usage = data.usage
    run.waitingFor = null
    run.finishedAt = at
  },
  'run.cancelled': (run, data, at) => {
    run.state = 'cancelled'
    run.output = data.output ?? null
    run.outputJson = data.outputJson ?? null
    run.usage = data.usage
    run.waitingFor = null
    run.finishedAt = at
  },
}

/** Brings a run, as a caller sees it, up to date with one of its events, in place. */
export function applyEvent(run: Run, event: JournalEvent): void {
  const change: Change<EventType> | undefined = changes[event.type] as Change<EventType> | undefined // type and data belong together
  change?.(run, event.data, new Date(event.at))
}
