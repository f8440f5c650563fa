/** A run's events as stretches of time, for its timeline. Pure. */
import type { KnownRunEvent, RunEvent } from '../api/wire.ts'

export interface Span {
  kind: 'queue' | 'model' | 'tool' | 'wait'
  label: string
  /** Milliseconds since 1970. */
  start: number
  /** null: still going on. */
  end: number | null
  /** It ended badly, or was cut off. */
  failed: boolean
  /** The event it begins with. */
  seq: number
}

const ended = new Set(['run.completed', 'run.failed', 'run.cancelled'])
const waits: Record<string, string> = {
  approval: 'waits for approval',
  needs_decision: 'waits for a decision',
  tool_outputs: 'waits for tool outputs',
}

/** In the order of their beginnings. */
export function spansOf(events: readonly RunEvent[]): Span[] {
  const spans: Span[] = []
  const open = new Map<string, Span>()

  function begin(key: string, event: RunEvent, kind: Span['kind'], label: string): void {
    const span: Span = { kind, label, start: Date.parse(event.at), end: null, failed: false, seq: event.seq }
    spans.push(span)
    open.set(key, span)
  }
  function end(key: string, at: number, failed = false): void {
    const span = open.get(key)
    if (!span) return
    span.end = at
    span.failed = failed
    open.delete(key)
  }

  for (const one of events) {
    const event = one as KnownRunEvent // a type that this console does not know is passed over
    const at = Date.parse(event.at)
    switch (event.type) {
      case 'run.created':
        begin('queue', one, 'queue', 'queued')
        break
      case 'run.started':
      case 'run.resumed':
        end('queue', at)
        end('wait', at)
        break
      case 'step.started':
        end('wait', at)
        begin('model', one, 'model', event.data.model)
        break
      case 'step.restarted':
        end('model', at, true)
        begin('model', one, 'model', 'again, after a restart')
        break
      case 'step.completed':
        end('model', at)
        break
      case 'tool.called':
        begin(event.data.call_id, one, 'tool', event.data.tool)
        break
      case 'tool.completed':
        if (!open.has(event.data.call_id)) begin(event.data.call_id, one, 'tool', event.data.tool)
        end(event.data.call_id, at, event.data.status === 'error' || event.data.status === 'rejected')
        break
      case 'attempt.failed':
        end('model', at, true)
        begin('wait', one, 'wait', 'waits to try again')
        break
      case 'run.waiting':
        begin('wait', one, 'wait', waits[event.data.waiting_for.type] ?? 'waits')
        break
      default:
        if (ended.has(event.type)) for (const key of open.keys()) end(key, at, event.type !== 'run.completed')
    }
  }
  // A run that starts at once was in no queue worth showing.
  return spans.filter(({ kind, start, end }) => kind !== 'queue' || end === null || end - start >= 5)
}
