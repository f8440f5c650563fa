import type { PoolClient } from 'pg'
import { timestamp, type Clock } from '../lib/clock.ts'
import type { BlobStore, StoredBlob } from '../ports/blob-store.ts'
import { writeArchive } from './backup/archive.ts'
import { formatVersion, type BackupRecord, type BackupRow, type Manifest } from './backup/format.ts'
import { listSequences, listTables, quoteName, type TableShape } from './backup/tables.ts'
import type { Database } from './database.ts'
import { appliedMigrations } from './migrate.ts'

/** Rows that are read at once. */
const batch = 200

export interface TransferProgress {
  done: number
  total: number
  unit: 'rows' | 'blobs'
}

/**
 * Writes everything that is stored, as of one moment, to one file: all tables and blobs, but neither the owner key nor
 * the secret key, nor the engine's own tables. Sealed values stay sealed. Memory does not grow with the size.
 *
 * On PostgreSQL the server may run meanwhile; blobs that arrive or go during the backup may or may not be in it.
 */
export async function backup(options: {
  database: Database
  blobs: BlobStore
  out: string
  clock: Clock
  onProgress?: (progress: TransferProgress) => void
}): Promise<void> {
  const { database, blobs, out, clock, onProgress = () => {} } = options
  const migrations = await appliedMigrations(database)
  const client = await database.pool.connect()
  try {
    await client.query('begin isolation level repeatable read read only')
    await client.query(textSettings)
    const tables = await listTables(client)
    const manifest: Manifest = {
      parley_backup: formatVersion,
      kind: database.kind,
      postgres: await serverMajor(client),
      migrations,
      created_at: timestamp(clock),
      rows: await countRows(client, tables),
      blobs: await countBlobs(blobs),
    }
    await writeArchive(out, allRecords(client, blobs, manifest, tables, onProgress))
  } finally {
    client.release()
  }
}

/** How values are written as text, so that any server reads them back as the same values. */
const textSettings =
  "set local timezone = 'UTC'; set local datestyle = 'ISO'; set local intervalstyle = 'postgres'; " +
  "set local bytea_output = 'hex'; set local extra_float_digits = 1"

async function* allRecords(
  client: PoolClient,
  blobs: BlobStore,
  manifest: Manifest,
  tables: TableShape[],
  onProgress: (progress: TransferProgress) => void,
): AsyncIterable<BackupRecord> {
  yield manifest
  let rows = 0
  for (const table of tables) {
    yield { table: table.name, columns: table.columns.map(({ name }) => name) }
    for await (const row of readRows(client, table)) {
      rows += 1
      if (rows % batch === 0) onProgress({ done: rows, total: manifest.rows, unit: 'rows' })
      yield row
    }
  }
  for (const { name, value } of await listSequences(client)) yield { sequence: name, value }
  let done = 0
  for await (const blob of blobs.list()) {
    yield* blobRecords(blobs, blob)
    done += 1
    onProgress({ done, total: manifest.blobs, unit: 'blobs' })
  }
}

async function* readRows(client: PoolClient, table: TableShape): AsyncIterable<BackupRow> {
  const columns = table.columns.map(({ name }) => `${quoteName(name)}::text`).join(', ')
  await client.query(`declare rows no scroll cursor for select array_to_json(array[${columns}])::text as row
    from ${quoteName(table.name)}`)
  for (;;) {
    const { rows } = await client.query<{ row: string }>(`fetch ${batch} from rows`)
    // The statement above makes arrays of texts.
    for (const { row } of rows) yield JSON.parse(row) as BackupRow
    if (rows.length < batch) break
  }
  await client.query('close rows')
}

async function* blobRecords(blobs: BlobStore, { id, size }: StoredBlob): AsyncIterable<BackupRecord> {
  const content = await blobs.get(id)
  // It was deleted since it was listed.
  if (content === null) return
  yield { blob: id, size }
  for await (const chunk of content) yield { bytes: Buffer.from(chunk).toString('base64') }
}

async function countRows(client: PoolClient, tables: TableShape[]): Promise<number> {
  let total = 0
  for (const { name } of tables) {
    const { rows } = await client.query<{ count: string }>(`select count(*) from ${quoteName(name)}`)
    total += Number(rows[0]?.count)
  }
  return total
}

async function countBlobs(blobs: BlobStore): Promise<number> {
  let total = 0
  for await (const _ of blobs.list()) total += 1
  return total
}

async function serverMajor(client: PoolClient): Promise<number> {
  const { rows } = await client.query<{ server_version_num: string }>('show server_version_num')
  return Math.floor(Number(rows[0]?.server_version_num) / 10_000)
}
