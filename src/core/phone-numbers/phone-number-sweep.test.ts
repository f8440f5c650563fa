import { afterEach, expect, test, vi } from 'vitest'
import { startPhoneNumberSweep } from './phone-number-sweep.ts'

afterEach(() => void vi.useRealTimers())

test('sweeps at once and every ten minutes, until it is disposed of', async () => {
  vi.useFakeTimers()
  const resumePending = vi.fn(() => Promise.resolve())
  const sweep = startPhoneNumberSweep({ resumePending })
  expect(resumePending).toHaveBeenCalledTimes(1)
  await vi.advanceTimersByTimeAsync(20 * 60 * 1000)
  expect(resumePending).toHaveBeenCalledTimes(3)
  await sweep[Symbol.asyncDispose]()
  await vi.advanceTimersByTimeAsync(20 * 60 * 1000)
  expect(resumePending).toHaveBeenCalledTimes(3)
})

test('disposing stops the pass under way and waits for it', async () => {
  let ended = false
  const sweep = startPhoneNumberSweep({
    async resumePending(stop) {
      await new Promise((resolve) => stop?.addEventListener('abort', resolve))
      ended = true
    },
  })
  await sweep[Symbol.asyncDispose]()
  expect(ended).toBe(true)
})
