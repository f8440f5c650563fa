import { faultPoint } from '../../lib/fault-point.ts'
import type { Log } from '../../lib/log.ts'
import type { ExecutorStore, OwnedRun, QueuedRun } from './executor-store.ts'

/**
 * Between two looks, milliseconds. Where other processes may die their runs have to move again within five seconds, and a
 * beat takes four to grow old. Alone, what is to be found is a delayed run that is due, or something that went wrong.
 */
const sharedInterval = 1000
const exclusiveInterval = 5000
/** A beat older than this is dead, seconds. */
const deadAfter = 4
const sweepSize = 500
const agentDeleted = 'Its agent was deleted while it waited for an answer.'

/**
 * The watch over runs that nobody moves: those of dead executors, those that stopped without an end, those queued
 * without a dispatch, and those that wait though their answer is there, or though their agent is gone. Whatever was
 * interrupted where, it is found here.
 */
export function createRunWatch(deps: {
  store: ExecutorStore
  /** True when no other process can use the database. */
  exclusive: boolean
  executorId: () => string
  /** Runs whose segment runs in this process. */
  activeRuns: () => string[]
  /** Tells the segments of these runs what was written for them. */
  deliver: (runIds: string[]) => Promise<void>
  enqueue: (run: QueuedRun) => Promise<void>
  /** Takes up a waiting run that has commands. */
  takeUp: (runId: string) => Promise<void>
  /** Ends a run that waits for an answer. */
  endWaiting: (runId: string, reason: string) => Promise<void>
  /** Resolves once this process takes what others queue. */
  startDispatcher: () => Promise<void>
  /** Starts the runs of deferred decisions that were recorded and not started. */
  resumeDeferred: () => Promise<void>
  log: Log
}) {
  const { store, exclusive, log } = deps
  let timer: NodeJS.Timeout | null = null
  let looking: Promise<void> | null = null
  /** Runs seen without a segment at the last look, with the fence they had. */
  let suspects = new Map<string, number>()
  let problem: string | null = null
  /** Whether what dead processes left before the start is still to be taken over; null: nobody has said start. */
  let behind: boolean | null = null

  /** Alone, nobody dies beside this process: what was left is taken over once. */
  async function takeOver(): Promise<void> {
    const self = deps.executorId()
    if (behind) await deps.startDispatcher()
    const dead = exclusive ? await store.others(self) : await store.dead(self, deadAfter)
    if (behind || dead.length > 0) await recover(dead)
    if (behind) behind = false
  }

  async function recover(dead: string[]): Promise<void> {
    const runs = await store.reap(dead)
    if (dead.length > 0 || runs > 0) {
      log.info({ executors: dead.length, runs }, 'Took over the runs of dead processes.')
    }
    faultPoint('recovery.after_requeue')
    await sweep()
  }

  /**
   * Runs that are this process's, or nobody's, and that it does not run. One look may fall between the taking of a run
   * and its start; two in a row under the same fence do not.
   */
  async function takeBackOrphans(): Promise<void> {
    const active = new Set(deps.activeRuns())
    const orphans = (await store.ownedBy(deps.executorId())).filter((run) => !active.has(run.id))
    const again = orphans.filter((run) => suspects.get(run.id) === run.fence)
    suspects = new Map(orphans.map((run): [string, number] => [run.id, run.fence]))
    if (again.length === 0) return
    log.warn({ runs: again.length }, 'Runs that had stopped without an end are taken up again.')
    await requeue(again)
  }

  async function requeue(runs: OwnedRun[]): Promise<void> {
    for (const run of runs) await store.requeue(run)
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

  async function look(): Promise<void> {
    if (behind || !exclusive) await takeOver()
    const { running, queued, commands, decisions, abandoned } = await store.openWork()
    if (running) await takeBackOrphans()
    else suspects.clear()
    // What was just taken back is queued too.
    if (running || queued) await sweep()
    if (commands) {
      await deps.deliver(deps.activeRuns())
      for (const runId of await store.waitingWithCommands()) await deps.takeUp(runId)
    }
    if (decisions) await deps.resumeDeferred()
    if (abandoned) {
      for (const runId of await store.abandonedWaits(sweepSize)) await deps.endWaiting(runId, agentDeleted)
    }
  }

  async function reported(work: Promise<void>): Promise<void> {
    try {
      await work
      problem = null
    } catch (error) {
      problem = 'The watch over stopped runs failed; it is tried again in a few seconds.'
      log.error({ err: error }, problem)
    }
  }

  function tick(): void {
    timer = setTimeout(
      () => {
        looking = reported(look()).finally(() => {
          looking = null
          if (timer) tick()
        })
      },
      exclusive ? exclusiveInterval : sharedInterval,
    )
    timer.unref()
  }

  return {
    degraded: (): string[] => [
      ...(problem === null ? [] : [problem]),
      ...(behind === false ? [] : ['What earlier processes left is still to be taken over.']),
    ],

    /** One look, as it happens every one to five seconds. */
    look,

    /** Takes over what dead processes left, and begins to watch. What fails is tried again with every look. */
    async start(): Promise<void> {
      behind = true
      await reported(takeOver())
      tick()
    },

    async [Symbol.asyncDispose](): Promise<void> {
      if (timer) clearTimeout(timer)
      timer = null
      await looking
    },
  }
}
