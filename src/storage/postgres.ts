import { Kysely, PostgresDialect } from 'kysely'
import { Pool } from 'pg'
import { AppError } from '../errors.ts'
import type { Log } from '../lib/log.ts'
import type { Database, NamedStatement } from './database.ts'
import { messageOf, PostgresListener } from './postgres-listener.ts'
import type { Schema } from './schema.ts'

/** The oldest PostgreSQL that Parley's SQL runs on. */
const oldestMajor = 15
const poolSize = 10
const connectTimeout = 10_000

/** A PostgreSQL server: an ordinary pool, and one more connection once somebody listens. */
export async function openPostgres(options: {
  url: string
  schemaName: string | null
  log: Log
}): Promise<Database> {
  const { url, schemaName, log } = options
  const connection = {
    connectionString: url,
    connectionTimeoutMillis: connectTimeout,
    keepAlive: true,
    application_name: 'parley',
    ...(schemaName === null ? {} : { options: `-c search_path=${schemaName}` }),
  }
  const pool = new Pool({ ...connection, max: poolSize })
  pool.on('error', (error) => log.warn({ reason: messageOf(error) }, 'an idle database connection failed'))
  // One that is in use tells its user by the failing query; without a listener it would end the process as well.
  pool.on('connect', (client) => client.on('error', () => {}))
  try {
    await checkServer(pool)
  } catch (error) {
    await pool.end()
    throw error
  }
  const listener = new PostgresListener(connection, log)
  return {
    kind: 'postgres',
    exclusive: false,
    pool,
    kysely: new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) }),
    async execute<Row>(statement: NamedStatement) {
      const { rows } = await pool.query(statement)
      // The caller states the columns of its own statement.
      return rows as Row[]
    },
    listen: (channel, handler) => listener.listen(channel, handler),
    async notify(channel, payload) {
      await pool.query({ name: 'notify', text: 'select pg_notify($1, $2)', values: [channel, payload] })
    },
    degraded: () => listener.degraded(),
    async [Symbol.asyncDispose]() {
      await listener[Symbol.asyncDispose]()
      await pool.end()
    },
  }
}

async function checkServer(pool: Pool): Promise<void> {
  let number: number
  try {
    const { rows } = await pool.query<{ server_version_num: string }>('show server_version_num')
    number = Number(rows[0]?.server_version_num)
  } catch (error) {
    throw new AppError('database_unavailable', {
      detail: `The database at DATABASE_URL did not accept a connection: ${messageOf(error)}.`,
      cause: error,
    })
  }
  const major = Math.floor(number / 10_000)
  if (major >= oldestMajor) return
  throw new AppError('database_unavailable', {
    detail: `The database at DATABASE_URL is PostgreSQL ${major}; Parley needs ${oldestMajor} or newer.`,
  })
}
