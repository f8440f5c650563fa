import { constants } from 'node:fs'
import { access, readdir, readFile, stat, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { isJsonObject, parseJson } from '../lib/json.ts'
import type { Finding } from './findings.ts'
import { size } from './paint.ts'

const leastNodeMajor = 24
/** Below the first the database soon cannot grow; below the second it cannot work. Bytes. */
const scarceSpace = 1024 ** 3
const tooLittleSpace = 100 * 1024 ** 2

/** Whether some process has the data directory open. */
export type LockState = 'held' | 'free'

export function inspectNode(version: string): Finding {
  const fits = Number(version.split('.')[0]) >= leastNodeMajor
  const sentence = fits
    ? `Node ${version}.`
    : `Node ${version} is too old; Parley needs ${leastNodeMajor} or newer.`
  return { topic: 'node', health: fits ? 'ok' : 'broken', sentence }
}

export async function inspectDataDirectory(
  directory: string,
  lock: () => LockState | Promise<LockState>,
): Promise<Finding[]> {
  const topic = 'data directory'
  const found = await stat(directory).catch(() => null)
  if (found === null) {
    return [{ topic, health: 'note', sentence: `${directory} does not exist yet; the first start makes it.` }]
  }
  if (!found.isDirectory()) return [{ topic, health: 'broken', sentence: `${directory} is not a directory.` }]
  const findings: Finding[] = []
  const writable = await access(directory, constants.W_OK).then(
    () => true,
    () => false,
  )
  if (!writable)
    findings.push({ topic, health: 'broken', sentence: `${directory} cannot be written by this user.` })
  const state = writable && (await exists(join(directory, 'lock.db'))) ? await lock() : 'free'
  const use = state === 'held' ? 'in use by a running process' : 'not in use'
  const used = `${directory}: ${size(await directorySize(directory))}, ${await format(directory)}, ${use}.`
  findings.push({ topic, health: 'ok', sentence: used })
  for (const name of ['owner-key', 'secret-key']) {
    const mode = (await stat(join(directory, name)).catch(() => null))?.mode ?? 0
    if ((mode & 0o077) !== 0) {
      const sentence = `${join(directory, name)} can be read by other users of this machine; run chmod 600 on it.`
      findings.push({ topic, health: 'warn', sentence })
    }
  }
  return findings
}

/** Free space where the data directory is or will be. */
export async function inspectDisk(directory: string): Promise<Finding> {
  const topic = 'disk'
  const statistics = await statfs(directory).catch(() => statfs('.'))
  const free = statistics.bavail * statistics.bsize
  if (free < tooLittleSpace)
    return { topic, health: 'broken', sentence: `Only ${size(free)} of disk space is free.` }
  const health = free < scarceSpace ? 'warn' : 'ok'
  return { topic, health, sentence: `${size(free)} of disk space is free.` }
}

async function format(directory: string): Promise<string> {
  const text = await readFile(join(directory, 'format.json'), 'utf8').catch(() => null)
  const value = text === null ? undefined : parseJson(text)
  if (!isJsonObject(value)) return 'no embedded database'
  return `written by PostgreSQL ${JSON.stringify(value['postgres'] ?? null)}, format ${JSON.stringify(value['format'] ?? null)}`
}

/** Bytes of all files below; files that vanish meanwhile count nothing. */
async function directorySize(directory: string): Promise<number> {
  let bytes = 0
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => [])) {
    if (!entry.isFile()) continue
    bytes += (await stat(join(entry.parentPath, entry.name)).catch(() => null))?.size ?? 0
  }
  return bytes
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null)) !== null
}
