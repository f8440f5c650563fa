import { AppError } from './errors.ts'
import { lockDirectory } from './storage/directory-lock.ts'

/** Whether a process has the embedded database of this directory open. */
export function lockState(dataDir: string): 'held' | 'free' {
  try {
    lockDirectory(dataDir)[Symbol.dispose]()
    return 'free'
  } catch (error) {
    if (error instanceof AppError && error.code === 'data_directory_in_use') return 'held'
    throw error
  }
}
