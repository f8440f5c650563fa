import { existsSync, mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { AppError } from '../errors.ts'

/**
 * Takes the data directory for this process, creating it if need be.
 *
 * The lock is SQLite's exclusive lock on a file: the operating system drops it with the process however it ends, so
 * there is no stale lock to clear. A second holder throws `data_directory_in_use` and changes nothing in the directory.
 */
export function lockDirectory(directory: string): Disposable {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const file = join(directory, 'lock.db')
  const created = !existsSync(file)
  const lock = new DatabaseSync(file)
  try {
    lock.exec('pragma busy_timeout = 0; pragma locking_mode = exclusive; begin exclusive')
  } catch (error) {
    lock.close()
    if (created) throw error
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
