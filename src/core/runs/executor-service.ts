import { hostname } from 'node:os'
import type { PoolClient } from 'pg'
import type { Clock } from '../../lib/clock.ts'
import { faultPoint } from '../../lib/fault-point.ts'
import { newId } from '../../lib/ids.ts'
import type { Log } from '../../lib/log.ts'
import type { ExecutorStore, QueuedRun } from './executor-store.ts'

/** How often the beat is renewed and others' beats are looked at, milliseconds. */
const beatInterval = 1000
/** A beat older than this is dead, seconds. */
const deadAfter = 4
/** Past this age of its own beat a process begins no effect: others may take its runs over soon. Milliseconds. */
const leaseLength = 3000
/** How often queued runs without a dispatch are looked for, in beats. */
const sweepEvery = 2
const sweepSize = 500

/**
 * This process as an owner of runs: its beat, the lease that follows from it, and the watch over the others. Runs of
 * a dead executor go back into the queue under a higher fence.
 */
export function createExecutorService(deps: {
  store: ExecutorStore
  /** True when no other process can use the database. */
  exclusive: boolean
  /** A connection of its own for the lock that dies with this process; not used when exclusive. */
  connect: () => Promise<PoolClient>
  enqueue: (run: QueuedRun) => Promise<void>
  /** Runs whose segment runs in this process. */
  activeRuns: () => string[]
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
  let beats = 0
  /** Whether the dispatcher runs, so that what is found can be dispatched. */
  let watching = false
  let suspects = new Set<string>()
  let beating: Promise<void> | null = null
  let problem: string | null = null

  async function register(): Promise<void> {
    const sentAt = clock.monotonic()
    if (!exclusive) await takeLock()
    await store.register(id, hostname())
    lastBeat = sentAt
  }

  /** Before the row, so that nobody sees a row whose lock is free. */
  async function takeLock(): Promise<void> {
    const client = await deps.connect()
    client.on('error', () => {
      if (lockClient === client) lose('The connection that holds this process’s lock broke.')
    })
    const { text, values } = store.lockStatement(id)
    await client.query(text, values)
    lockClient = client
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
    else if (await store.beat(id)) lastBeat = sentAt
    else {
      lose('Others have declared this process dead.')
      await register()
    }
    if (!watching) return
    beats += 1
    if (!exclusive) await watch()
    if (beats % sweepEvery === 0) {
      await takeBackOrphans()
      await sweep()
    }
  }

  async function watch(): Promise<void> {
    const dead = await store.dead(id, deadAfter)
    if (dead.length > 0) await recover(dead)
  }

  async function recover(dead: string[]): Promise<void> {
    const runs = await store.reap(dead)
    if (dead.length > 0 || runs > 0)
      log.info({ executors: dead.length, runs }, 'Took over the runs of dead processes.')
    faultPoint('recovery.after_requeue')
    await sweep()
  }

  /**
   * Runs that this process owns and does not run: their journal could not be written, so their segment ended. One look
   * may fall between the taking of a run and its start; two in a row do not.
   */
  async function takeBackOrphans(): Promise<void> {
    const active = new Set(deps.activeRuns())
    const orphans = (await store.runningBy(id)).filter((run) => !active.has(run))
    const again = orphans.filter((run) => suspects.has(run))
    suspects = new Set(orphans)
    if (again.length === 0) return
    log.warn({ runs: again.length }, 'Runs of this process that had stopped are taken up again.')
    await store.requeue(again, id)
  }

  /** Dispatches what is queued and was not dispatched, whatever the reason. */
  async function sweep(): Promise<void> {
    for (;;) {
      const runs = await store.undispatched(sweepSize)
      await dispatch(runs)
      if (runs.length < sweepSize) return
    }
  }

  async function dispatch(runs: QueuedRun[]): Promise<void> {
    for (const [index, run] of runs.entries()) {
      try {
        await deps.enqueue(run)
      } catch (error) {
        // The next sweep finds again what this one could not hand over.
        await Promise.allSettled(runs.slice(index).map(({ id, fence }) => store.undispatch(id, fence)))
        throw error
      }
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

    /** Enters this process among the executors; its beat begins. */
    async register(): Promise<void> {
      await register()
      tick()
    },

    /** Takes over what dead processes left and begins to watch the others. */
    async start(): Promise<void> {
      await recover(exclusive ? await store.others(id) : await store.dead(id, deadAfter))
      watching = true
    },

    /** Gives all runs back; those still running are picked up by other processes, or by the next start. */
    async [Symbol.asyncDispose](): Promise<void> {
      if (timer) clearTimeout(timer)
      timer = null
      await beating
      await store.remove(id)
      lockClient?.release(true)
      lockClient = null
    },
  }
}
