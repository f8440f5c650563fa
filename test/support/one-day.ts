import { systemClock, type Clock } from '../../src/lib/clock.ts'

const day = 24 * 60 * 60 * 1000
/** Longer than any test that asks for it goes on, milliseconds. */
const near = 60_000

/**
 * For a test that has to begin and end on the same day, because days (UTC) are counted: resolves at once, and where
 * midnight is near, after it.
 */
export async function withinOneDay(clock: Clock = systemClock): Promise<void> {
  const left = day - (clock.now() % day)
  if (left <= near) await clock.sleep(left)
}
