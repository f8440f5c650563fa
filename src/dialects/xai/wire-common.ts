import { z } from 'zod'
import { isLongerThan } from '../../lib/text-length.ts'

/** Instructions and 200 tools fit. Bytes. */
export const maxBodyBytes = 8 * 1024 * 1024

const longestList = 1_000

const wholeNumber = 'must be a whole number of 1 or more'

/** What every list takes. Parameters of other names are ignored. */
export const listQuery = z.object({
  limit: z
    .string(wholeNumber)
    .regex(/^0*[1-9]\d*$/, wholeNumber)
    .transform(Number)
    .default(100)
    .describe(`How many at most; more than ${longestList} counts as ${longestList}.`),
})

export function readLimit({ limit }: z.output<typeof listQuery>): number {
  return Math.min(limit, longestList)
}

/** Text of at most so many characters, counted as Unicode code points. */
export function textSchema(most: number) {
  return z
    .string()
    .refine((text) => !isLongerThan(text, most), `use at most ${most.toLocaleString('en-US')} characters`)
    .meta({ maxLength: most })
}

/** A display name: there is always one. */
export const nameSchema = textSchema(255)
  .refine((name) => name.trim() !== '', 'must have 1 to 255 characters')
  .meta({ minLength: 1, maxLength: 255 })

/** Which fields a PATCH writes; the comma-separated text is how JSON of protocol buffers has it. */
export const fieldMaskSchema = z
  .union([z.string(), z.object({ paths: z.array(z.string()) })], {
    error: ({ input }) =>
      `${input === undefined ? 'is required: ' : 'must be '}an object like {"paths": ["name"]} that says which fields to write`,
  })
  .describe('Which fields to write.')

export type FieldMask = z.output<typeof fieldMaskSchema>

/** RFC 3339 in UTC, whole seconds: `2026-03-04T09:15:00Z`. */
export function printTime(time: Date): string {
  return time.toISOString().replace(/\.\d+Z$/, 'Z')
}

/** A printed time. */
export const timeSchema = z.iso.datetime().meta({ examples: ['2026-03-04T09:15:00Z'] })
