/** Numbers and errors of runs in words. */
import type { Run } from '../api/wire.ts'

/** `480 ms`, `2.4 s`, `3 min 5 s`. */
export function formatMs(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`
  const minutes = Math.floor(ms / 60_000)
  if (minutes < 60) return `${minutes} min ${Math.floor((ms % 60_000) / 1000)} s`
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

const counts = new Intl.NumberFormat('en')

export function formatCount(count: number): string {
  return counts.format(count)
}

/** `cost` as the API prints it: US dollars, null when a price is unknown. */
export function formatCost(cost: string | null): string {
  if (cost === null) return 'unknown'
  const dollars = Number(cost)
  if (dollars === 0) return '$0'
  return dollars < 0.01 ? `$${dollars.toPrecision(2)}` : `$${dollars.toFixed(2)}`
}

const advice: Record<string, string> = {
  model_without_credential: 'Add a connection for this provider, or choose another model for the agent.',
  unknown_model: 'Choose a model of the list in the agent.',
  provider_unavailable: 'Try again in a while, or give the agent a fallback model.',
  provider_rate_limited: 'Try again in a while, or give the agent a fallback model.',
  provider_rejected: 'Look at what the provider said, then at the model and its settings in the agent.',
  model_timed_out: 'Try again, or raise the seconds that a step may take.',
  step_limit_reached: 'Raise the limit of steps of the agent, or ask for less at once.',
  tool_call_limit_reached:
    'Raise the limit of tool calls of the agent, or let it answer when they are used up.',
  time_limit_reached: 'Raise the limit of seconds of the agent.',
  token_limit_reached: 'Raise the limit of tokens of the agent, or begin a new conversation.',
  output_invalid: 'Loosen the schema of the output, or choose a model that follows schemas better.',
  effect_given_up:
    'Somebody gave up a call whose outcome is unknown. Check the other side before trying again.',
}

/** What a person can do about the error a run has ended with. */
export function adviceForRun(code: string): string {
  return advice[code] ?? 'Look at the events of the run; the log of the server has the rest.'
}

/** What a run was asked, on one line; empty when it was given only files. */
export function inputText({ input }: { input: Run['input'] }): string {
  return input
    .flatMap((part) => (part.type === 'text' ? [part.text] : []))
    .join(' ')
    .slice(0, 300)
    .replaceAll(/\s+/g, ' ')
    .trim()
}
