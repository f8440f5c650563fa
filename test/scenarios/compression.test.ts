import { once } from 'node:events'
import { request, type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeTeam, type MakeTeam } from '../support/make-team.ts'
import { startTestServer, type TestServer } from '../support/server.ts'

let server: TestServer
let team: MakeTeam

beforeAll(async () => {
  server = await startTestServer({ env: { PARLEY_DEFAULT_MODEL: 'demo/demo' } })
  team = await makeTeam(server)
  for (let number = 1; number <= 30; number += 1) {
    await server.call('POST', '/v1/agents', { name: `Agent ${number}`, instructions: 'Be brief.' })
  }
})

afterAll(async () => await server[Symbol.asyncDispose]())

interface RawReply {
  status: number | undefined
  headers: IncomingHttpHeaders
  /** As they came. */
  bytes: Buffer
}

interface RawRequest {
  method?: string
  body?: unknown
  headers?: Record<string, string>
}

/** `fetch` would decode what it gets and not tell. */
async function send(
  path: string,
  { method = 'GET', body, headers = {} }: RawRequest = {},
): Promise<RawReply> {
  const sent = request(server.url + path, {
    method,
    headers: {
      authorization: `Bearer ${server.ownerKey}`,
      'accept-encoding': 'gzip, deflate, br',
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
  })
  sent.end(body === undefined ? undefined : JSON.stringify(body))
  const [reply] = (await once(sent, 'response')) as [IncomingMessage] // what Node declares for this event
  return { status: reply.statusCode, headers: reply.headers, bytes: await buffer(reply) }
}

const plain = { 'accept-encoding': 'identity' }

describe('a long reply', () => {
  test('of the native API is gzipped for whoever can read that, and is the same', async () => {
    const gzipped = await send('/v1/agents?limit=30')
    const identical = await send('/v1/agents?limit=30', { headers: plain })
    expect(gzipped.headers['content-encoding']).toBe('gzip')
    expect(gzipped.headers['vary']).toBe('Accept-Encoding')
    expect(gzipped.headers['content-length']).toBe(String(gzipped.bytes.length))
    expect(identical.headers['content-encoding']).toBeUndefined()
    expect(identical.headers['vary']).toBe('Accept-Encoding')
    expect(gunzipSync(gzipped.bytes)).toEqual(identical.bytes)
    expect(gzipped.bytes.length).toBeLessThan(identical.bytes.length / 4)
  })

  test("of a vendor's API is gzipped too", async () => {
    const { teamId, key } = team
    const path = `/make/api/v2/ai-agents/v1/agents?teamId=${teamId}`
    const headers = { authorization: `Token ${key}` }
    const gzipped = await send(path, { headers })
    expect(gzipped.headers['content-encoding']).toBe('gzip')
    const identical = await send(path, { headers: { ...headers, ...plain } })
    expect(gunzipSync(gzipped.bytes)).toEqual(identical.bytes)
  })

  test('is described by HEAD as GET sends it', async () => {
    for (const path of ['/v1/agents', '/console']) {
      const got = await send(path)
      const head = await send(path, { method: 'HEAD' })
      expect(head.bytes.length).toBe(0)
      const same = ['content-encoding', 'content-length', 'content-type', 'etag', 'vary']
      for (const name of same) expect([name, head.headers[name]]).toEqual([name, got.headers[name]])
    }
  })

  test('that is repeated for an Idempotency-Key may be asked for in another form', async () => {
    const body = { name: 'Long', instructions: 'Stay. '.repeat(1000) }
    const headers = { 'idempotency-key': 'compression-1' }
    const first = await send('/v1/agents', { method: 'POST', body, headers })
    const again = await send('/v1/agents', { method: 'POST', body, headers: { ...headers, ...plain } })
    expect(first.status).toBe(201)
    expect(first.headers['content-encoding']).toBe('gzip')
    expect(again.headers['idempotent-replayed']).toBe('true')
    expect(gunzipSync(first.bytes)).toEqual(again.bytes)
  })
})

describe('left as it is', () => {
  test('a short reply', async () => {
    const { headers, bytes } = await send('/healthz')
    expect(headers['content-encoding']).toBeUndefined()
    expect(headers['vary']).toBeUndefined()
    expect(bytes.toString()).toBe('{"status":"ok"}')
  })

  test('a stream of events', async () => {
    const agent = await server.call('POST', '/v1/agents', { name: 'Streaming', instructions: 'Be brief.' })
    const body = { input: 'tell me something long '.repeat(100), stream: true }
    const stream = await send(`/v1/agents/${agent.body.id}/runs`, { method: 'POST', body })
    expect(stream.headers['content-type']).toBe('text/event-stream; charset=utf-8')
    expect(stream.headers['content-encoding']).toBeUndefined()
    expect(stream.bytes.toString()).toContain('event: run.completed')
  })

  test('what has no body', async () => {
    const agent = await server.call('POST', '/v1/agents', { name: 'Gone', instructions: 'Be brief.' })
    const deleted = await send(`/v1/agents/${agent.body.id}`, { method: 'DELETE' })
    expect(deleted.status).toBe(204)
    expect(deleted.headers['content-encoding']).toBeUndefined()
    const page = await send('/console')
    const unchanged = await send('/console', { headers: { 'if-none-match': page.headers['etag'] ?? '' } })
    expect(unchanged.status).toBe(304)
    expect(unchanged.headers['content-encoding']).toBeUndefined()
    expect(unchanged.bytes.length).toBe(0)
  })

  test('a reply that holds a secret; a proxy must not compress it either', async () => {
    const key = await send('/v1/keys', { method: 'POST', body: { name: 'n'.repeat(200) } })
    const link = await send('/v1/session/links', { method: 'POST' })
    const session = await send('/v1/session', {
      method: 'POST',
      body: { key: server.ownerKey },
      headers: { authorization: '' },
    })
    const cookie = session.headers['set-cookie']?.[0]?.split(';')[0] ?? ''
    const read = await fetch(`${server.url}/v1/session`, { headers: { cookie } })
    expect([key.status, link.status, session.status, read.status]).toEqual([201, 201, 201, 200])
    for (const reply of [key, link, session]) {
      expect(reply.headers['cache-control']).toBe('no-store, no-transform')
    }
    expect(read.headers.get('cache-control')).toBe('no-store, no-transform')
  })
})

test('the files of the console are sent as their build compressed them', async () => {
  const page = await send('/console', { headers: plain })
  const asset = /\/console\/assets\/[\w.-]+\.js/.exec(page.bytes.toString())?.[0] ?? ''
  const gzipped = await send(asset)
  const identical = await send(asset, { headers: { 'accept-encoding': 'gzip;q=0' } })
  expect(gzipped.headers['content-encoding']).toBe('gzip')
  expect(identical.headers['content-encoding']).toBeUndefined()
  expect(gunzipSync(gzipped.bytes)).toEqual(identical.bytes)
  expect(gzipped.headers['etag']).toMatch(/^W\/"/)
  expect(identical.headers['etag']).toBe(gzipped.headers['etag'])
})
