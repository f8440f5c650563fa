import { AppError } from '../errors.ts'
import type { QueuedRun } from '../core/runs/executor-store.ts'
import type { RunEngine } from './run-engine.ts'

/** A dispatcher that may not have been started yet. */
export interface EngineOnDemand extends RunEngine {
  /** Starts it now. Where other processes queue runs too, each has to look for them. */
  start(): Promise<void>
}

/**
 * A dispatcher that the first run starts that it is to dispatch: until then nothing of it is loaded and it asks the
 * database for nothing. One that could not be started is started anew by the next run.
 */
export function engineOnDemand(options: {
  start: () => Promise<RunEngine>
  /** A run that could not be handed over is noted as one that nobody dispatches, so that a sweep finds it soon. */
  handBack: (run: QueuedRun) => Promise<void>
}): EngineOnDemand {
  let starting: Promise<RunEngine> | null = null
  let closed = false

  async function engine(): Promise<RunEngine> {
    if (closed) throw new AppError('shutting_down')
    starting ??= options.start().catch((error: unknown) => {
      starting = null
      throw error
    })
    return await starting
  }

  return {
    async start() {
      await engine()
    },

    async enqueue(run) {
      try {
        await (await engine()).enqueue(run)
      } catch (error) {
        await options.handBack(run).catch(() => {}) // then it is found in ten minutes
        throw error
      }
    },

    /** What earlier processes left stays until there is something to dispatch. */
    async prune() {
      await (await starting)?.prune()
    },

    async [Symbol.asyncDispose]() {
      closed = true
      const started = await starting?.catch(() => null)
      await started?.[Symbol.asyncDispose]()
    },
  }
}
