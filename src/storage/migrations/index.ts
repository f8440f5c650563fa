import type { Migration } from 'kysely/migration'
import * as spine from './0001-spine.ts'
import * as phoneNumbers from './0002-phone-numbers.ts'
import * as documents from './0003-documents.ts'
import * as callbacks from './0004-callbacks.ts'
import * as sessions from './0005-sessions.ts'
import * as admission from './0006-admission.ts'
import * as keyOrigins from './0007-key-origins.ts'
import * as console from './0008-console.ts'

/** Numbered, forward only. A name that was released never changes. */
export const migrations: Record<string, Migration> = {
  '0001-spine': spine,
  '0002-phone-numbers': phoneNumbers,
  '0003-documents': documents,
  '0004-callbacks': callbacks,
  '0005-sessions': sessions,
  '0006-admission': admission,
  '0007-key-origins': keyOrigins,
  '0008-console': console,
}
