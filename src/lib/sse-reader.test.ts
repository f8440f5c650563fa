import { array, assert, nat, property } from 'fast-check'
import { expect, it } from 'vitest'
import { fuzzSeed } from '../../test/support/fuzz-seed.ts'
import { SseReader, type SseEvent } from './sse-reader.ts'

function read(bytes: Buffer, cuts: number[] = []): SseEvent[] {
  const reader = new SseReader()
  const events: SseEvent[] = []
  let start = 0
  for (const cut of [...cuts.toSorted((one, other) => one - other), bytes.length]) {
    events.push(...reader.push(bytes.subarray(start, cut)))
    start = Math.max(start, cut)
  }
  return [...events, ...reader.end()]
}

it('reads data and event names, joins data lines and skips comments and other fields', () => {
  const text =
    ': hi\n\nevent: ping\ndata: {}\n\nid: 7\nretry: 10\ndata: one\ndata:two\ndata:  three\n\nevent: empty\n\ndata\n\n'
  expect(read(Buffer.from(text))).toEqual([
    { event: 'ping', data: '{}' },
    { event: null, data: 'one\ntwo\n three' },
  ])
})

it('takes CRLF as it takes LF', () => {
  expect(read(Buffer.from('event: a\r\ndata: 1\r\n\r\ndata: 2\r\n\r\n'))).toEqual([
    { event: 'a', data: '1' },
    { event: null, data: '2' },
  ])
})

it('gives the last event although its blank line is missing', () => {
  expect(read(Buffer.from('data: 1\n\ndata: [DONE]'))).toEqual([
    { event: null, data: '1' },
    { event: null, data: '[DONE]' },
  ])
})

it('reads the same wherever the chunks are cut, in the middle of a character too', () => {
  const bytes = Buffer.from('event: a\ndata: grüße 🎉\n\ndata: 日本\r\ndata: 語\r\n\r\n: x\n\ndata: end\n\n')
  const whole = read(bytes)
  expect(whole.map((event) => event.data)).toEqual(['grüße 🎉', '日本\n語', 'end'])
  assert(
    property(array(nat(bytes.length), { maxLength: 20 }), (cuts) => {
      expect(read(bytes, cuts)).toEqual(whole)
    }),
    { seed: fuzzSeed },
  )
})

it('refuses an event that grows without end', () => {
  const reader = new SseReader({ maxEventBytes: 100 })
  reader.push(Buffer.from(`data: ${'x'.repeat(60)}`))
  expect(() => reader.push(Buffer.from('x'.repeat(60)))).toThrow(RangeError)
})
