import { expect, test } from 'vitest'
import { cpuTime } from '../../../test/support/cpu-time.ts'
import { compilePattern } from './safe-pattern.ts'

test.each([
  ['repeats in a row on the ordinary engine', '(?=a)a*a*a*b', 'a'.repeat(2_000)],
  ['counted repeats of repeats', '^(?:(?:a{1,9}){1,9}){1,9}b', 'a'.repeat(200)],
  ['back references', '(.*)(.*)(.*)(.*)\\1\\2\\3\\4$x', 'ab'.repeat(4_000)],
  ['a long text on the linear engine', `${'a?'.repeat(450)}b`, 'a'.repeat(1_000_000)],
])('%s cannot hold up the server: what takes too long does not match', (_what, pattern, text) => {
  const ms = cpuTime(() => expect(compilePattern(pattern).test(text)).toBe(false))
  expect(ms).toBeLessThan(1_000)
})

test('a pattern that has used up its time is not tried again at once', () => {
  const hostile = '(?=a)a*a*a*a*b'
  const ms = cpuTime(() => {
    for (let i = 0; i < 100; i++) compilePattern(hostile).test('a'.repeat(2_000))
  })
  expect(ms).toBeLessThan(2_000)
})

test('ordinary patterns match long texts on both engines', () => {
  const text = `${'word '.repeat(1_000)}ORD-1042`
  expect(compilePattern('ORD-[0-9]+$').test(text)).toBe(true)
  expect(compilePattern('ORD-\\d{4}$').test(text)).toBe(true)
  expect(compilePattern('(?<=ORD-)1042').test(text)).toBe(true)
  expect(compilePattern('ORD-[0-9]+$').test('word '.repeat(20_000) + text)).toBe(true)
})
