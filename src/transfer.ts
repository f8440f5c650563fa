import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Transfer } from './cli/progress.ts'
import { loadConfig, type Config } from './config/load.ts'
import { AppError } from './errors.ts'
import { systemClock } from './lib/clock.ts'
import { createLog } from './lib/log.ts'
import type { BlobStore } from './ports/blob-store.ts'
import { backup } from './storage/backup.ts'
import { createFileBlobStore } from './storage/blobs/file-blob-store.ts'
import { openDatabase, type Database } from './storage/database.ts'
import { appliedMigrations } from './storage/migrate.ts'
import { clusterName } from './storage/pglite/cluster.ts'
import { restore } from './storage/restore.ts'

/**
 * Writes what the configured place stores to a file. Rejects with `data_directory_in_use` while a server has the
 * embedded database open, and with `invalid_configuration` when there is nothing at the configured place.
 */
export const backupTo: Transfer = async (file, { onProgress }) => {
  const config = loadConfig()
  if (config.databaseUrl === null && !existsSync(join(config.dataDir, clusterName)))
    throw nothingThere(config)
  await using place = await openPlace(config)
  const { database, blobs } = place
  if ((await appliedMigrations(database)).length === 0) throw nothingThere(config)
  await backup({ database, blobs, out: resolve(file), clock: systemClock, onProgress })
}

/**
 * Fills the configured place, which must be empty, from a backup of either kind. Rejects with `data_directory_in_use`
 * while a server runs there, and with `invalid_backup` when the file or the place will not do; the place is then as
 * empty as before.
 */
export const restoreFrom: Transfer = async (file, { onProgress }) => {
  await using place = await openPlace(loadConfig())
  const { database, blobs } = place
  await restore({ database, blobs, from: resolve(file), onProgress })
}

interface Place extends AsyncDisposable {
  database: Database
  blobs: BlobStore
}

/** Only what goes wrong is logged: the rest, the command itself says, and that a transfer takes long is no warning. */
async function openPlace({ dataDir, databaseUrl, logFormat }: Config): Promise<Place> {
  const database = await openDatabase({
    dataDir,
    databaseUrl,
    log: createLog({ level: 'error', format: logFormat }),
  })
  return {
    database,
    blobs: createFileBlobStore(join(dataDir, 'blobs')),
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  }
}

function nothingThere({ dataDir, databaseUrl }: Config): AppError {
  const detail =
    databaseUrl === null
      ? `There is nothing to back up: ${dataDir} holds no database. Set PARLEY_DATA_DIR to the data directory of the server.`
      : 'There is nothing to back up: the database of DATABASE_URL holds no tables of Parley.'
  return new AppError('invalid_configuration', { detail })
}
