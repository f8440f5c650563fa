import { expect, test } from 'vitest'
import { deduplicationKey, payloadOf } from './deduplication.ts'

test('the payload of text is the text, and beside it its fields when it is a JSON object', () => {
  expect(payloadOf([{ type: 'text', text: 'Hello' }])).toEqual({ text: 'Hello' })
  const text = '{"order":{"id":7},"tags":["a","b"]}'
  expect(payloadOf([{ type: 'text', text }])).toEqual({ text, order: { id: 7 }, tags: ['a', 'b'] })
  expect(payloadOf([{ type: 'text', text: '[1]' }])).toEqual({ text: '[1]' })
  expect(payloadOf([{ type: 'image', mediaType: 'image/png', blob: 'b', filename: null }])).toEqual({
    text: '',
  })
})

test('text that is JSON nested deeper than requests may be stays text', () => {
  const nested = (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`
  expect(Object.keys(payloadOf([{ type: 'text', text: nested(64) }]))).toEqual(['text', 'a'])
  for (const levels of [65, 100_000]) {
    expect(Object.keys(payloadOf([{ type: 'text', text: nested(levels) }]))).toEqual(['text'])
  }
})

test('requests with equal values under the selectors have one key, however these are written', () => {
  const key = deduplicationKey({ order: { id: 7, note: { b: 1, a: 2 } }, at: 'noon' }, [
    'order.note',
    'order.id',
  ])
  expect(key).toMatch(/^[\w-]{43}$/)
  expect(
    deduplicationKey({ at: 'night', order: { note: { a: 2, b: 1 }, id: 7 } }, [
      'order.id',
      'order.note',
      'order.id',
    ]),
  ).toBe(key)
  expect(deduplicationKey({ order: { id: '7', note: { a: 2, b: 1 } } }, ['order.id', 'order.note'])).not.toBe(
    key,
  )
})

test('items of lists are named by their number', () => {
  const key = deduplicationKey({ items: [{ id: 1 }, { id: 2 }] }, ['items.1.id'])
  expect(key).toBe(deduplicationKey({ items: [{ id: 9 }, { id: 2 }] }, ['items.1.id']))
  expect(key).not.toBeNull()
  expect(deduplicationKey({ items: [] }, ['items.length'])).toBeNull()
})

test('a missing value is not null, and without any value there is no key', () => {
  const [one, two] = [deduplicationKey({ a: 1 }, ['a', 'b']), deduplicationKey({ a: 1, b: null }, ['a', 'b'])]
  expect([one === null, two === null, one === two]).toEqual([false, false, false])
  expect(deduplicationKey({ a: 1 }, ['b', 'a.c', 'toString', '__proto__'])).toBeNull()
})
