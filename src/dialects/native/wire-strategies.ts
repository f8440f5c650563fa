import { z } from 'zod'
import { conditionTypes } from '../../core/agents/strategies.ts'

const condition = z.strictObject({
  type: z.enum(conditionTypes),
  term: z.string().nullish().describe('What `regex` and `contains` look for.'),
  path: z.string().nullish().describe('Dot path into a value that is JSON; null: the whole value.'),
  value: z
    .json()
    .optional()
    .describe(
      'What comparisons compare with: for `gt`, `lt`, `gte` and `lte` a number or a text. Default null.',
    ),
})

const retry = z.strictObject({
  attempts: z.int().describe('How many more times a run that fails is done over, at most.'),
})

const iterate = z.strictObject({
  times: z.int().describe('Rounds in all: the answer of each is given back to be worked on.'),
  until: condition.nullish().describe('A round whose answer makes this true is the last one.'),
})

const stop = z.strictObject({
  on_failure: z.boolean().nullish().describe('A round that fails ends the run. Default false.'),
  when: condition
    .nullish()
    .describe(
      'True of an answer or of what a tool answered, it cancels the run; such an answer is its output.',
    ),
})

const deduplicate = z.strictObject({
  selectors: z.array(z.string()).describe('Dot paths into what a run is asked for.'),
  minutes: z.int().describe('How long a run with the same values under them is not begun again.'),
})

/** How often a run is done over, and what ends it early; each part may be absent or null: not. */
export const strategiesInput = z.strictObject({
  retry: retry.nullish(),
  iterate: iterate.nullish(),
  stop: stop.nullish(),
  deduplicate: deduplicate.nullish(),
})

const partOfCondition = condition.partial().nullish()

/** The same in a merge patch: a part that is there may be given in part. */
export const strategiesPatch = z.strictObject({
  retry: retry.partial().nullish(),
  iterate: iterate.partial().extend({ until: partOfCondition }).nullish(),
  stop: stop.extend({ when: partOfCondition }).nullish(),
  deduplicate: deduplicate.partial().nullish(),
})

const printedCondition = z.strictObject({
  type: z.enum(conditionTypes),
  term: z.string().nullable(),
  path: z.string().nullable(),
  value: z.json(),
})

export const printedStrategies = z.strictObject({
  retry: retry.nullable(),
  iterate: z.strictObject({ times: z.int(), until: printedCondition.nullable() }).nullable(),
  stop: z.strictObject({ on_failure: z.boolean(), when: printedCondition.nullable() }).nullable(),
  deduplicate: deduplicate.nullable(),
})

const notice = z.strictObject({
  url: z.string().describe('Called with POST.'),
  headers: z
    .record(z.string(), z.string())
    .nullish()
    .describe('Values are secrets: they are shown as `***`, and `***` on a write keeps the stored value.'),
  subject: z.string().nullish(),
  body: z.string().nullish(),
})

const printedNotice = z.strictObject({
  url: z.string(),
  headers: z.record(z.string(), z.literal('***')),
  subject: z.string().nullable(),
  body: z.string().nullable(),
})

/** Who is told how a run ended. A run that was cancelled is no news. */
export const noticesInput = z.strictObject({
  on_success: z.array(notice).nullish().describe('Called once a run has completed.'),
  on_error: z.array(notice).nullish().describe('Called once a run has failed.'),
})

export const printedNotices = z.strictObject({
  on_success: z.array(printedNotice),
  on_error: z.array(printedNotice),
})

export type StrategiesInput = z.output<typeof strategiesInput>
export type ConditionInput = z.output<typeof condition>
export type PrintedStrategies = z.input<typeof printedStrategies>
export type NoticesInput = z.output<typeof noticesInput>
export type PrintedNotices = z.input<typeof printedNotices>
