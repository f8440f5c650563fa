import { useEffect, useEffectEvent, useState } from 'react'
import { useApi } from './context.tsx'
import { followEvents, type StreamState } from './follow-events.ts'
import type { SseEvent } from './sse.ts'
import type { Problem, RunEvent } from './wire.ts'

/** How long arriving events are gathered before they are shown, milliseconds: one render for many deltas. */
const gatherFor = 40

const lastOfRun = new Set(['run.completed', 'run.failed', 'run.cancelled'])

export interface EventStreamOptions {
  /** Only events behind this one; default: all. */
  after?: number
  /** False: nothing is followed. */
  enabled?: boolean
  /** Which event ends the stream; default: those that end a run. */
  isLast?: (type: string) => boolean
}

export interface EventStream {
  /** Every event so far, in order, each once. */
  events: RunEvent[]
  state: StreamState
  /** Why it failed; null while it has not. */
  problem: Problem | null
}

const nothingYet: EventStream = { events: [], state: 'connecting', problem: null }
const isLastOfRun = (type: string) => lastOfRun.has(type)

/**
 * Follows a stream of numbered events, `/runs/{id}/events`, for as long as the component is there. A lost connection or
 * a restarted server shows as `reconnecting` and goes on behind the last event: nothing is missed, nothing comes twice.
 */
export function useEventStream(path: string, options: EventStreamOptions = {}): EventStream {
  const { after = 0, enabled = true, isLast = isLastOfRun } = options
  const api = useApi()
  const of = `${path} ${after}`
  const [stream, setStream] = useState<EventStream & { of: string }>({ ...nothingYet, of })
  const endsHere = useEffectEvent(isLast)

  useEffect(() => {
    if (!enabled) return undefined
    const stop = new AbortController()
    /** What belongs to another stream is left behind. */
    const change = (next: (before: EventStream) => Partial<EventStream>): void =>
      setStream((before) => {
        const own = before.of === of ? before : { ...nothingYet, of }
        return { ...own, ...next(own) }
      })
    let gathered: RunEvent[] = []
    let timer: ReturnType<typeof setTimeout> | null = null
    const show = (): void => {
      timer = null
      const arrived = gathered
      gathered = []
      // Whoever comes back to a page that was out of sight is told everything again.
      change(({ events }) => {
        const known = events.at(-1)?.seq ?? 0
        return { events: [...events, ...arrived.filter(({ seq }) => seq > known)] }
      })
    }
    const gather = (events: SseEvent[]): void => {
      gathered.push(...events.map(({ data }) => JSON.parse(data) as RunEvent)) // the API's documented data
      timer ??= setTimeout(show, gatherFor)
    }
    void followEvents({
      open: (lastEventId, signal) =>
        api.open(path, {
          signal,
          ...(lastEventId !== null && { headers: { 'last-event-id': lastEventId } }),
        }),
      after: after > 0 ? String(after) : null,
      isLast: ({ event }) => endsHere(event),
      onEvents: gather,
      onState: (state, problem) => {
        if (timer !== null) {
          clearTimeout(timer)
          show()
        }
        change(() => ({ state, problem }))
      },
      signal: stop.signal,
    })
    return () => {
      stop.abort()
      if (timer !== null) clearTimeout(timer)
    }
  }, [api, path, after, enabled, of])

  return stream.of === of ? stream : nothingYet
}
