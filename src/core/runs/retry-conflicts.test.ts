import { expect, test } from 'vitest'
import { retryConflicts } from './retry-conflicts.ts'

const refusal = (code: string): Error => Object.assign(new Error(code), { code })

/** A transaction that fails with each of `codes` in turn, and then succeeds. */
function failing(...codes: string[]): { run: () => Promise<string>; attempts: () => number } {
  let attempts = 0
  return {
    attempts: () => attempts,
    run: async () => {
      const code = codes[attempts]
      attempts += 1
      if (code !== undefined) throw refusal(code)
      return 'done'
    },
  }
}

test('a transaction that a deadlock or a conflict ended is done again, twice at most', async () => {
  expect(await retryConflicts(failing('40P01', '40001').run)).toBe('done')
  const unlucky = failing('40P01', '40P01', '40P01')
  await expect(retryConflicts(unlucky.run)).rejects.toThrow('40P01')
  expect(unlucky.attempts()).toBe(3)
})

test('any other failure is final', async () => {
  const wrong = failing('23505')
  await expect(retryConflicts(wrong.run)).rejects.toThrow('23505')
  expect(wrong.attempts()).toBe(1)
})
