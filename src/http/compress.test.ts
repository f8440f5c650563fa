import { gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { acceptsGzip, compressReply } from './compress.ts'
import type { OutgoingReply } from './reply.ts'

test.each([
  ['gzip', true],
  ['gzip, deflate, br', true],
  ['br;q=1.0, GZIP; q=0.5', true],
  ['*', true],
  ['*;q=0.1', true],
  [undefined, false],
  ['', false],
  ['identity', false],
  ['br, deflate', false],
  ['gzip;q=0', false],
  ['gzip;q=0.000, *', false],
  ['*;q=0', false],
  ['x-gzippy', false],
])('Accept-Encoding: %s takes gzip: %s', (header, expected) => {
  expect(acceptsGzip(header)).toBe(expected)
})

const reply: Omit<OutgoingReply, 'body'> = { status: 200, contentType: 'application/json', headers: {} }

test('a text of any length comes back as it was', async () => {
  for (const length of [1024, 65_536, 65_537, 1_000_000]) {
    const text = '“äöü” '.repeat(length).slice(0, length)
    const { body, headers } = await compressReply({ ...reply, body: text }, 'gzip')
    expect(headers).toEqual({ vary: 'Accept-Encoding', 'content-encoding': 'gzip' })
    expect(gunzipSync(body ?? '').toString()).toBe(text)
  }
})

test('what is short, encoded already or not to be transformed goes out as it is', () => {
  const long = 'x'.repeat(5000)
  const replies: OutgoingReply[] = [
    { ...reply, body: null },
    { ...reply, body: 'x'.repeat(1023) },
    { ...reply, body: long, headers: { 'content-encoding': 'br' } },
    { ...reply, body: long, headers: { 'cache-control': 'no-store, no-transform' } },
  ]
  for (const one of replies) expect(compressReply(one, 'gzip')).toBe(one)
})

test('what a reply varies by already stays', () => {
  const one = { ...reply, body: 'x'.repeat(1024), headers: { vary: 'Origin' } }
  expect(compressReply(one, undefined)).toEqual({ ...one, headers: { vary: 'Origin, Accept-Encoding' } })
})
