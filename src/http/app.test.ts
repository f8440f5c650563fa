import { once } from 'node:events'
import { request } from 'node:http'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { testDatabase } from '../../test/support/database.ts'
import { startHttpServer } from '../../test/support/http-server.ts'
import { AppError } from '../errors.ts'
import { createLog } from '../lib/log.ts'
import { endpoint, eventStream, replyWith, type EndpointRequest } from './endpoint.ts'

const seen: { request: EndpointRequest | null; log: unknown[]; opened: number } = {
  request: null,
  log: [],
  opened: 0,
}
const gone = Promise.withResolvers<void>()
const common = { summary: 's', tag: 'Test', errors: [] }
const echoBody = z.strictObject({ name: z.string(), count: z.number().optional() })

async function* twoMessages() {
  seen.opened += 1
  yield [{ data: '1' }, { data: '2' }]
}

/** One message, and then nothing until the reader is gone. */
async function* untilGone(signal: AbortSignal) {
  yield { data: '1' }
  if (!signal.aborted) await once(signal, 'abort')
}

const endpoints = [
  endpoint({
    ...common,
    id: 'test.echo',
    method: 'POST',
    path: '/test/{test_id}/echo',
    scope: 'any',
    params: z.strictObject({ test_id: z.string() }),
    query: z.strictObject({ loud: z.string().optional() }),
    body: echoBody,
    maxBodyBytes: 1000,
    reply: {
      status: 200,
      body: z.strictObject({ id: z.string(), loud: z.string().nullable(), name: z.string() }),
    },
    async handle(received) {
      seen.request = received
      return { id: received.params.test_id, loud: received.query.loud ?? null, name: received.body.name }
    },
  }),
  endpoint({
    ...common,
    id: 'test.optional',
    method: 'POST',
    path: '/test/optional',
    scope: null,
    body: echoBody,
    bodyOptional: true,
    reply: { status: 202, body: z.strictObject({ empty: z.boolean() }) },
    otherReplies: [{ status: 200, description: 'other', body: z.strictObject({ empty: z.boolean() }) }],
    async handle({ body }) {
      return replyWith({
        body: { empty: body === undefined },
        headers: { location: '/here' },
        ...(body !== undefined && { status: 200 }),
      })
    },
  }),
  endpoint({
    ...common,
    id: 'test.nothing',
    method: 'POST',
    path: '/test/nothing',
    scope: null,
    reply: { status: 204, body: null },
    async handle() {},
  }),
  endpoint({
    ...common,
    id: 'test.bug',
    method: 'GET',
    path: '/test/bug',
    scope: null,
    reply: { status: 200, body: z.string() },
    async handle() {
      throw new TypeError('the password is hunter2')
    },
  }),
  endpoint({
    ...common,
    id: 'test.wait',
    method: 'GET',
    path: '/test/wait',
    scope: null,
    reply: { status: 200, body: z.string() },
    async handle({ signal }) {
      await once(signal, 'abort')
      gone.resolve()
      throw new AppError('shutting_down')
    },
  }),
  endpoint({
    ...common,
    id: 'test.stream',
    method: 'GET',
    path: '/test/stream',
    scope: null,
    reply: { status: 200, body: null, stream: true },
    async handle() {
      return eventStream(twoMessages())
    },
  }),
  endpoint({
    ...common,
    id: 'test.endless',
    method: 'GET',
    path: '/test/endless',
    scope: 'any',
    reply: { status: 200, body: null, stream: true },
    async handle({ signal }) {
      return eventStream(untilGone(signal))
    },
  }),
]

const database = await testDatabase()
const log = createLog({ level: 'silent', format: 'json' })
log.error = (fields: unknown) => void seen.log.push(fields)
const server = await startHttpServer(database, { endpoints, log })
afterAll(async () => {
  await server.close()
  await database[Symbol.asyncDispose]()
})

interface Sent {
  status: number
  headers: Headers
  text: string
  problem: { code?: string; detail?: string; status?: number; errors?: unknown }
}

async function send(
  method: string,
  path: string,
  options: { body?: unknown; headers?: Record<string, string>; key?: string | null } = {},
): Promise<Sent> {
  const { body, headers = {}, key = server.ownerKey } = options
  const reply = await fetch(server.url + path, {
    method,
    headers: {
      ...(key !== null && { authorization: `Bearer ${key}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const content = await reply.text()
  const isProblem = reply.headers.get('content-type') === 'application/problem+json'
  return {
    status: reply.status,
    headers: reply.headers,
    text: content,
    problem: isProblem ? (JSON.parse(content) as Sent['problem']) : {},
  }
}

test('hands the endpoint what its schemas parsed', async () => {
  const {
    status,
    text: body,
    headers,
  } = await send('POST', '/v1/test/a%20b%2Fc/echo?loud=yes', { body: { name: 'Ada' } })
  expect(status).toBe(200)
  expect(JSON.parse(body)).toEqual({ id: 'a b/c', loud: 'yes', name: 'Ada' })
  expect(headers.get('content-type')).toBe('application/json')
  expect(headers.get('x-request-id')).toBe(seen.request?.requestId)
  expect(headers.get('cache-control')).toBe('no-store')
  expect(headers.get('x-content-type-options')).toBe('nosniff')
})

test('tells the endpoint who asks, from where and in which dialect', async () => {
  await send('POST', '/native/v1/test/1/echo', {
    body: { name: 'Ada' },
    headers: { accept: 'text/event-stream', 'x-mine': '1' },
  })
  const received = seen.request
  expect(received?.principal.userId).toBe(server.place.userId)
  expect(received?.dialect).toBe('native')
  expect(received?.baseUrl).toBe(server.url)
  expect(received?.headers('x-mine')).toBe('1')
  expect(received?.acceptsEventStream).toBe(true)
  expect(received?.idempotent).toBe(false)
  expect(received?.resourceId).toBe(received?.resourceId)
})

test('takes the key from x-api-key too', async () => {
  const { status } = await send('GET', '/v1/me', { key: null, headers: { 'x-api-key': server.ownerKey } })
  expect(status).toBe(200)
})

test('does not believe a forwarded host unless told to', async () => {
  await send('POST', '/v1/test/1/echo', {
    body: { name: 'Ada' },
    headers: { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https' },
  })
  expect(seen.request?.baseUrl).toBe(server.url)
})

test('answers 404 for an unknown path, in problem details', async () => {
  const { status, problem, headers } = await send('GET', '/v1/nothing-here')
  expect(status).toBe(404)
  expect(problem).toMatchObject({ code: 'route_not_found', status: 404 })
  expect(headers.get('x-request-id')).not.toBeNull()
})

test('answers 405 with the methods that there are', async () => {
  const { status, problem, headers } = await send('DELETE', '/v1/keys')
  expect(status).toBe(405)
  expect(problem.status).toBe(405)
  expect(headers.get('allow')).toBe('GET, POST, HEAD, OPTIONS')
})

test('answers OPTIONS with the methods and HEAD like GET without its body', async () => {
  const options = await send('OPTIONS', '/v1/keys')
  expect(options.status).toBe(204)
  expect(options.headers.get('allow')).toBe('GET, POST, HEAD, OPTIONS')
  const head = await send('HEAD', '/v1/me')
  const get = await send('GET', '/v1/me')
  expect(head.status).toBe(200)
  expect(head.text).toBe('')
  expect(head.headers.get('content-length')).toBe(get.headers.get('content-length'))
})

test('answers HEAD of a stream without opening it', async () => {
  const head = await send('HEAD', '/v1/test/stream')
  expect(head.status).toBe(200)
  expect(head.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
  expect(seen.opened).toBe(0)
  expect((await send('GET', '/v1/test/stream')).text).toBe('data: 1\n\ndata: 2\n\n')
})

test('a stream ends when the key that it was asked for with is revoked', async () => {
  const { access, ownerKey } = server
  const owner = await access.authenticate(ownerKey)
  const { key, secret } = await access.keys.create(owner, { name: 'short' })
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] })
  try {
    const stream = await fetch(`${server.url}/v1/test/endless`, {
      headers: { authorization: `Bearer ${secret}` },
    })
    await vi.advanceTimersByTimeAsync(16_000)
    await access.keys.revoke(owner, key.id)
    await vi.advanceTimersByTimeAsync(16_000)
    expect(await stream.text()).toMatch(/^data: 1\n\n(: ping\n\n)*event: error\ndata: .*"code":"invalid_key"/)
  } finally {
    vi.useRealTimers()
  }
})

test('says which dialect is not available', async () => {
  const { status, problem } = await send('GET', '/xai/v1/agents')
  expect(status).toBe(404)
  expect(problem.detail).toBe('The dialect "xai" is not available in this version.')
})

test.each([
  ['no body', undefined, 'invalid_json'],
  ['broken JSON', '{"name":', 'invalid_json'],
  ['an unknown field', { name: 'Ada', nam: 1 }, 'unknown_field'],
  ['a wrong type', { name: 1 }, 'invalid_request'],
  ['a NUL character', { name: 'a\0' }, 'nul_character'],
  ['too deep nesting', '['.repeat(100) + ']'.repeat(100), 'invalid_request'],
])('refuses %s', async (_what, body, code) => {
  const { status, problem } = await send('POST', '/v1/test/1/echo', body === undefined ? {} : { body })
  expect(status).toBe(400)
  expect(problem.code).toBe(code)
})

test('refuses unknown query parameters by name, also where there are none', async () => {
  const known = await send('POST', '/v1/test/1/echo?quiet=1', { body: { name: 'Ada' } })
  expect(known.problem).toMatchObject({ code: 'unknown_field', errors: [{ field: 'quiet' }] })
  const none = await send('GET', '/v1/me?verbose=1')
  expect(none.problem).toMatchObject({ code: 'unknown_field', errors: [{ field: 'verbose' }] })
})

test('refuses NUL characters in the path and the query', async () => {
  expect((await send('POST', '/v1/test/a%00/echo', { body: { name: 'Ada' } })).problem.code).toBe(
    'nul_character',
  )
  expect((await send('POST', '/v1/test/a/echo?loud=%00', { body: { name: 'Ada' } })).problem.code).toBe(
    'nul_character',
  )
})

test('refuses another content type with 415', async () => {
  const { status, problem } = await send('POST', '/v1/test/1/echo', {
    body: 'name=Ada',
    headers: { 'content-type': 'text/plain' },
  })
  expect(status).toBe(415)
  expect(problem.code).toBe('unsupported_media_type')
})

test('refuses a body that is too large, announced or not', async () => {
  const headers = { authorization: `Bearer ${server.ownerKey}`, 'content-type': 'application/json' }
  const announcing = request(`${server.url}/v1/test/1/echo`, {
    method: 'POST',
    headers: { ...headers, 'content-length': 1001 },
  })
  announcing.flushHeaders()
  const [refused] = await once(announcing, 'response')
  expect(refused.statusCode).toBe(413)
  announcing.destroy()
  const asking = request(`${server.url}/v1/test/1/echo`, { method: 'POST', headers })
  asking.write('"'.padEnd(600, 'x'))
  asking.write('x'.repeat(600))
  const [reply] = await once(asking, 'response')
  expect(reply.statusCode).toBe(413)
  expect(reply.headers.connection).toBe('close')
  expect(JSON.parse(await text(reply))).toMatchObject({ code: 'body_too_large', facts: { max_bytes: 1000 } })
  asking.destroy()
})

test('takes a body that may be absent, and replies with other statuses and headers', async () => {
  const empty = await send('POST', '/v1/test/optional')
  expect(empty.status).toBe(202)
  expect(empty.headers.get('location')).toBe('/here')
  expect(JSON.parse(empty.text)).toEqual({ empty: true })
  expect((await send('POST', '/v1/test/optional', { body: { name: 'Ada' } })).status).toBe(200)
})

test('refuses fields where no body is taken', async () => {
  expect((await send('POST', '/v1/test/nothing', { body: {} })).status).toBe(204)
  expect((await send('POST', '/v1/test/nothing', { body: { force: true } })).problem.code).toBe(
    'unknown_field',
  )
})

test('tells nobody what a bug said, but logs it with the request id', async () => {
  const { status, problem, text: body, headers } = await send('GET', '/v1/test/bug')
  expect(status).toBe(500)
  expect(problem.code).toBe('internal')
  expect(body).not.toContain('hunter2')
  expect(seen.log).toContainEqual(
    expect.objectContaining({
      requestId: headers.get('x-request-id'),
      endpoint: 'test.bug',
      err: new TypeError('the password is hunter2'),
    }),
  )
})

test('aborts the signal of a request whose client has gone', async () => {
  const asking = request(`${server.url}/v1/test/wait`).end()
  asking.on('error', () => {})
  await once(asking, 'finish')
  setImmediate(() => asking.destroy())
  await gone.promise
})

test('answers a request whose Host cannot be one, in problem details', async () => {
  const { hostname, port } = new URL(server.url)
  const socket = connect(Number(port), hostname)
  socket.write('GET /v1/me HTTP/1.1\r\nhost: a b<>\r\nconnection: close\r\n\r\n')
  const raw = await text(socket)
  expect(raw).toMatch(/^HTTP\/1\.1 400 /)
  expect(raw).toContain('application/problem+json')
})
