import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Log } from '../lib/log.ts'
import { openDatabase, type Database } from './database.ts'
import { clusterName } from './pglite/cluster.ts'
import { syncTree } from './durable-files.ts'
import { findTemplate, templateCache, templateKey } from './template.ts'

/**
 * Builds the template, unless it is there; those of other versions are removed.
 *
 * `prepare` gets an empty open database and puts everything in it that every new installation has. Gives the
 * prepared cluster's directory.
 */
export async function buildTemplate(
  prepare: (database: Database) => Promise<void>,
  options: { log: Log; directory?: string },
): Promise<string> {
  const directory = options.directory ?? templateCache
  const existing = await findTemplate(directory)
  if (existing !== null) return existing
  await mkdir(directory, { recursive: true })
  const building = await mkdtemp(join(directory, 'building-'))
  try {
    {
      await using database = await openDatabase({
        dataDir: building,
        databaseUrl: null,
        template: null,
        log: options.log,
      })
      await prepare(database)
      // No VACUUM: see `worthStatistics` in housekeeping.
      await database.pool.query('checkpoint')
    }
    await syncTree(join(building, clusterName))
    const cluster = join(directory, await templateKey())
    // Another build may have been faster; then its result stays.
    if (!existsSync(cluster)) await rename(join(building, clusterName), cluster)
    await removeOthers(directory, cluster)
    return cluster
  } finally {
    await rm(building, { recursive: true, force: true })
  }
}

async function removeOthers(directory: string, keep: string): Promise<void> {
  for (const name of await readdir(directory)) {
    const path = join(directory, name)
    if (path !== keep && !name.startsWith('building-')) await rm(path, { recursive: true, force: true })
  }
}
