import { expect, test } from 'vitest'
import { BoundedCache } from './bounded-cache.ts'

/** What is made of these keys, one after another. */
function made(cache: BoundedCache<{ of: string }>, ...keys: string[]): string[] {
  const list: string[] = []
  for (const key of keys) {
    const value = cache.get(key, () => {
      list.push(key)
      return { of: key }
    })
    expect(value).toEqual({ of: key })
  }
  return list
}

test('drops what was not used for longest once there are too many', () => {
  const cache = new BoundedCache<{ of: string }>({ mostEntries: 2, mostKeyLength: 100 })
  expect(made(cache, 'a', 'b', 'a', 'c')).toEqual(['a', 'b', 'c'])
  expect(made(cache, 'a', 'c')).toEqual([])
  expect(made(cache, 'b')).toEqual(['b'])
})

test('drops as many as it takes once their keys are too long together', () => {
  const cache = new BoundedCache<{ of: string }>({ mostEntries: 100, mostKeyLength: 10 })
  expect(made(cache, 'aaaa', 'bbb', 'ccc', 'aaaa')).toEqual(['aaaa', 'bbb', 'ccc'])
  expect(made(cache, 'dddddd')).toEqual(['dddddd'])
  expect(made(cache, 'aaaa', 'dddddd')).toEqual([])
  expect(made(cache, 'bbb')).toEqual(['bbb'])
})

test('answers also what it cannot keep', () => {
  const cache = new BoundedCache<{ of: string }>({ mostEntries: 100, mostKeyLength: 3 })
  expect(made(cache, 'aaaa', 'aaaa')).toEqual(['aaaa', 'aaaa'])
  expect(made(cache, 'bbb', 'bbb')).toEqual(['bbb'])
})
