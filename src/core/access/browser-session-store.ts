import type { Kysely } from 'kysely'
import type { Schema } from '../../storage/schema.ts'
import type { AccessStore } from './access-store.ts'
import type { KeyHolder } from './key-holder-store.ts'

export type BrowserSessionStore = ReturnType<typeof createBrowserSessionStore>

export interface NewCredentialRow {
  id: string
  tokenHash: string
  keyId: string
  createdAt: Date
  expiresAt: Date
}

/** Sessions of browsers, and the links that begin them. Both stand on a key: what became of it decides. */
export function createBrowserSessionStore(kysely: Kysely<Schema>, keys: Pick<AccessStore, 'findHolderById'>) {
  return {
    async insertSession(row: NewCredentialRow): Promise<void> {
      await kysely
        .insertInto('browser_sessions')
        .values({
          id: row.id,
          token_hash: row.tokenHash,
          key_id: row.keyId,
          created_at: row.createdAt,
          expires_at: row.expiresAt,
        })
        .execute()
    },

    /** Whose session this is, since when and until when; expiry is the caller's to judge. */
    async findSession(
      tokenHash: string,
    ): Promise<{ holder: KeyHolder; createdAt: Date; expiresAt: Date } | null> {
      const row = await kysely
        .selectFrom('browser_sessions')
        .select(['key_id', 'created_at', 'expires_at'])
        .where('token_hash', '=', tokenHash)
        .executeTakeFirst()
      const holder = row === undefined ? null : await keys.findHolderById(row.key_id)
      if (row === undefined || holder === null) return null
      return { holder, createdAt: row.created_at, expiresAt: row.expires_at }
    },

    async prolongSession(tokenHash: string, expiresAt: Date): Promise<void> {
      await kysely
        .updateTable('browser_sessions')
        .set({ expires_at: expiresAt })
        .where('token_hash', '=', tokenHash)
        .execute()
    },

    /** False when there is no such session. */
    async deleteSession(tokenHash: string): Promise<boolean> {
      const query = kysely.deleteFrom('browser_sessions').where('token_hash', '=', tokenHash)
      return (await query.executeTakeFirst()).numDeletedRows === 1n
    },

    async insertLink(row: NewCredentialRow): Promise<void> {
      await kysely
        .insertInto('sign_in_links')
        .values({
          id: row.id,
          token_hash: row.tokenHash,
          key_id: row.keyId,
          created_at: row.createdAt,
          expires_at: row.expiresAt,
        })
        .execute()
    },

    /** Uses a link up. The key it was made with, or null when it is unknown, was used before or has expired. */
    async useLink(tokenHash: string, now: Date): Promise<KeyHolder | null> {
      const row = await kysely
        .updateTable('sign_in_links')
        .set({ used_at: now })
        .where('token_hash', '=', tokenHash)
        .where('used_at', 'is', null)
        .where('expires_at', '>', now)
        .returning('key_id')
        .executeTakeFirst()
      return row === undefined ? null : await keys.findHolderById(row.key_id)
    },

    /** Deletes what has expired. */
    async purge(now: Date): Promise<void> {
      await kysely.deleteFrom('browser_sessions').where('expires_at', '<=', now).execute()
      await kysely.deleteFrom('sign_in_links').where('expires_at', '<=', now).execute()
    },
  }
}
