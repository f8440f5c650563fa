import { expect, test } from 'vitest'
import { compilePattern } from './safe-pattern.ts'

/** What a test answers, and how long it took, milliseconds. */
function timed(pattern: string, text: string): [boolean, number] {
  const began = performance.now()
  const answer = compilePattern(pattern).test(text)
  return [answer, performance.now() - began]
}

test.each([
  ['repeats in a row on the ordinary engine', '(?=a)a*a*a*b', 'a'.repeat(2_000)],
  ['counted repeats of repeats', '^(?:(?:a{1,9}){1,9}){1,9}b', 'a'.repeat(200)],
  ['back references', '(.*)(.*)(.*)(.*)\\1\\2\\3\\4$x', 'ab'.repeat(4_000)],
  ['a long text on the linear engine', `${'a?'.repeat(450)}b`, 'a'.repeat(1_000_000)],
])('%s cannot hold up the server: what takes too long does not match', (_what, pattern, text) => {
  const [answer, ms] = timed(pattern, text)
  expect(answer).toBe(false)
  expect(ms).toBeLessThan(1_000)
})

test('a pattern that has used up its time is not tried again at once', () => {
  const hostile = '(?=a)a*a*a*a*b'
  const began = performance.now()
  for (let i = 0; i < 100; i++) compilePattern(hostile).test('a'.repeat(2_000))
  expect(performance.now() - began).toBeLessThan(2_000)
})

test('ordinary patterns match long texts on both engines', () => {
  const text = `${'word '.repeat(1_000)}ORD-1042`
  expect(compilePattern('ORD-[0-9]+$').test(text)).toBe(true)
  expect(compilePattern('ORD-\\d{4}$').test(text)).toBe(true)
  expect(compilePattern('(?<=ORD-)1042').test(text)).toBe(true)
  expect(compilePattern('ORD-[0-9]+$').test('word '.repeat(20_000) + text)).toBe(true)
})
