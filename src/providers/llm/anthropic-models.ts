import { isJsonObject, type JsonValue } from '../../lib/json.ts'

export interface AnthropicTraits {
  /** The wire demands a limit; this is sent when the caller sets none. */
  maxOutputTokens: number
  /** The most that the model takes as a limit, thinking included; null: nothing here needs to know. */
  outputCeiling: number | null
  thinking: 'none' | 'budget' | 'adaptive'
  /** `output_config.format` is understood. */
  structuredOutput: boolean
  /** Temperature and its relatives are an error. */
  refusesSampling: boolean
  /** The effort `xhigh` exists. */
  extraHigh: boolean
}

/** First match wins; models not listed are taken as newer than all of these. */
const traits: readonly (readonly [RegExp, AnthropicTraits])[] = [
  [/^claude-(?:2|instant|3-(?:opus|sonnet|haiku))/, limited(4_096)],
  [/^claude-3-5/, limited(8_192)],
  [/^claude-opus-4(?:-0|-1)?(?:-\d{8})?$/, { ...budgeted(false), outputCeiling: 32_000 }],
  [/^claude-(?:3-7|sonnet-4(?:-0)?(?:-\d{8})?$)/, budgeted(false)],
  [/^claude-(?:opus|sonnet|haiku)-4-5/, budgeted(true)],
  [/^claude-(?:opus|sonnet|haiku)-4-6/, { ...budgeted(true), thinking: 'adaptive' }],
]
const newest: AnthropicTraits = {
  maxOutputTokens: 32_000,
  outputCeiling: null,
  thinking: 'adaptive',
  structuredOutput: true,
  refusesSampling: true,
  extraHigh: true,
}

const thinkingBudgets = {
  minimal: 1_024,
  low: 2_048,
  medium: 8_192,
  high: 24_576,
  xhigh: 49_152,
  max: 49_152,
}
/** Tokens that are always left for the answer itself. */
const leastAnswer = 8_192

/** How much a model may think, and its limit: the vendor counts thinking inside it, the caller asked for that much answer. */
export function thinkingLimits(
  effort: keyof typeof thinkingBudgets,
  traits: AnthropicTraits,
  maxOutputTokens: number | undefined,
): { budget: number; limit: number } {
  const ceiling = traits.outputCeiling ?? Infinity
  const budget = Math.min(thinkingBudgets[effort], ceiling - leastAnswer)
  const answer = maxOutputTokens ?? Math.max(traits.maxOutputTokens - budget, leastAnswer)
  return { budget, limit: Math.min(budget + answer, ceiling) }
}

export function anthropicTraits(model: string): AnthropicTraits {
  return traits.find(([name]) => name.test(model))?.[1] ?? newest
}

function limited(maxOutputTokens: number): AnthropicTraits {
  return {
    maxOutputTokens,
    outputCeiling: null,
    thinking: 'none',
    structuredOutput: false,
    refusesSampling: false,
    extraHigh: false,
  }
}

function budgeted(structuredOutput: boolean): AnthropicTraits {
  return {
    maxOutputTokens: 32_000,
    outputCeiling: 64_000,
    thinking: 'budget',
    structuredOutput,
    refusesSampling: false,
    extraHigh: false,
  }
}

const strictKeywords = new Set(
  'type properties required items enum const description title additionalProperties anyOf allOf $ref $defs format default'.split(
    ' ',
  ),
)

/**
 * Whether a schema keeps to what the vendor compiles: known keywords only, every object closed. Any other schema is
 * refused with 400, so it travels as an instruction instead.
 */
export function isStrictSchema(schema: JsonValue): boolean {
  if (!isJsonObject(schema)) return false
  if (Object.keys(schema).some((keyword) => !strictKeywords.has(keyword))) return false
  if (schema['properties'] !== undefined && schema['additionalProperties'] !== false) return false
  if (schema['type'] === 'object' && schema['additionalProperties'] !== false) return false
  const named = [schema['properties'], schema['$defs']].flatMap((group) =>
    isJsonObject(group) ? Object.values(group) : [],
  )
  const listed = [schema['anyOf'], schema['allOf']].flatMap((group) => (Array.isArray(group) ? group : []))
  const items = schema['items'] === undefined ? [] : [schema['items']]
  return [...named, ...listed, ...items].every(isStrictSchema)
}
