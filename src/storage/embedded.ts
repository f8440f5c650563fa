import type { Pool } from 'pg'
import { setImmediate as eventLoopTurn, setTimeout as delay } from 'node:timers/promises'
import { Kysely, PostgresDialect } from 'kysely'
import type { Log } from '../lib/log.ts'
import { prepareCluster } from './pglite/cluster.ts'
import { EngineKeeper } from './pglite/engine-keeper.ts'
import { EmbeddedPool } from './pglite/pool.ts'
import { Session } from './pglite/session.ts'
import { lockDirectory } from './directory-lock.ts'
import type { Database, NamedStatement } from './database.ts'
import type { Schema } from './schema.ts'

/** Settings of the embedded server. Memory is spent once per process, so it is kept small. */
const settings = [
  'shared_buffers=16MB',
  'max_wal_size=64MB',
  'min_wal_size=8MB',
  'wal_init_zero=on',
  'TimeZone=UTC',
]

/** How long closing waits for work that others have asked for, in milliseconds. */
const closeTimeout = 5_000

/** The embedded database: lock, prepare, open. The lock is held until the result is disposed. */
export async function openEmbedded(options: {
  dataDir: string
  template: string | null | undefined
  schemaName: string | null
  log: Log
}): Promise<Database> {
  const { dataDir, template, schemaName, log } = options
  const lock = lockDirectory(dataDir)
  const engine = new EngineKeeper(log)
  try {
    // The thread loads its code while the cluster is prepared.
    const directory = await prepareCluster(dataDir, template, log)
    await engine.open({ directory, settings: [...settings, `search_path=${schemaName ?? 'public'}`] })
  } catch (error) {
    await engine[Symbol.asyncDispose]()
    lock[Symbol.dispose]()
    throw error
  }
  const session = new Session(engine, log)
  const embeddedPool = new EmbeddedPool(session, log)
  engine.watch(embeddedPool)
  // EmbeddedPool is the part of node-postgres's pool that Kysely and DBOS use.
  const pool = embeddedPool as unknown as Pool
  return {
    kind: 'embedded',
    exclusive: true,
    pool,
    kysely: new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) }),
    async execute<Row>(statement: NamedStatement) {
      const { rows } = await session.execute(statement)
      // The caller states the columns of its own statement.
      return rows as Row[]
    },
    listen: (channel, handler) => embeddedPool.listen(channel, handler),
    async notify(channel, payload) {
      await session.execute({ name: 'notify', text: 'select pg_notify($1, $2)', values: [channel, payload] })
    },
    degraded: () => (engine.failure === null ? [] : [`The embedded database stopped: ${engine.failure}`]),
    async [Symbol.asyncDispose]() {
      // What was asked before comes first, so it is let into the queue; a forgotten transaction is not waited for.
      await eventLoopTurn()
      const turn = session.turns.acquire()
      await Promise.race([turn, delay(closeTimeout, undefined, { ref: false })])
      await engine[Symbol.asyncDispose]()
      // Whoever asks now is told that the database is closed.
      void turn.then(() => session.turns.release())
      lock[Symbol.dispose]()
    },
  }
}
