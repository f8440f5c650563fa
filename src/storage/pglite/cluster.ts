import { existsSync, readFileSync } from 'node:fs'
import { cp, mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../errors.ts'
import { parseJson, isJsonObject } from '../../lib/json.ts'
import type { Log } from '../../lib/log.ts'
import { findTemplate } from '../template.ts'
import { Engine } from './engine.ts'
import { syncPath, syncTree, writeDurably } from '../durable-files.ts'
import { decodeReply, encodeSimple } from './wire.ts'

/** The PostgreSQL major inside the pinned PGlite. Its data directories are readable by this major only. */
export const embeddedMajor = 18

/** The cluster's directory inside the data directory. */
export const clusterName = 'postgres'
const formatName = 'format.json'

/**
 * Sees to it that the data directory holds a cluster of our major, and says where.
 *
 * The first time it is copied from `template` (a prepared cluster; undefined: the installation's own, if it was built)
 * or made by initdb. It is built beside its place, synchronized and then renamed, so that an interrupted first start
 * leaves nothing half done. Rejects with `database_unavailable` when the directory belongs to another PostgreSQL
 * major. Call it with the directory's lock held.
 */
export async function prepareCluster(
  dataDir: string,
  template: string | null | undefined,
  log: Log,
): Promise<string> {
  const directory = join(dataDir, clusterName)
  if (existsSync(directory)) {
    checkMajor(dataDir, directory)
    return directory
  }
  const building = join(dataDir, `${clusterName}.new`)
  await rm(building, { recursive: true, force: true })
  await mkdir(building, { mode: 0o700 })
  const source = template === undefined ? await findTemplate() : template
  if (source === null) await initialize(building, log)
  else await cp(source, building, { recursive: true })
  await syncTree(building)
  await writeDurably(join(dataDir, formatName), `${JSON.stringify({ format: 1, postgres: embeddedMajor })}\n`)
  await rename(building, directory)
  await syncPath(dataDir)
  return directory
}

async function initialize(directory: string, log: Log): Promise<void> {
  log.info('preparing a new embedded database; this takes a few seconds')
  await using engine = new Engine()
  await engine.open({ directory, settings: [] })
  // Nothing connects to the template databases, so nothing could ever vacuum them; and less is copied without them.
  for (const name of ['template0', 'template1']) {
    await run(engine, `update pg_database set datistemplate = false where datname = '${name}'`)
    await run(engine, `drop database ${name}`)
  }
}

async function run(engine: Engine, text: string): Promise<void> {
  const { error } = decodeReply(await engine.send(encodeSimple(text)))
  if (error !== null) throw error
}

function checkMajor(dataDir: string, directory: string): void {
  const major =
    recordedMajor(join(dataDir, formatName)) ?? readFileSync(join(directory, 'PG_VERSION'), 'utf8').trim()
  if (major === String(embeddedMajor)) return
  throw new AppError('database_unavailable', {
    detail:
      `The data directory ${dataDir} was written by PostgreSQL ${major}; this version of Parley embeds PostgreSQL ` +
      `${embeddedMajor}. Make a backup with the Parley that wrote it (parley backup), then restore it into an empty ` +
      `directory with this one (parley restore).`,
  })
}

function recordedMajor(file: string): string | null {
  if (!existsSync(file)) return null
  const value = parseJson(readFileSync(file, 'utf8'))
  return isJsonObject(value) && typeof value['postgres'] === 'number' ? String(value['postgres']) : null
}
