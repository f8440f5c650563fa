import { expect, test } from 'vitest'
import { manualClock } from './manual-clock.ts'
import { withinOneDay } from './one-day.ts'

test('a test of one day begins at once in the middle of it', async () => {
  await withinOneDay(manualClock(Date.UTC(2026, 0, 1, 23, 58, 59)))
})

test('a test of one day that would begin just before midnight begins after it', async () => {
  const clock = manualClock(Date.UTC(2026, 0, 1, 23, 59, 30))
  const begun = withinOneDay(clock)
  await clock.asleep(30_000)
  clock.move(30_000)
  await begun
  expect(new Date(clock.now()).toISOString()).toBe('2026-01-02T00:00:00.000Z')
})
