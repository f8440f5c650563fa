import { z } from 'zod'
import { invalidField } from '../../errors.ts'
import { parseId, printId } from '../../lib/ids.ts'

export { readId } from '../printed-ids.ts'

/** What every list takes: `limit` and `after`, the printed id of the last item of the page before. */
export const listQueryShape = {
  limit: z.coerce.number().int().min(1).max(1000).default(100).describe('How many items at most.'),
  after: z.string().optional().describe('The next_cursor of the page before.'),
}

/** The query of a list, with the filters of its own. */
export function listQuery<Shape extends z.ZodRawShape>(filters: Shape) {
  return z.strictObject({ ...listQueryShape, ...filters })
}

/** The reply of a list. */
export function listReply<Item extends z.ZodType>(item: Item) {
  return z.strictObject({
    data: z.array(item),
    has_more: z.boolean(),
    next_cursor: z
      .string()
      .nullable()
      .describe('Send it as `after` to get the next page; null on the last one.'),
  })
}

/** What a service is asked for: one more than the page holds tells whether there is another page. */
export function readPage(query: { limit: number; after?: string | undefined }, prefix: string) {
  const after = query.after === undefined ? null : readIdField(prefix, query.after, 'after')
  return { limit: query.limit + 1, after }
}

/** Items read with `readPage` in the form of `listReply`; the cursor is the printed id of the last one shown. */
export function printPage<Item, Printed extends { id: string }>(
  items: Item[],
  query: { limit: number },
  print: (item: Item) => Printed,
) {
  const data = items.slice(0, query.limit).map(print)
  const hasMore = items.length > query.limit
  return { data, has_more: hasMore, next_cursor: hasMore ? (data.at(-1)?.id ?? null) : null }
}

/** A printed id. Its form is not part of the schema: an id of another form names nothing, which is 404. */
export function idSchema(prefix: string) {
  return z
    .string()
    .min(1)
    .max(200)
    .meta({ examples: [printId(prefix, '01980f4e-0000-7000-8000-000000000001')] })
}

/** The UUID behind a printed id that stands in a field or query parameter; `invalid_request` names the field. */
export function readIdField(prefix: string, text: string, field: string): string {
  const id = parseId(prefix, text)
  if (id === null) throw invalidField(field, `must be an id that begins with ${prefix}_`)
  return id
}

/** RFC 3339 in UTC, with milliseconds. */
export function printTime(time: Date): string {
  return time.toISOString()
}

export function printOptionalTime(time: Date | null): string | null {
  return time === null ? null : time.toISOString()
}

/** Header values are secrets: whatever core holds, none is shown. */
export function printHeaders(headers: Record<string, string>): Record<string, '***'> {
  return Object.fromEntries(Object.keys(headers).map((header) => [header, '***' as const]))
}

/** A printed time. */
export const timeSchema = z.iso.datetime().meta({ examples: ['2026-01-01T00:00:00.000Z'] })
