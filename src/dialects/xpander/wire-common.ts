import { z } from 'zod'

const wholeNumber = z.string().regex(/^-?\d{1,9}$/, 'must be a whole number')

/** What every list in pages takes. */
export const pageQuery = z.object({
  page: wholeNumber.transform(Number).pipe(z.int().min(1)).default(1).describe('Which page, from 1.'),
  per_page: wholeNumber
    .transform(Number)
    .pipe(z.int().min(1).max(50))
    .default(20)
    .describe('How many on a page.'),
})

export type PageQuery = z.output<typeof pageQuery>

/** Where a page begins, and how long it is. */
export function readPage({ page, per_page: limit }: PageQuery): { limit: number; offset: number } {
  return { limit, offset: (page - 1) * limit }
}

/** A page of items; one past the end has none. */
export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.strictObject({
    items: z.array(item),
    total: z.int(),
    page: z.int(),
    per_page: z.int(),
    total_pages: z.int(),
  })
}

export function printPage<Item>(items: Item[], total: number, { page, per_page }: PageQuery) {
  return { items, total, page, per_page, total_pages: Math.ceil(total / per_page) }
}

const uuidForm = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

export function isUuid(text: string): boolean {
  return uuidForm.test(text)
}

const exampleId = '01980f4e-0000-7000-8000-000000000001'

/** An id in a path. Its form is not part of the schema: an id of another form names nothing, which is 404. */
export const idParameter = z
  .string()
  .min(1)
  .max(255)
  .meta({ examples: [exampleId] })

/** RFC 3339 in UTC with microseconds, the last three of which are never known: `2026-02-07T10:00:00.000000Z`. */
export function printTime(time: Date): string {
  return time.toISOString().replace(/Z$/, '000Z')
}

/** A printed time. */
export const timeSchema = z.iso.datetime().meta({ examples: ['2026-02-07T10:00:00.000000Z'] })

/** true or false as it stands in a query. */
export const booleanParameter = z
  .string()
  .regex(/^(?:true|false|1|0|yes|no|on|off)$/i, 'must be true or false')
  .transform((text) => /^(?:true|1|yes|on)$/i.test(text))
