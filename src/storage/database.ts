import type { Kysely } from 'kysely'
import type { Pool } from 'pg'
import type { Log } from '../lib/log.ts'
import { openEmbedded } from './embedded.ts'
import { openPostgres } from './postgres.ts'
import type { Schema } from './schema.ts'

export interface DatabaseOptions {
  dataDir: string
  /** A PostgreSQL connection URL; null means the embedded database in `dataDir`. */
  databaseUrl: string | null
  log: Log
  /** The prepared cluster that a first start copies; undefined: the installation's own; null: none, it runs initdb. */
  template?: string | null
  /** The schema that unqualified names mean. Tests have one per file. */
  schemaName?: string
}

/** Node-postgres's pool, or as much of it as Kysely and DBOS use. Nobody but the database ends it. */
export type PoolLike = Pool

/** A statement with a name of its own, always the same text, and parameters as text. */
export interface NamedStatement {
  name: string
  text: string
  values: (string | null)[]
}

/** The database of this process: one SQL dialect, whether it is embedded or a server. */
export interface Database extends AsyncDisposable {
  readonly kind: 'embedded' | 'postgres'
  /** True when no other process can be using this database: the embedded one is under the directory's lock. */
  readonly exclusive: boolean
  readonly kysely: Kysely<Schema>
  readonly pool: PoolLike
  /**
   * One statement in one round trip, prepared once per name. For the hot path.
   *
   * Rows have the values that node-postgres would give; the caller states their type. Rejects with node-postgres's
   * `DatabaseError`, or with `database_unavailable` when the embedded database has stopped.
   */
  execute<Row>(statement: NamedStatement): Promise<Row[]>
  /**
   * Calls `handler` for every notification of the channel, until the result is disposed.
   *
   * An empty payload says that notifications may have been missed: read again.
   */
  listen(channel: string, handler: (payload: string) => void): Promise<AsyncDisposable>
  notify(channel: string, payload: string): Promise<void>
  /** Sentences about what does not work as it should; empty when all is well. */
  degraded(): string[]
}

/**
 * Opens the database; it does not migrate it.
 *
 * Rejects with `data_directory_in_use` when another process has the embedded database open, and with
 * `database_unavailable` when it cannot be opened, belongs to another PostgreSQL major, or the server is too old.
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const { dataDir, databaseUrl, log } = options
  const schemaName = options.schemaName ?? null
  if (databaseUrl !== null) return await openPostgres({ url: databaseUrl, schemaName, log })
  return await openEmbedded({ dataDir, template: options.template, schemaName, log })
}
