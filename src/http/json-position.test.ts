import { expect, test } from 'vitest'
import { findJsonMistake } from './json-position.ts'

test.each([
  ['{"a":}', 5, 'a value'],
  ['{"a":1,}', 7, 'a key'],
  ['{"a" 1}', 5, ':'],
  ['[1 2]', 3, ', or ]'],
  ['{"a":1 "b":2}', 7, ', or }'],
  ['[1,2]x', 5, 'the end'],
  ['nul', 0, 'a value'],
  ['01', 0, 'a value'],
  ['["\\x"]', 1, 'a value or ]'],
  ['["a\nb"]', 1, 'a value or ]'],
  ['{a:1}', 1, 'a key or }'],
  ['[[]}', 3, ', or ]'],
  ['{"a":', 5, 'a value'],
])('finds the mistake in %j', (text, offset, expected) => {
  expect(findJsonMistake(text)).toMatchObject({ offset, expected })
})

test('counts lines and columns from 1', () => {
  expect(findJsonMistake('{\n  "a": 1,\n  b: 2\n}')).toEqual({
    offset: 14,
    line: 3,
    column: 3,
    expected: 'a key',
  })
})

test('reads megabytes of text and brackets without a deep stack', () => {
  expect(findJsonMistake(`["${'a'.repeat(2_000_000)}`)).toMatchObject({ offset: 1 })
  expect(findJsonMistake('['.repeat(1_000_000))).toMatchObject({ offset: 1_000_000 })
})
