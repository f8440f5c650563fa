import type { Limits } from '../core/agents/agent.ts'
import type { RunError } from '../core/runs/run.ts'
import type { CallMemory, RunMemory } from './memory.ts'

/**
 * The limit that ends the run, reached now. Seconds and tokens are counted over all attempts of a run, tool calls in the
 * one that goes on.
 */
export function limitReached({
  memory,
  limits,
  now,
}: {
  memory: RunMemory
  limits: Limits
  /** Milliseconds since the epoch. */
  now: number
}): RunError | null {
  const activeMs = memory.activeMs + (memory.runningSince === null ? 0 : now - memory.runningSince)
  if (activeMs >= limits.seconds * 1000) {
    return limit('time_limit_reached', `The run reached its limit of ${limits.seconds} seconds.`)
  }
  if (limits.tokens !== null && memory.usage.totalTokens >= limits.tokens) {
    return limit('token_limit_reached', `The run reached its limit of ${limits.tokens} tokens.`)
  }
  if (limits.atToolCalls === 'fail' && limits.toolCalls !== null && memory.toolCalls > limits.toolCalls) {
    return limit('tool_call_limit_reached', `The run reached its limit of ${limits.toolCalls} tool calls.`)
  }
  return null
}

/** Set when this attempt has made every model call it may. */
export function stepLimitReached(memory: RunMemory, { steps }: Limits): RunError | null {
  if (memory.step - memory.earlierSteps < steps) return null
  return limit('step_limit_reached', `The run reached its limit of ${steps} steps.`)
}

/** How many of the calls that the model asked for last may be made: the first ones. */
export function callsLeft(memory: RunMemory, limits: Limits, asked: readonly CallMemory[]): number {
  if (limits.atToolCalls === 'fail' || limits.toolCalls === null) return asked.length
  return limits.toolCalls - (memory.toolCalls - asked.length)
}

/** Whether the model has to answer now, because its tool calls are used up. */
export function mustAnswer(memory: RunMemory, { atToolCalls, toolCalls }: Limits): boolean {
  return atToolCalls === 'answer' && toolCalls !== null && memory.toolCalls >= toolCalls
}

function limit(code: string, message: string): RunError {
  return { code, message }
}
