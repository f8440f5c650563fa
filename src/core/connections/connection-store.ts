import type { Kysely, Selectable, Transaction } from 'kysely'
import type { Schema } from '../../storage/schema.ts'
import type { Connection } from './connection.ts'

export type Tx = Transaction<Schema>

export interface StoredConnection extends Connection {
  workspaceId: string
  sealedCredential: string | null
  sealedHeaders: string | null
}

/** Every column that a write may change. */
export type ConnectionRow = Pick<
  StoredConnection,
  'name' | 'provider' | 'baseUrl' | 'sealedCredential' | 'credentialHint' | 'sealedHeaders' | 'headerNames'
> & { updatedAt: Date }

export type ConnectionStore = ReturnType<typeof createConnectionStore>

export function createConnectionStore(kysely: Kysely<Schema>) {
  return {
    transaction<Result>(work: (transaction: Tx) => Promise<Result>): Promise<Result> {
      return kysely.transaction().execute(work)
    },

    async find(connectionId: string): Promise<StoredConnection | null> {
      const row = await kysely
        .selectFrom('connections')
        .selectAll()
        .where('id', '=', connectionId)
        .where('deleted_at', 'is', null)
        .executeTakeFirst()
      return row === undefined ? null : toConnection(row)
    },

    async findByNumber(workspaceId: string, number: number): Promise<StoredConnection | null> {
      const row = await kysely
        .selectFrom('connections')
        .selectAll()
        .where('number', '=', String(number))
        .where('workspace_id', '=', workspaceId)
        .where('deleted_at', 'is', null)
        .executeTakeFirst()
      return row === undefined ? null : toConnection(row)
    },

    /** Those with exactly this name, oldest first. */
    async findByName(
      workspaceId: string,
      name: string,
    ): Promise<Pick<StoredConnection, 'id' | 'provider'>[]> {
      return await kysely
        .selectFrom('connections')
        .select(['id', 'provider'])
        .where('workspace_id', '=', workspaceId)
        .where('name', '=', name)
        .where('deleted_at', 'is', null)
        .orderBy('id')
        .limit(50)
        .execute()
    },

    /** Newest first. */
    async list(
      workspaceId: string,
      page: { limit: number; after: string | null },
    ): Promise<StoredConnection[]> {
      let query = kysely
        .selectFrom('connections')
        .selectAll()
        .where('workspace_id', '=', workspaceId)
        .where('deleted_at', 'is', null)
      if (page.after !== null) query = query.where('id', '<', page.after)
      return (await query.orderBy('id', 'desc').limit(page.limit).execute()).map(toConnection)
    },

    /** Holds the row until the transaction ends; tells when it was last changed, null when it is gone. */
    async lock(transaction: Tx, connectionId: string): Promise<{ updatedAt: Date } | null> {
      const row = await transaction
        .selectFrom('connections')
        .select('updated_at')
        .where('id', '=', connectionId)
        .where('deleted_at', 'is', null)
        .forUpdate()
        .executeTakeFirst()
      return row === undefined ? null : { updatedAt: row.updated_at }
    },

    async insert(
      transaction: Tx,
      connection: ConnectionRow & { id: string; workspaceId: string; createdAt: Date },
    ): Promise<void> {
      await transaction
        .insertInto('connections')
        .values({
          id: connection.id,
          workspace_id: connection.workspaceId,
          created_at: connection.createdAt,
          ...columns(connection),
        })
        .execute()
    },

    async update(transaction: Tx, connectionId: string, connection: ConnectionRow): Promise<void> {
      await transaction
        .updateTable('connections')
        .set(columns(connection))
        .where('id', '=', connectionId)
        .execute()
    },

    /** The secrets go at once; the tombstone keeps what old runs may be asked about. */
    async markDeleted(transaction: Tx, connectionId: string, at: Date): Promise<void> {
      await transaction
        .updateTable('connections')
        .set({ deleted_at: at, updated_at: at, sealed_credential: null, sealed_headers: null })
        .where('id', '=', connectionId)
        .execute()
    },
  }
}

function columns(connection: ConnectionRow) {
  return {
    name: connection.name,
    provider: connection.provider,
    base_url: connection.baseUrl,
    sealed_credential: connection.sealedCredential,
    credential_hint: connection.credentialHint,
    sealed_headers: connection.sealedHeaders,
    header_names: connection.headerNames,
    updated_at: connection.updatedAt,
  }
}

function toConnection(row: Selectable<Schema['connections']>): StoredConnection {
  return {
    id: row.id,
    number: Number(row.number),
    workspaceId: row.workspace_id,
    name: row.name,
    provider: row.provider,
    baseUrl: row.base_url,
    source: 'stored',
    hasCredential: row.sealed_credential !== null,
    credentialHint: row.credential_hint,
    headerNames: row.header_names,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    sealedCredential: row.sealed_credential,
    sealedHeaders: row.sealed_headers,
  }
}
