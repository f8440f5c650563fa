import { z } from 'zod'

/** What a success looks like around `data`. */
export function okReply<Data extends z.ZodType>(data: Data) {
  return z.object({ success: z.literal(true), data })
}

export function ok<Data>(data: Data): { success: true; data: Data } {
  return { success: true, data }
}

const longestPage = 100
const wholeNumber = z
  .string()
  .regex(/^0*[1-9]\d{0,8}$/, 'must be a whole number of 1 or more')
  .transform(Number)

/** What every list in pages takes. */
export const pageQuery = z.object({
  page: wholeNumber.default(1).describe('Which page, from 1.'),
  limit: wholeNumber
    .default(20)
    .describe(`How many on a page; more than ${longestPage} counts as ${longestPage}.`),
})

/** Where a page begins, and how long it is. */
export function readPage({ page, limit }: z.output<typeof pageQuery>) {
  const most = Math.min(limit, longestPage)
  return { page, limit: most, offset: (page - 1) * most }
}

export const paginationSchema = z.strictObject({
  page: z.int(),
  limit: z.int(),
  total: z.int(),
  hasNext: z.boolean(),
  hasPrev: z.boolean(),
})

/** How a page stands among the others. A page past the end has none after it. */
export function pagination(
  { page, limit }: { page: number; limit: number },
  total: number,
): z.input<typeof paginationSchema> {
  return { page, limit, total, hasNext: page * limit < total, hasPrev: page > 1 }
}

/** RFC 3339 in UTC with milliseconds: `2026-03-01T08:00:00.000Z`. */
export function printTime(time: Date): string {
  return time.toISOString()
}

/** A printed time. */
export const timeSchema = z.iso.datetime().meta({ examples: ['2026-03-01T08:00:00.000Z'] })
