import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { systemClock, type Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { Database } from './database.ts'
import { planChores } from './housekeeping-plan.ts'
import { clusterName } from './pglite/cluster.ts'
import { copyCluster, keepSnapshot, newestSnapshot } from './snapshot.ts'

const interval = 60_000
/**
 * Tables below this are left as they were made, bytes. Statistics of a small table make the hot statements' cached plans
 * scan it, and they would go on doing so while it grows; of a table never analyzed the planner assumes the best.
 */
const worthStatistics = 16 * 1024 * 1024
/** Tables with this share of dead or new rows are vacuumed and analyzed, and those whose row versions grow old. */
const dueTables = `
  select format('%I.%I', s.schemaname, s.relname) as name
  from pg_stat_all_tables s join pg_class c on c.oid = s.relid
  where c.relkind = 'r' and (s.schemaname = 'pg_catalog' or pg_table_size(c.oid) > ${worthStatistics}
      or age(c.relfrozenxid) > 50000000) and (
    s.n_dead_tup > 50 + 0.2 * greatest(c.reltuples, 0)
    or s.n_mod_since_analyze > 50 + 0.1 * greatest(c.reltuples, 0)
    or s.n_ins_since_vacuum > 1000 + 0.2 * greatest(c.reltuples, 0)
    or age(c.relfrozenxid) > 50000000)`

/** Starts the embedded database's housekeeping: once a minute, until the result is disposed. */
export function startHousekeeping(options: HousekeepingOptions): AsyncDisposable {
  const housekeeping = new Housekeeping(options)
  const timer = setInterval(() => void housekeeping.tick(), interval)
  timer.unref()
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer)
      await housekeeping[Symbol.asyncDispose]()
    },
  }
}

export interface HousekeepingOptions {
  database: Pick<Database, 'pool'>
  dataDir: string
  log: Log
  clock?: Clock
}

/**
 * The embedded server has no background processes, so checkpoints, VACUUM and snapshots are asked for here, one after
 * the other, in turns like everybody's.
 */
export class Housekeeping implements AsyncDisposable {
  readonly #pool: Database['pool']
  readonly #cluster: string
  readonly #snapshots: string
  readonly #clock: Clock
  readonly #log: Log
  #running: Promise<void> = Promise.resolve()
  #busy = false
  #closed = false
  #writtenAtCheckpoint = 0
  #writtenBefore = 0
  #checkpointAt: number
  #vacuumAt: number

  constructor({ database, dataDir, log, clock = systemClock }: HousekeepingOptions) {
    this.#pool = database.pool
    this.#cluster = join(dataDir, clusterName)
    this.#snapshots = join(dataDir, 'snapshots')
    this.#clock = clock
    this.#log = log
    this.#checkpointAt = clock.now()
    this.#vacuumAt = clock.now()
  }

  /** Does what is due. Never rejects: a chore that fails is logged and tried again later. */
  async tick(): Promise<void> {
    if (this.#busy || this.#closed) return
    this.#busy = true
    this.#running = this.#doChores().catch((error: unknown) => {
      this.#log.warn({ err: error }, 'housekeeping of the embedded database failed')
    })
    await this.#running
    this.#busy = false
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true
    await this.#running
  }

  async #doChores(): Promise<void> {
    const now = this.#clock.now()
    const written = await this.#written()
    const { checkpoint, vacuum, snapshot } = planChores({
      now,
      written,
      writtenAtCheckpoint: this.#writtenAtCheckpoint,
      writtenBefore: this.#writtenBefore,
      checkpointAt: this.#checkpointAt,
      vacuumAt: this.#vacuumAt,
      snapshotAt: await this.#snapshotAt(),
    })
    if (vacuum) await this.#vacuum(now)
    if (checkpoint) await this.#pool.query('checkpoint')
    if (snapshot && !this.#closed) await this.#snapshot(now)
    this.#writtenBefore = await this.#written()
    if (!checkpoint && !snapshot) return
    this.#writtenAtCheckpoint = this.#writtenBefore
    this.#checkpointAt = now
  }

  /** Bytes of log since the cluster was made. */
  async #written(): Promise<number> {
    const { rows } = await this.#pool.query<{ bytes: string }>("select pg_current_wal_lsn() - '0/0' as bytes")
    return Number(rows[0]?.bytes ?? 0)
  }

  async #snapshotAt(): Promise<number> {
    return (
      (await newestSnapshot(this.#snapshots)) ?? (await stat(join(this.#cluster, 'PG_VERSION'))).birthtimeMs
    )
  }

  async #vacuum(now: number): Promise<void> {
    this.#vacuumAt = now
    const { rows } = await this.#pool.query<{ name: string }>(dueTables)
    for (const { name } of rows) {
      // A table at a time: others have their turn in between.
      if (!this.#closed) await this.#pool.query(`vacuum (analyze) ${name}`)
    }
  }

  async #snapshot(now: number): Promise<void> {
    const client = await this.#pool.connect()
    const started = this.#clock.monotonic()
    try {
      // An open transaction holds the one session, so that nobody writes while the files are copied.
      await client.query('begin')
      await client.query('checkpoint')
      await copyCluster(this.#cluster, this.#snapshots)
    } finally {
      client.release()
    }
    const heldMilliseconds = Math.round(this.#clock.monotonic() - started)
    const target = await keepSnapshot(this.#snapshots, now)
    this.#log.info({ target, heldMilliseconds }, 'made a snapshot of the embedded database')
  }
}
