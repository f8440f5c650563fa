import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createEgress } from './egress.ts'
import { createPostJson } from './post-json.ts'

const egress = createEgress({ allowPrivate: '1' })
const post = createPostJson(egress)
let answer: (request: IncomingMessage, response: ServerResponse) => void
const server = createServer((request, response) => answer(request, response))
let host: string
let url: string

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  host = `127.0.0.1:${(server.address() as AddressInfo).port}` // a TCP server has this form
  url = `http://${host}/hook?token=canary`
})
afterAll(() => {
  egress[Symbol.dispose]()
  server.closeAllConnections()
  server.close()
})

const json = { headers: { 'x-own': 'yes', 'content-type': 'text/plain' }, body: '{"a":1}' }
const { signal } = new AbortController()

test('the text is posted as JSON with the headers that were given', async () => {
  const seen = Promise.withResolvers<{ request: IncomingMessage; body: string }>()
  answer = (request, response) => {
    void text(request).then((body) => seen.resolve({ request, body }))
    response.writeHead(202).end()
  }
  expect(await post({ ...json, url, signal })).toEqual({
    accepted: true,
    answer: `${host} answered 202 Accepted.`,
  })
  const { request, body } = await seen.promise
  expect([request.method, body]).toEqual(['POST', '{"a":1}'])
  expect(request.headers).toMatchObject({
    'x-own': 'yes',
    'content-type': 'application/json',
    'user-agent': 'parley',
  })
})

test.each([
  [302, 'answered 302 Found.'],
  [404, 'answered 404 Not Found.'],
  [599, 'answered 599.'],
])('%s is not accepted, and not followed', async (status, sentence) => {
  let requests = 0
  answer = (_request, response) => {
    requests += 1
    response.writeHead(status, { location: url }).end()
  }
  expect(await post({ ...json, url, signal })).toEqual({ accepted: false, answer: `${host} ${sentence}` })
  expect(requests).toBe(1)
})

test('an answer that never ends is not read to its end', async () => {
  const closed = Promise.withResolvers<void>()
  answer = (_request, response) => {
    response.on('close', closed.resolve)
    const more = (): void => void (response.destroyed || response.write('x'.repeat(65_536), more))
    response.writeHead(200, { 'content-length': String(2 ** 40) })
    more()
  }
  expect(await post({ ...json, url, signal })).toMatchObject({ accepted: true })
  await closed.promise
})

test('a private address is refused unless it is allowed', async () => {
  using guarded = createEgress({ allowPrivate: '0' })
  await expect(createPostJson(guarded)({ ...json, url, signal })).rejects.toMatchObject({
    code: 'egress_refused',
  })
})
