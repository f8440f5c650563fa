import { open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../errors.ts'
import { mintKey } from './key.ts'

const ownKeyForm = { kind: 'prefixed', prefix: 'pk_' } as const
const accepted = /^[\u0021-\u007e]{16,200}$/

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}

async function read(path: string): Promise<string | null> {
  try {
    return (await readFile(path, 'utf8')).trim()
  } catch (error) {
    if (isMissing(error)) return null
    throw error
  }
}

function checked(key: string, from: string): string {
  if (accepted.test(key)) return key
  throw new AppError('invalid_configuration', {
    detail: `${from} must be 16 to 200 printable ASCII characters without spaces.`,
  })
}

/**
 * The first key of the default workspace's owner: the configured one, else the one kept in the data directory
 * (`owner-key`, readable by its owner only), else a new one that is kept there. `created` says that it is new and should
 * be shown, once.
 */
export async function loadOrCreateOwnerKey(
  dataDir: string,
  configured: string | null,
): Promise<{ key: string; created: boolean }> {
  if (configured !== null) return { key: checked(configured, 'PARLEY_OWNER_KEY'), created: false }
  const path = join(dataDir, 'owner-key')
  const kept = await read(path)
  if (kept !== null) return { key: checked(kept, path), created: false }
  const key = mintKey(ownKeyForm)
  const file = await open(path, 'wx', 0o600)
  try {
    await file.writeFile(`${key}\n`)
    await file.sync()
  } finally {
    await file.close()
  }
  return { key, created: true }
}
