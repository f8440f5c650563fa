import { conditionText, holds } from '../core/agents/condition.ts'
import type { Strategies } from '../core/agents/strategies.ts'
import type { RunMemory, Turn } from './memory.ts'

/** Waits before a run is done over, milliseconds: the first, doubled each time, and the longest. */
const waits = { first: 1_000, most: 30_000 }

/** What bounds the whole run, or was decided by a person: another attempt would be against it. */
const finalErrors: ReadonlySet<string> = new Set([
  'time_limit_reached',
  'token_limit_reached',
  'step_limit_reached',
  'tool_call_limit_reached',
  'effect_given_up',
])

/** Milliseconds before the run is done over after it failed so; null: it is not, and has failed for good. */
export function waitBeforeAttempt(strategies: Strategies, memory: RunMemory, code: string): number | null {
  const { retry, iterate, stop } = strategies
  if (retry === null || memory.attempt > retry.attempts || finalErrors.has(code)) return null
  // Only runs that go in rounds have rounds that can fail; any other run is one attempt after the other.
  if (iterate !== null && stop?.onFailure === true) return null
  return Math.min(waits.most, waits.first * 2 ** (memory.attempt - 1))
}

/** Whether this answer is that of a round after which another one follows. */
export function hasNextRound({ iterate }: Strategies, memory: RunMemory, answer: string): boolean {
  if (iterate === null || memory.iterations + 1 >= iterate.times) return false
  return iterate.until === null || !holds(iterate.until, answer)
}

/**
 * Why the run stops after what was said or returned last, and the answer that is the reason; null: it goes on, or no
 * answer is.
 */
export function whatStops(
  { stop }: Strategies,
  last: Extract<Turn, { type: 'assistant' }>,
): { reason: string; answer: string | null } | null {
  const when = stop?.when ?? null
  if (when === null) return null
  if (last.calls.length === 0) {
    if (!holds(when, last.text)) return null
    return {
      reason: `The stop condition is true of the answer: ${conditionText(when)}.`,
      answer: last.text,
    }
  }
  // What was refused or waits for a person is not what a tool returned.
  const call = last.calls.find(
    ({ intent, result }) => intent !== null && result !== null && holds(when, result.output),
  )
  if (!call) return null
  const reason = `The stop condition is true of the result of ${call.call.tool}: ${conditionText(when)}.`
  return { reason, answer: null }
}
