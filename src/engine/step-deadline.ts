import { SegmentStopped, type Segment } from './segment.ts'

/** The time that one model call or one tool call has. Aborts with the segment, or when its time is over. */
export interface StepDeadline extends Disposable {
  readonly signal: AbortSignal
  /** Whether the time is over, and nothing else stopped the step. */
  readonly passed: boolean
  readonly seconds: number
}

/** null: the agent sets no limit, and the segment's own signal is all there is. */
export function stepDeadline(segment: Segment): StepDeadline | null {
  const seconds = segment.agent.definition.limits.stepSeconds
  if (seconds === null) return null
  const whole = segment.abort.signal
  const step = new AbortController()
  const stop = (): void => step.abort(whole.reason)
  if (whole.aborted) stop()
  whole.addEventListener('abort', stop, { once: true })
  const timer = setTimeout(() => step.abort(new SegmentStopped({ type: 'time_limit' })), seconds * 1000)
  return {
    signal: step.signal,
    get passed() {
      return step.signal.aborted && !whole.aborted
    },
    seconds,
    [Symbol.dispose]() {
      clearTimeout(timer)
      whole.removeEventListener('abort', stop)
    },
  }
}
