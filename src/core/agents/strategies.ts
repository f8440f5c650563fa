import type { JsonValue } from '../../lib/json.ts'

export const conditionTypes = [
  'regex',
  'contains',
  'equal',
  'not_equal',
  'gt',
  'lt',
  'gte',
  'lte',
  'not_empty',
  'else',
] as const

/** Something that is true or false of an answer or a tool's result. What a type does not use is null. */
export interface Condition {
  type: (typeof conditionTypes)[number]
  /** What `regex` and `contains` look for. */
  term: string | null
  /** Dot path into the value, when it is JSON; null: the whole value. */
  path: string | null
  /** What comparisons compare with. */
  value: JsonValue
}

/** How often a run is done over, and what ends it early. null: not. */
export interface Strategies {
  /** A run that fails is done over, `attempts` more times at most. */
  retry: { attempts: number } | null
  /** The answer is given back to be worked on, `times` rounds in all, or until `until` is true of it. */
  iterate: { times: number; until: Condition | null } | null
  /** `onFailure`: a round that fails ends the run. `when`: true of an answer or a tool's result, it cancels the run. */
  stop: { onFailure: boolean; when: Condition | null } | null
  /** A run that is asked for with the same values under `selectors` as one of the last `minutes` is not begun. */
  deduplicate: { selectors: string[]; minutes: number } | null
}

export const noStrategies: Strategies = { retry: null, iterate: null, stop: null, deduplicate: null }
