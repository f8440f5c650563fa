import { expect, test } from 'vitest'
import { isLongerThan } from './text-length.ts'

test('counts code points, not UTF-16 units', () => {
  expect(isLongerThan('👋👋👋', 3)).toBe(false)
  expect(isLongerThan('👋👋👋', 2)).toBe(true)
  expect(isLongerThan('👋👋👋', 1)).toBe(true)
})

test('a text of exactly so many characters is not longer', () => {
  expect(isLongerThan('abc', 3)).toBe(false)
  expect(isLongerThan('abcd', 3)).toBe(true)
  expect(isLongerThan('', 0)).toBe(false)
})
