import { hostname } from 'node:os'
import type { PoolClient } from 'pg'
import type { Clock } from '../../lib/clock.ts'
import { newId } from '../../lib/ids.ts'
import type { Log } from '../../lib/log.ts'
import type { ExecutorStore } from './executor-store.ts'

/** How often the beat is renewed, milliseconds: others take a process for dead after four seconds without. */
const beatInterval = 1000
/** Past this age of its own beat a process begins no effect: others may take its runs over soon. Milliseconds. */
const leaseLength = 3000

/**
 * This process as an owner of runs: its beat and the lease that follows from it. Nothing but the beat happens on its
 * timer, so that no amount of other work makes a living process look dead.
 */
export function createExecutorService(deps: {
  store: ExecutorStore
  /** True when no other process can use the database. */
  exclusive: boolean
  /** A connection of its own for the beat and for the lock that dies with this process; not used when exclusive. */
  connect: () => Promise<PoolClient>
  /** Called when this executor was declared dead: everything it runs belongs to others. */
  onLost: () => void
  clock: Clock
  log: Log
}) {
  const { store, exclusive, clock, log } = deps
  let id = newId()
  let lastBeat = -Infinity
  let lockClient: PoolClient | null = null
  let timer: NodeJS.Timeout | null = null
  let beating: Promise<void> | null = null
  let problem: string | null = null

  async function register(): Promise<void> {
    const sentAt = clock.monotonic()
    if (exclusive) await store.register(id, hostname())
    else lockClient = await registerLocked()
    lastBeat = sentAt
  }

  /** The lock before the row, so that nobody sees a row whose lock is free. */
  async function registerLocked(): Promise<PoolClient> {
    const client = await deps.connect()
    client.on('error', () => {
      if (lockClient === client) lose('The connection that holds this process’s lock broke.')
    })
    try {
      const { text, values } = store.lockStatement(id)
      await client.query(text, values)
      await store.register(id, hostname())
      return client
    } catch (error) {
      client.release(true)
      throw error
    }
  }

  /** Everything that ran under the old id belongs to others; the next beat registers the new one. */
  function lose(reason: string): void {
    log.error({ executor: id }, `${reason} Its runs are left to others; this process starts over.`)
    lastBeat = -Infinity
    const old = lockClient
    lockClient = null
    old?.release(true)
    deps.onLost()
    id = newId()
  }

  async function beat(): Promise<void> {
    const sentAt = clock.monotonic()
    if (lastBeat === -Infinity) await register()
    else if (await store.beat(id, lockClient)) lastBeat = sentAt
    else {
      lose('Others have declared this process dead.')
      await register()
    }
  }

  function tick(): void {
    timer = setTimeout(() => {
      beating = beat()
        .then(
          () => {
            problem = null
          },
          (error: unknown) => {
            problem = 'The beat of this process cannot be written; its runs may be taken over.'
            log.error({ err: error }, problem)
          },
        )
        .finally(() => {
          beating = null
          if (timer) tick()
        })
    }, beatInterval)
    timer.unref()
  }

  return {
    id: (): string => id,

    /** Whether others cannot have taken this process's runs yet. */
    leaseHolds: (): boolean => exclusive || clock.monotonic() - lastBeat < leaseLength,

    degraded: (): string[] => (problem === null ? [] : [problem]),

    /** Enters this process among the executors; its beat begins, where there is anybody to see it. */
    async register(): Promise<void> {
      await register()
      if (!exclusive) tick()
    },

    /** Gives all runs back; those still running are picked up by other processes, or by the next start. */
    async [Symbol.asyncDispose](): Promise<void> {
      if (timer) clearTimeout(timer)
      timer = null
      await beating
      await store.reap([id])
      lockClient?.release(true)
      lockClient = null
    },
  }
}
