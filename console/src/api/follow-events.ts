import { ApiProblem, asProblem } from './problem.ts'
import { readSse, type SseEvent } from './sse.ts'
import type { Problem } from './wire.ts'

/** `reconnecting`: the connection was lost and is sought again; what was seen stays. */
export type StreamState = 'connecting' | 'open' | 'reconnecting' | 'ended' | 'failed'

export interface FollowOptions {
  /** Opens the stream behind the event of this id; null: from its beginning. */
  open(lastEventId: string | null, signal: AbortSignal): Promise<Response>
  /** The id of the last event that is known already. */
  after: string | null
  /** Whether nothing follows this event. */
  isLast(event: SseEvent): boolean
  onEvents(events: SseEvent[]): void
  onState(state: StreamState, problem: Problem | null): void
  signal: AbortSignal
  /** Waits between attempts, milliseconds. */
  sleep?: (ms: number, signal: AbortSignal) => Promise<void>
}

const firstWait = 250
const longestWait = 8000

function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true })
  })
}

function problemIn(event: SseEvent): Problem {
  try {
    return JSON.parse(event.data) as Problem // the API's documented last message of a stream that failed
  } catch {
    return asProblem(new Error('The stream ended with an error.'))
  }
}

/**
 * Follows a stream through lost connections and restarts of the server: it is opened again behind the last event that
 * arrived, so that nothing is missed and nothing comes twice. Ends with the last event, with an error that will not
 * pass, or when `signal` aborts.
 */
export async function followEvents(options: FollowOptions): Promise<void> {
  const { signal, onState, sleep = wait } = options
  let lastId = options.after
  let failures = 0
  onState('connecting', null)
  while (!signal.aborted) {
    try {
      const response = await options.open(lastId, signal)
      onState('open', null)
      for await (const batch of readSse(response.body ?? new ReadableStream())) {
        if (signal.aborted) return
        failures = 0
        const broken = batch.find(({ event }) => event === 'error')
        const events = batch.filter(({ event }) => event !== 'error')
        lastId = events.findLast(({ id }) => id !== null)?.id ?? lastId
        if (events.length > 0) options.onEvents(events)
        if (events.some(options.isLast)) return onState('ended', null)
        const problem = broken && problemIn(broken)
        // Nobody is signed in any more: the reply to opening it again is the server's word to all of the console.
        if (problem !== undefined && problem.status !== 401) throw new ApiProblem(problem)
      }
    } catch (error) {
      if (signal.aborted) return
      const problem = asProblem(error)
      // A connection that breaks while it is read is no problem document: it is opened again.
      if (error instanceof ApiProblem && !problem.retryable) return onState('failed', problem)
    }
    if (signal.aborted) return
    onState('reconnecting', null)
    await sleep(Math.min(firstWait * 2 ** failures, longestWait), signal)
    failures += 1
  }
}
