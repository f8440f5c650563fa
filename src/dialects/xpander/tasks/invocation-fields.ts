import type { Invocation } from './wire-invoke.ts'

/** What is added to an agent's instructions, by the fields of an invocation that say it. */
const told = ['instructions_override', 'additional_context', 'expected_output'] as const

/** The one of them that says most. */
function mostTold(invocation: Invocation): string {
  const lengthOf = (field: (typeof told)[number]) => invocation[field]?.length ?? 0
  const longest = told.toSorted((a, b) => lengthOf(b) - lengthOf(a))[0] ?? told[0]
  return lengthOf(longest) === 0 ? 'input.user' : longest
}

/** What core calls a field of a run → what stands in the invocation. */
const wireNames: readonly (readonly [RegExp, string])[] = [
  [/^(?:overrides\.)?output\.schema/, 'output_schema'],
  [/^(?:overrides\.)?output\.format/, 'output_format'],
  [/^(?:overrides\.)?model\.provider/, 'llm_model_provider'],
  [/^(?:overrides\.)?model\.name/, 'llm_model_name'],
  [/^(?:overrides\.)?model\.reasoning_effort/, 'llm_reasoning_effort'],
]

/** A field of a run as the client wrote it. */
export function invocationField(invocation: Invocation, field: string): string {
  if (/^(?:additional_)?instructions$/.test(field)) return mostTold(invocation)
  const named = wireNames.find(([core]) => core.test(field))
  return named === undefined ? field : field.replace(named[0], named[1])
}
