/** Costs and errors of runs in words. */
import type { Run } from '../api/wire.ts'
import { formatDollars } from '../numbers.ts'

/** `cost` as the API prints it: US dollars, null when a price is unknown. */
export function formatCost(cost: string | null): string {
  return cost === null ? 'unknown' : formatDollars(Number(cost))
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
