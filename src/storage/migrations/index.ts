import type { Migration } from 'kysely/migration'
import * as spine from './0001-spine.ts'

/** Numbered, forward only. A name that was released never changes. */
export const migrations: Record<string, Migration> = {
  '0001-spine': spine,
}
