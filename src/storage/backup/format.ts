import { z } from 'zod'

/**
 * A backup is gzipped lines of JSON, in this order: the manifest; every table with its rows; the sequences; every blob
 * with its bytes; the end, with the checksum of all lines before it. The form is the same for both kinds of database.
 */
export const formatVersion = 1

const manifestSchema = z.strictObject({
  parley_backup: z.number().int(),
  /** Where it comes from; it can be restored into either. */
  kind: z.enum(['embedded', 'postgres']),
  /** PostgreSQL major of the database it comes from. */
  postgres: z.number().int(),
  /** Names of the migrations that the database had, oldest first. */
  migrations: z.array(z.string()),
  /** RFC 3339. */
  created_at: z.string(),
  rows: z.number().int(),
  blobs: z.number().int(),
})

/** Rows follow, one line each: an array with the text of every column, in the order of `columns`. */
const tableSchema = z.strictObject({ table: z.string(), columns: z.array(z.string()) })
const sequenceSchema = z.strictObject({ sequence: z.string(), value: z.string().regex(/^\d+$/) })
/** Lines with `bytes` follow, until `size` is reached. */
const blobSchema = z.strictObject({ blob: z.string(), size: z.number().int() })
const bytesSchema = z.strictObject({ bytes: z.base64() })
const endSchema = z.strictObject({ end: z.literal(true), sha256: z.string() })

export type Manifest = z.infer<typeof manifestSchema>
export type BackupRow = (string | null)[]
/** What stands between the manifest and the end. */
export type DataRecord =
  | BackupRow
  | z.infer<typeof tableSchema>
  | z.infer<typeof sequenceSchema>
  | z.infer<typeof blobSchema>
  | z.infer<typeof bytesSchema>
type EndRecord = z.infer<typeof endSchema>
export type BackupRecord = Manifest | DataRecord

const recordSchema = z.union([tableSchema, sequenceSchema, blobSchema, bytesSchema, endSchema])

/** A record after the manifest, or null when the line is none. */
export function parseRecord(line: string): DataRecord | EndRecord | null {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    return null
  }
  if (isRow(value)) return value
  return recordSchema.safeParse(value).data ?? null
}

/** The manifest, or null when the line is none. */
export function parseManifest(line: string): Manifest | null {
  try {
    return manifestSchema.safeParse(JSON.parse(line)).data ?? null
  } catch {
    return null
  }
}

function isRow(value: unknown): value is BackupRow {
  return Array.isArray(value) && value.every((member) => member === null || typeof member === 'string')
}
