import { existsSync, mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { AppError } from '../errors.ts'

const lockName = 'lock.db'
/** SQLITE_BUSY: another connection holds the lock. */
const busy = 5

/**
 * Takes the data directory for this process, creating it if need be.
 *
 * The lock is SQLite's exclusive lock on a file: the operating system drops it with the process however it ends, so
 * there is no stale lock to clear. A second holder throws `data_directory_in_use` and changes nothing in the directory.
 */
export function lockDirectory(directory: string): Disposable {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const file = join(directory, lockName)
  const lock = new DatabaseSync(file)
  try {
    // Nothing is ever written, so no journal file is needed beside it.
    lock.exec(
      'pragma busy_timeout = 0; pragma locking_mode = exclusive; pragma journal_mode = memory; begin exclusive',
    )
  } catch (error) {
    lock.close()
    if (!isBusy(error)) throw error
    throw new AppError('data_directory_in_use', {
      detail: `Another Parley process is using the data directory ${resolve(directory)}; stop it, or set PARLEY_DATA_DIR to another directory.`,
      cause: error,
    })
  }
  return {
    [Symbol.dispose]() {
      lock.close()
    },
  }
}

/** Whether another process, or another part of this one, holds the data directory. Changes nothing in it. */
export function isDirectoryLocked(directory: string): boolean {
  if (!existsSync(join(directory, lockName))) return false
  try {
    lockDirectory(directory)[Symbol.dispose]()
    return false
  } catch (error) {
    if (error instanceof AppError && error.code === 'data_directory_in_use') return true
    throw error
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === busy
}
