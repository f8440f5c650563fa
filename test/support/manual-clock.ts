import type { Clock } from '../../src/lib/clock.ts'

/** A clock that goes on only when it is moved; whoever sleeps wakes up then. */
export interface ManualClock extends Clock {
  move(ms: number): void
  /** Resolves once somebody sleeps for exactly this long, or does so already. */
  asleep(ms: number): Promise<void>
}

interface Sleeper {
  ms: number
  until: number
  wake: () => void
}

export function manualClock(start = Date.UTC(2026, 0, 1)): ManualClock {
  let elapsed = 0
  const sleepers = new Set<Sleeper>()
  const watchers = new Set<() => void>()

  async function sleep(ms: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted()
    await new Promise<void>((resolve, reject) => {
      const sleeper = { ms, until: elapsed + ms, wake: resolve }
      sleepers.add(sleeper)
      signal?.addEventListener('abort', () => {
        sleepers.delete(sleeper)
        reject(signal.reason)
      })
      for (const look of watchers) look()
    })
  }

  return {
    now: () => start + elapsed,
    monotonic: () => elapsed,
    sleep,
    move(ms) {
      elapsed += ms
      for (const sleeper of sleepers) {
        if (sleeper.until > elapsed) continue
        sleepers.delete(sleeper)
        sleeper.wake()
      }
    },
    asleep: (ms) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (![...sleepers].some((sleeper) => sleeper.ms === ms)) return
          watchers.delete(look)
          resolve()
        }
        watchers.add(look)
        look()
      }),
  }
}
