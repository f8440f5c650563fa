import type { Migration } from 'kysely/migration'
import { damaged } from './backup/damaged.ts'
import type { BlobStore } from '../ports/blob-store.ts'
import { readArchive, type ArchiveLine } from './backup/archive.ts'
import { formatVersion, parseManifest, parseRecord, type DataRecord, type Manifest } from './backup/format.ts'
import { TableLoader } from './backup/table-loader.ts'
import { listTables, quoteName } from './backup/tables.ts'
import type { TransferProgress } from './backup.ts'
import type { Database } from './database.ts'
import { appliedMigrations, migrate, recreateSchema } from './migrate.ts'
import { migrations as ownMigrations } from './migrations/index.ts'

/**
 * Fills an empty database and blob store from a backup, of either kind, and brings it to this code's schema.
 *
 * All rows arrive in one transaction, after whose checks nothing can fail: a backup that is damaged or ends too early
 * leaves the database as empty as it was, and no blobs. Rejects with `invalid_backup` for such a backup, for one of
 * a newer Parley, and for a target that holds data.
 */
export async function restore(options: {
  database: Database
  blobs: BlobStore
  from: string
  onProgress?: (progress: TransferProgress) => void
  migrations?: Record<string, Migration>
}): Promise<void> {
  const { database, blobs, from, onProgress = () => {}, migrations = ownMigrations } = options
  const lines = readArchive(from)[Symbol.asyncIterator]()
  const manifest = readManifest(await lines.next(), migrations)
  await refuseData(database)
  await prepareSchema(database, manifest, migrations)

  const client = await database.pool.connect()
  const stored: string[] = []
  try {
    await client.query('begin')
    await client.query("set local timezone = 'UTC'; set local datestyle = 'ISO'")
    const loader = new TableLoader(client, await listTables(client), (rows) =>
      onProgress({ done: rows, total: manifest.rows, unit: 'rows' }),
    )
    await loadRecords(records(lines), loader, blobs, stored, (done) =>
      onProgress({ done, total: manifest.blobs, unit: 'blobs' }),
    )
    await client.query('commit')
  } catch (error) {
    for (const id of stored) await blobs.delete(id)
    throw error
  } finally {
    client.release()
    await lines.return?.()
  }
  await migrate(database, migrations)
}

function readManifest(first: IteratorResult<ArchiveLine>, migrations: Record<string, Migration>): Manifest {
  const manifest = first.done === true ? null : parseManifest(first.value.text)
  if (manifest === null) throw damaged('This file is not a backup of Parley.')
  if (manifest.parley_backup !== formatVersion) {
    throw damaged(
      `The backup has form ${manifest.parley_backup}; this version of Parley reads form ${formatVersion}.`,
    )
  }
  const unknown = manifest.migrations.filter((name) => !(name in migrations))
  if (unknown.length === 0) return manifest
  throw damaged(
    `The backup was made by a newer Parley (it has ${unknown.join(', ')}); restore it with that version.`,
  )
}

async function refuseData(database: Database): Promise<void> {
  const client = await database.pool.connect()
  try {
    for (const { name } of await listTables(client)) {
      const { rows } = await client.query(`select 1 from ${quoteName(name)} limit 1`)
      if (rows.length > 0) throw damaged('The place to restore into is not empty; choose a new one.')
    }
  } finally {
    client.release()
  }
}

/** The rows fit the schema they were written with; later migrations follow once they are there. */
async function prepareSchema(
  database: Database,
  manifest: Manifest,
  migrations: Record<string, Migration>,
): Promise<void> {
  const newest = manifest.migrations.at(-1)
  if (newest === undefined) throw damaged('The backup holds no data.')
  if ((await appliedMigrations(database)).length !== manifest.migrations.length) {
    await recreateSchema(database, newest, migrations)
  }
}

/** Everything between the manifest and the end, whose checksum is checked. */
async function* records(lines: AsyncIterator<ArchiveLine>): AsyncGenerator<DataRecord> {
  for (;;) {
    const line = await lines.next()
    if (line.done === true)
      throw damaged('The backup ends too early: it was not written or copied to its end.')
    const record = parseRecord(line.value.text)
    if (record === null) throw damaged('The backup holds something that is not part of one; it was damaged.')
    if ('end' in record) {
      if (record.sha256 !== line.value.before)
        throw damaged('The checksum of the backup is wrong; it was damaged.')
      // Reading on is what makes gzip check its own sum.
      if ((await lines.next()).done !== true)
        throw damaged('The backup goes on after its end; it was damaged.')
      return
    }
    yield record
  }
}

async function loadRecords(
  source: AsyncGenerator<DataRecord>,
  loader: TableLoader,
  blobs: BlobStore,
  stored: string[],
  onBlob: (done: number) => void,
): Promise<void> {
  let blobCount = 0
  for (let next = await source.next(); next.done !== true; next = await source.next()) {
    const record = next.value
    if (Array.isArray(record)) await loader.row(record)
    else if ('table' in record) await loader.startTable(record.table, record.columns)
    else if ('sequence' in record) loader.sequence(record.sequence, record.value)
    else if ('blob' in record) {
      const known = await blobs.has(record.blob)
      const { id } = await blobs.put(blobBytes(source, record.size))
      if (!known) stored.push(id)
      if (id !== record.blob) throw damaged('The bytes of a blob are not those that were backed up.')
      blobCount += 1
      onBlob(blobCount)
    } else throw damaged('The backup holds bytes that belong to no blob; it was damaged.')
  }
  await loader.finish()
}

async function* blobBytes(source: AsyncGenerator<DataRecord>, size: number): AsyncIterable<Uint8Array> {
  for (let read = 0; read < size;) {
    const next = await source.next()
    if (next.done === true || Array.isArray(next.value) || !('bytes' in next.value)) {
      throw damaged('The bytes of a blob are missing; the backup was damaged.')
    }
    const bytes = Buffer.from(next.value.bytes, 'base64')
    read += bytes.length
    yield bytes
  }
}
