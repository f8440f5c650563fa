import { rmSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLog } from '../../src/lib/log.ts'
import { openDatabase, type Database } from '../../src/storage/database.ts'
import { migrate } from '../../src/storage/migrate.ts'

export { postgresServer } from './postgres-server.ts'

const directories: string[] = []

/** A fresh directory that goes away with the process. */
export async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'parley-test-'))
  if (directories.length === 0) {
    process.on('exit', removeDirectories)
    // Vitest ends its processes by this signal, which would skip the line above.
    process.on('SIGTERM', () => process.exit())
  }
  directories.push(directory)
  return directory
}

function removeDirectories(): void {
  for (const directory of directories) rmSync(directory, { recursive: true, force: true })
}

/** The worker's instance, kept outside the module so that test files that share a process share it. */
const instanceKey = Symbol.for('parley.test.database')
interface SharedInstance {
  database: Promise<Database>
  schemas: number
}
// A property of our own on the global object, which its type does not know.
const shared = globalThis as { [instanceKey]?: SharedInstance }

/**
 * A migrated database for one test file: the worker's one embedded instance, in a schema that nothing else has written
 * to. Files of one worker run one after the other; ask for it once per file and dispose it at the end.
 */
export async function testDatabase(): Promise<Database> {
  const instance = (shared[instanceKey] ??= { database: openInstance(), schemas: 0 })
  const database = await instance.database
  instance.schemas += 1
  // The template comes with its public schema migrated, which makes the first file of a worker start at once.
  const schema = instance.schemas === 1 ? 'public' : `test_${instance.schemas}`
  await database.pool.query(`create schema if not exists ${schema}; set search_path to ${schema}`)
  await migrate(database)
  return {
    ...database,
    degraded: () => database.degraded(),
    async [Symbol.asyncDispose]() {
      await database.pool.query(`drop schema ${schema} cascade`)
    },
  }
}

async function openInstance(): Promise<Database> {
  return await openEmbedded(await temporaryDirectory())
}

/** An embedded database with a data directory of its own, not migrated; for tests that close it or look at its files. */
export async function openEmbedded(dataDir: string): Promise<Database> {
  return await openDatabase({ dataDir, databaseUrl: null, log: silentLog })
}
