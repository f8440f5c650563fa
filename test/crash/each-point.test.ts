import { expect, test } from 'vitest'
import { runCrashTest } from './crash-test.ts'

test('after a kill at each fault point every run ends, its stream has each event once, and no effect happens twice', async () => {
  expect(await runCrashTest({ seed: 1, count: null, only: null, postgres: false, lanes: 2 })).toBe(true)
}, 300_000)
