import { z } from 'zod'
import { AppError, type ErrorCode } from '../../errors.ts'

const numericText = z
  .string()
  .regex(/^-?\d{1,15}(?:\.\d{1,9})?$/, { error: 'must be a number' })
  .transform(Number)

/** A number, or text that is one: clients of this vendor send both. */
export const numeric = z.union([z.number(), numericText], {
  error: ({ input }) => (input === undefined ? 'is required' : 'must be a number'),
})

/** A number by which this vendor names teams, connections and scenarios. */
export const numberIdSchema = numeric.pipe(z.int().min(1))

const uuidForm = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** The UUID that names the object of the request; `code` (a not_found one) when the text is not one. */
export function readUuid(text: string, code: ErrorCode): string {
  if (!uuidForm.test(text)) throw new AppError(code)
  return text.toLowerCase()
}

/** The number that names the object of the request; `code` (a not_found one) when the text is not one. */
export function readNumber(text: string, code: ErrorCode): number {
  if (!/^[1-9]\d{0,14}$/.test(text)) throw new AppError(code)
  return Number(text)
}

/** ISO 8601 in UTC, with milliseconds. */
export function printTime(time: Date): string {
  return time.toISOString()
}

/** Text, like everything in a query; described as the number that it means. */
const wholeNumber = z
  .string()
  .regex(/^\d{1,9}$/, { error: 'must be a whole number' })
  .transform(Number)
  .meta({ type: 'integer', minimum: 0, pattern: undefined })

/**
 * What a list takes: how much of it, from where on, in which order. Brackets arrive raw or percent-encoded. Without
 * `pg[limit]` the whole list is answered.
 */
export function pageShape<const SortBy extends readonly [string, ...string[]]>(sortBy: SortBy) {
  return {
    'pg[limit]': wholeNumber.optional().describe('How many items at most; absent: all.'),
    'pg[offset]': wholeNumber.optional().describe('How many items to skip; absent: none.'),
    'pg[sortBy]': z.enum(sortBy).optional().describe(`Absent: ${sortBy[0]}.`),
    'pg[sortDir]': z.enum(['asc', 'desc']).optional().describe('Absent: asc.'),
  }
}

interface PageQuery {
  'pg[limit]'?: number | undefined
  'pg[offset]'?: number | undefined
  'pg[sortDir]'?: 'asc' | 'desc' | undefined
}

/** The part of a sorted list that was asked for. `key`: what it is sorted by. Items with the same key keep their order. */
export function page<Item>(
  items: readonly Item[],
  query: PageQuery,
  key: (item: Item) => string | number,
): Item[] {
  const direction = query['pg[sortDir]'] === 'desc' ? -1 : 1
  const sorted = items.toSorted((a, b) => direction * compare(key(a), key(b)))
  const from = query['pg[offset]'] ?? 0
  const limit = query['pg[limit]']
  return limit === undefined ? sorted.slice(from) : sorted.slice(from, from + limit)
}

const collator = new Intl.Collator('en')

function compare(a: string | number, b: string | number): number {
  return typeof a === 'number' && typeof b === 'number' ? a - b : collator.compare(String(a), String(b))
}
