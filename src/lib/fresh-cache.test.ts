import { expect, test } from 'vitest'
import { FreshCache } from './fresh-cache.ts'

function cache(options: { maxEntries?: number; ttlMs?: number | null } = {}) {
  let time = 0
  const clock = { now: () => time, monotonic: () => time, sleep: () => Promise.resolve() }
  const { maxEntries = 10, ttlMs = null } = options
  return {
    values: new FreshCache<number>({ clock, maxEntries, ttlMs }),
    pass: (ms: number) => void (time += ms),
  }
}

test('callers that come together share one read', async () => {
  const { values } = cache()
  let reads = 0
  const read = async () => ++reads
  expect(await Promise.all([values.load('a', read), values.load('a', read)])).toEqual([1, 1])
  expect(await values.load('a', read)).toBe(1)
})

test('a read that was under way when its key was invalidated is not kept', async () => {
  const { values } = cache()
  const gate = Promise.withResolvers<number>()
  const old = values.load('a', () => gate.promise)
  values.invalidate('a')
  const fresh = values.load('a', async () => 2)
  gate.resolve(1)
  expect(await old).toBe(1)
  expect(await fresh).toBe(2)
  expect(values.get('a')).toBe(2)
})

test('a failed read is forgotten', async () => {
  const { values } = cache()
  await expect(values.load('a', () => Promise.reject(new Error('no')))).rejects.toThrow('no')
  expect(await values.load('a', async () => 1)).toBe(1)
})

test('the entry that was unused for longest makes room', () => {
  const { values } = cache({ maxEntries: 2 })
  values.set('a', 1)
  values.set('b', 2)
  values.get('a')
  values.set('c', 3)
  expect([values.get('a'), values.get('b'), values.get('c')]).toEqual([1, undefined, 3])
})

test('an entry is used for as long as it was said', () => {
  const { values, pass } = cache({ ttlMs: 100 })
  values.set('a', 1)
  pass(100)
  expect(values.get('a')).toBe(1)
  pass(1)
  expect(values.get('a')).toBeUndefined()
})
