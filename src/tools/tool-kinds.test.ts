import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { within } from '../../test/support/within.ts'
import { findBuiltin } from '../core/tools/builtin-tools.ts'
import { exampleOrder } from '../core/examples.ts'
import type { HttpTool, ToolDefinition } from '../core/tools/tool.ts'
import { createEgress } from '../lib/egress.ts'
import { systemClock } from '../lib/clock.ts'
import type { JsonObject } from '../lib/json.ts'
import type { ToolKind } from '../ports/tool-kind.ts'
import type { SearchDocuments } from './builtin/file-search.ts'
import { createToolKinds, type ServeExample } from './index.ts'

interface Seen {
  method: string
  url: string
  headers: IncomingMessage['headers']
  body: string
}

let answer: (request: IncomingMessage, response: ServerResponse) => void
const seen: Seen[] = []
const server = createServer((request, response) => {
  let body = ''
  request.on('data', (chunk) => (body += chunk))
  request.on('end', () => {
    const { method = '', url = '', headers } = request
    seen.push({ method, url, headers, body })
    answer(request, response)
  })
})
let base: string

const egress = createEgress({ allowPrivate: '1' })
const examples: ServeExample = async (_method, path) => {
  const order = exampleOrder(decodeURIComponent(path.split('/').at(-1) ?? ''))
  return order === null ? { status: 404, body: { code: 'order_not_found' } } : { status: 200, body: order }
}
/** Whose call it is; these kinds do not mind. */
const whose = { workspaceId: 'workspace_1', agentId: 'agent_1' }
const searchDocuments: SearchDocuments = async () => ({ documents: 0, passages: [] })
const noon = { ...systemClock, now: () => Date.UTC(2026, 6, 1, 12) }
const kinds = createToolKinds({ egress, clock: noon, examples, searchDocuments })

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}` // a TCP server has this form
})
beforeEach(() => {
  seen.length = 0
  answer = (_request, response) => response.setHeader('content-type', 'application/json').end('{"ok":true}')
})
afterAll(() => {
  egress[Symbol.dispose]()
  server.closeAllConnections()
  server.close()
})

function kind(name: string): ToolKind<ToolDefinition> {
  const found = kinds.get(name)
  if (found === undefined) throw new Error(`There is no kind ${name}.`)
  return found
}

function tool(change: Partial<HttpTool> = {}): HttpTool {
  return {
    kind: 'http',
    name: 'order',
    description: null,
    parameters: {},
    approval: 'never',
    method: 'GET',
    url: `${base}/orders/{id}`,
    headers: {},
    effects: 'none',
    checkUrl: null,
    timeoutSeconds: 5,
    ...change,
  }
}

function call(definition: HttpTool, args: JsonObject, signal = new AbortController().signal) {
  return kind('http').call(definition, { ...whose, arguments: args, effectId: 'effect_1', signal })
}

describe('every kind', () => {
  const builtin = findBuiltin('get_current_time')
  const cases: [string, () => ToolDefinition, JsonObject][] = [
    ['http', () => tool(), { id: '1' }],
    ['builtin', () => builtin ?? tool(), {}],
  ]

  test.each(cases)('%s answers a good call', async (name, definition, args) => {
    const signal = new AbortController().signal
    const result = await kind(name).call(definition(), {
      ...whose,
      arguments: args,
      effectId: 'effect_1',
      signal,
    })
    expect(result.status).toBe('ok')
  })

  test.each(cases)(
    '%s rejects with the reason of a signal that has aborted',
    async (name, definition, args) => {
      const signal = AbortSignal.abort(new Error('stop'))
      const calling = kind(name).call(definition(), {
        ...whose,
        arguments: args,
        effectId: 'effect_1',
        signal,
      })
      await expect(calling).rejects.toThrow('stop')
      expect(seen).toEqual([])
    },
  )

  test('a kind without a way to ask has no check', () => {
    expect([...kinds].map(([name, { check }]) => [name, check !== undefined])).toEqual([
      ['http', true],
      ['builtin', false],
      ['mcp', false],
    ])
  })
})

describe('the request', () => {
  test('GET and DELETE carry the rest in the query, with the key', async () => {
    await call(tool({ url: `${base}/orders/{id}?v=1` }), {
      id: 'a/b',
      tags: ['x', 'y'],
      deep: { a: 1 },
      none: null,
    })
    await call(tool({ method: 'DELETE' }), { id: '1', why: 'no & yes' })
    expect(seen.map(({ method, url, body }) => [method, url, body])).toEqual([
      ['GET', '/orders/a%2Fb?v=1&tags=x&tags=y&deep=%7B%22a%22%3A1%7D', ''],
      ['DELETE', '/orders/1?why=no+%26+yes', ''],
    ])
    expect(seen.map(({ headers }) => headers['idempotency-key'])).toEqual(['effect_1', 'effect_1'])
  })

  test('other methods carry it as JSON, with the headers of the tool', async () => {
    await call(tool({ method: 'POST', headers: { Authorization: 'Bearer x' } }), { id: '1', amount: 2 })
    expect(seen[0]).toMatchObject({
      method: 'POST',
      url: '/orders/1',
      body: '{"amount":2}',
      headers: {
        authorization: 'Bearer x',
        'content-type': 'application/json',
        'idempotency-key': 'effect_1',
      },
    })
  })

  test.each(['..', '.', ''])('an argument %j cannot leave its path segment', async (id) => {
    expect(await call(tool(), { id })).toEqual({
      status: 'error',
      message: 'id: this value cannot stand in a path',
    })
    expect(seen).toEqual([])
  })

  test('a missing or composed argument for the URL is an error for the model', async () => {
    expect(await call(tool(), {})).toMatchObject({
      status: 'error',
      message: expect.stringContaining('id: is required'),
    })
    expect(await call(tool(), { id: { a: 1 } })).toMatchObject({ status: 'error' })
    expect(seen).toEqual([])
  })
})

describe('the answer', () => {
  const reply = (type: string, body: string | Buffer, status = 200) => {
    answer = (_request, response) => response.writeHead(status, { 'content-type': type }).end(body)
  }

  test('JSON is parsed, text is text, nothing is null', async () => {
    expect(await call(tool(), { id: '1' })).toEqual({ status: 'ok', output: { ok: true } })
    reply('text/plain', 'shipped')
    expect(await call(tool(), { id: '1' })).toEqual({ status: 'ok', output: 'shipped' })
    reply('text/plain', '')
    expect(await call(tool(), { id: '1' })).toEqual({ status: 'ok', output: null })
  })

  test('a failure is an error with its status and body', async () => {
    reply('application/json', '{"reason":"gone"}', 404)
    expect(await call(tool(), { id: '1' })).toEqual({
      status: 'error',
      message: 'It answered 404 Not Found.',
      output: { status: 404, body: { reason: 'gone' } },
    })
    reply('text/plain', 'x'.repeat(5000), 500)
    const result = await call(tool(), { id: '1' })
    expect(result).toMatchObject({ status: 'error', message: 'It answered 500 Internal Server Error.' })
    expect(JSON.stringify(result).length).toBeLessThan(4500)
  })

  test('a long answer is cut with a note, and its transfer ends', async () => {
    reply('text/plain', 'x'.repeat(2 * 1024 * 1024))
    const result = await call(tool(), { id: '1' })
    const output = result.status === 'ok' ? String(result.output) : ''
    expect(output.slice(-60)).toContain('[cut: the answer is longer than 262144 bytes]')
    expect(output.length).toBeLessThan(262_144 + 100)
  })

  test('what the database cannot hold is replaced, and bytes that are no text are only counted', async () => {
    reply('application/json', '{"a":"x\\u0000y"}')
    expect(await call(tool(), { id: '1' })).toEqual({ status: 'ok', output: { a: 'x\uFFFDy' } })
    reply('text/plain', 'x\0y')
    expect(await call(tool(), { id: '1' })).toEqual({ status: 'ok', output: 'x\uFFFDy' })
    reply('image/png', Buffer.from([0x89, 0x50, 0xff, 0xfe]))
    expect(await call(tool(), { id: '1' })).toEqual({
      status: 'ok',
      output: '[4 bytes of image/png, not text]',
    })
  })

  test('a server that echoes the request does not hand its secrets to the model', async () => {
    answer = (request, response) =>
      response.setHeader('content-type', 'application/json').end(JSON.stringify(request.headers))
    const result = await call(
      tool({ headers: { Authorization: 'Bearer canary-secret', 'X-Key': 'canary"quoted' } }),
      {
        id: '1',
      },
    )
    expect(result.status).toBe('ok')
    expect(JSON.stringify(result)).not.toContain('canary')
  })
})

describe('what goes wrong', () => {
  test('a refused connection and a forbidden address are errors for the model, without the query', async () => {
    const dead = await call(tool({ url: 'http://127.0.0.1:9/{id}' }), { id: 'secret-argument' })
    expect(dead.status).toBe('error')
    expect(JSON.stringify(dead)).not.toContain('secret-argument')
    const strict = createEgress({ allowPrivate: '0' })
    const guarded = createToolKinds({ egress: strict, clock: noon, examples, searchDocuments }).get('http')
    const signal = new AbortController().signal
    expect(
      await guarded?.call(tool(), { ...whose, arguments: { id: '1' }, effectId: 'e', signal }),
    ).toMatchObject({
      status: 'error',
    })
    expect(seen).toEqual([])
    strict[Symbol.dispose]()
  })

  test('a server that says nothing is left after the time of the tool', async () => {
    answer = () => {}
    expect(await call(tool({ timeoutSeconds: 1 }), { id: '1' })).toEqual({
      status: 'error',
      message: 'It did not answer within 1 s.',
    })
  })

  test('an abort ends a call that is waiting, and one that is reading, within a second', async () => {
    for (const respond of [
      () => {},
      (_request: IncomingMessage, response: ServerResponse) => void response.writeHead(200).write('begin'),
    ]) {
      const arrived = Promise.withResolvers<void>()
      answer = (request, response) => {
        respond(request, response)
        arrived.resolve()
      }
      const abort = new AbortController()
      const calling = call(tool(), { id: '1' }, abort.signal)
      await arrived.promise
      abort.abort(new Error('stop'))
      await expect(within(1000, calling)).rejects.toThrow('stop')
    }
  })
})

describe('a lost receipt', () => {
  const checkable = () =>
    tool({ effects: 'checkable', method: 'POST', url: `${base}/pay`, checkUrl: `${base}/check` })
  const check = (definition: HttpTool) =>
    kind('http').check?.(definition, { effectId: 'effect_1', signal: new AbortController().signal })
  const reply = (body: string, status = 200) => {
    answer = (_request, response) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(body)
  }

  test('the check asks with the same key and the headers of the tool', async () => {
    reply('{"happened":true,"result":{"id":7}}')
    expect(await check({ ...checkable(), headers: { 'X-Key': 'k' } })).toEqual({
      happened: true,
      result: { id: 7 },
    })
    expect(seen[0]).toMatchObject({
      method: 'GET',
      url: '/check',
      headers: { 'idempotency-key': 'effect_1', 'x-key': 'k' },
    })
  })

  test.each<[string, number, unknown]>([
    ['{"happened":false}', 200, { happened: false }],
    ['{"happened":true}', 200, { happened: true, result: null }],
    ['{"happened":"yes"}', 200, { happened: 'unknown', reason: expect.any(String) }],
    ['not json', 200, { happened: 'unknown', reason: expect.any(String) }],
    ['{"happened":false}', 404, { happened: 'unknown', reason: 'check_url answered 404.' }],
  ])('%s with %i', async (body, status, expected) => {
    reply(body, status)
    expect(await check(checkable())).toEqual(expected)
  })

  test('a check that cannot be made is unknown, never "it did not happen"', async () => {
    expect(await check({ ...checkable(), checkUrl: 'http://127.0.0.1:9/check' })).toMatchObject({
      happened: 'unknown',
    })
    expect(await check(tool())).toMatchObject({ happened: 'unknown' })
  })
})

describe('the examples', () => {
  const lookup = () => tool({ url: '/examples/orders/{id}' })

  test('are answered inside the process', async () => {
    expect(await call(lookup(), { id: 'ORD-1042' })).toMatchObject({
      status: 'ok',
      output: { order_id: 'ORD-1042', status: 'shipped', carrier: 'DHL' },
    })
    expect(await call(lookup(), { id: 'ORD-9' })).toMatchObject({ status: 'error', output: { status: 404 } })
    expect(seen).toEqual([])
  })
})

describe('get_current_time', () => {
  const tell = (args: JsonObject) => {
    const definition = findBuiltin('get_current_time')
    if (definition === null) throw new Error('It is missing.')
    return kind('builtin').call(definition, {
      ...whose,
      arguments: args,
      effectId: 'e',
      signal: new AbortController().signal,
    })
  }

  test('tells the time of the clock, in UTC and in a time zone', async () => {
    expect(await tell({})).toEqual({
      status: 'ok',
      output: {
        utc: '2026-07-01T12:00:00.000Z',
        timezone: 'UTC',
        local: '2026-07-01 12:00:00',
        weekday: 'Wednesday',
      },
    })
    expect(await tell({ timezone: 'Pacific/Kiritimati' })).toMatchObject({
      output: { local: '2026-07-02 02:00:00', weekday: 'Thursday' },
    })
  })

  test('a time zone that does not exist is an error to repair', async () => {
    expect(await tell({ timezone: 'Mars/Base' })).toEqual({
      status: 'error',
      message: 'timezone: "Mars/Base" is not an IANA time zone; write it like Europe/Berlin.',
    })
  })
})
