import { z } from 'zod'

/** The query of a list whose items count upwards: versions, revisions. `after` is the number of the last one before. */
export const numberedQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(1000).default(100).describe('How many items at most.'),
  after: z.coerce
    .number()
    .int()
    .min(1)
    .max(2_147_483_647)
    .optional()
    .describe('The next_cursor of the page before.'),
})

/** A number in a path. What is not one names nothing, which is 404. */
export const numberParameter = z.string().meta({ examples: ['1'] })

/** Null when the text is no number that an item could have. */
export function readNumber(text: string): number | null {
  if (!/^[1-9]\d{0,9}$/.test(text)) return null
  const number = Number(text)
  return number <= 2_147_483_647 ? number : null
}

/** What a service is asked for: one more than the page holds tells whether there is another page. */
export function readNumberedPage(query: z.output<typeof numberedQuery>): {
  limit: number
  after: number | null
} {
  return { limit: query.limit + 1, after: query.after ?? null }
}

export function printNumberedPage<Item, Printed>(
  items: Item[],
  query: { limit: number },
  print: (item: Item) => Printed,
  numberOf: (item: Item) => number,
) {
  const shown = items.slice(0, query.limit)
  const last = shown.at(-1)
  const hasMore = items.length > query.limit && last !== undefined
  return { data: shown.map(print), has_more: hasMore, next_cursor: hasMore ? String(numberOf(last)) : null }
}
