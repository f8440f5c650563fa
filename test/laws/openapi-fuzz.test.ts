import * as fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { errors } from '../../src/errors.ts'
import { isJsonObject, parseJson, type JsonObject, type JsonValue } from '../../src/lib/json.ts'
import { arbitraryFor, hostileJson, hostileSegment, type Resolve } from '../support/json-arbitrary.ts'
import { caller, startLawServer } from '../support/law-server.ts'

/** Repeat a failure with FUZZ_SEED. */
const seed = Number(process.env['FUZZ_SEED'] ?? Date.now() % 2 ** 31)
/** For all routes together, milliseconds. A longer search: FUZZ_SECONDS. */
const budget = Number(process.env['FUZZ_SECONDS'] ?? 25) * 1000
const runsPerRoute = budget / 100

const server = await startLawServer()
afterAll(async () => await server[Symbol.asyncDispose]())
const document = await openApi()

interface Operation {
  method: string
  path: string
  operation: JsonObject
}

function member(value: JsonValue | undefined, ...names: string[]): JsonObject {
  let found: JsonValue | undefined = value
  for (const name of names) found = isJsonObject(found) ? found[name] : undefined
  return isJsonObject(found) ? found : {}
}

async function openApi(): Promise<JsonObject> {
  const reply = await fetch(`${server.url}/openapi.json`)
  return (await reply.json()) as JsonObject // the document is an object
}

const resolve: Resolve = (reference) => member(document, ...reference.replace('#/', '').split('/'))

function operations(): Operation[] {
  return Object.entries(member(document, 'paths')).flatMap(([path, methods]) =>
    Object.entries(isJsonObject(methods) ? methods : {}).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path,
      operation: isJsonObject(operation) ? operation : {},
    })),
  )
}

function nameOf(parameter: JsonObject): string {
  return typeof parameter['name'] === 'string' ? parameter['name'] : ''
}

/** Query strings: the parameters that exist, with likely and unlikely values, and some that do not exist. */
function queries({ operation }: Operation): fc.Arbitrary<string> {
  const list = Array.isArray(operation['parameters']) ? operation['parameters'].filter(isJsonObject) : []
  const pairs = list
    .filter((parameter) => parameter['in'] === 'query')
    .map((parameter) => {
      const likely = arbitraryFor(member(parameter, 'schema'), resolve).map(String)
      const value = fc
        .oneof(likely, hostileSegment)
        .map((text) => encodeURIComponent(text.toWellFormed().slice(0, 2000)))
      return fc
        .option(value, { freq: 1, nil: null })
        .map((text) => (text === null ? '' : `${nameOf(parameter)}=${text}`))
    })
  const unknown = fc.option(
    hostileSegment.map((text) => `${encodeURIComponent(text.toWellFormed())}=1`),
    { freq: 1, nil: '' },
  )
  return fc.tuple(...pairs, fc.oneof({ weight: 5, arbitrary: fc.constant('') }, unknown)).map((all) => {
    const text = all.filter((pair) => pair !== '').join('&')
    return text === '' ? '' : `?${text}`
  })
}

/** The text of a body: of the schema's form, hostile JSON, or no JSON at all. */
function bodies({ operation }: Operation): fc.Arbitrary<string | null> {
  const schema = member(operation, 'requestBody', 'content', 'application/json', 'schema')
  if (Object.keys(schema).length === 0) return fc.constant(null)
  return fc.oneof(
    { weight: 12, arbitrary: arbitraryFor(schema, resolve).map((value) => JSON.stringify(value)) },
    { weight: 3, arbitrary: hostileJson.map((value) => JSON.stringify(value)) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        '',
        '{',
        '[1,',
        '{"a":}',
        '"\u0001"',
        '\uFEFF{}',
        '{"name":"\\u0000"}',
        'nul',
      ),
    },
  )
}

/** Segments for each parameter: something that exists in the workspace, or something hostile. */
async function paths({ path }: Operation): Promise<fc.Arbitrary<string>> {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '')
  const segments: fc.Arbitrary<string>[] = []
  for (const name of names) {
    const existing = await server.fixtures[name]?.(caller(server.url, server.workspace.ownerKey))
    segments.push(existing === undefined ? hostileSegment : fc.oneof(fc.constant(existing), hostileSegment))
  }
  return fc
    .tuple(...segments)
    .map((values) =>
      values.reduce(
        (text, value, index) =>
          text.replace(`{${names[index]}}`, () => encodeURIComponent(value.toWellFormed())),
        path,
      ),
    )
}

/** Statuses of our own failing that the document declares for what lies beyond this server. */
const beyondUs = new Set([501, 502])

/** Headers that change what a route does, right and wrong. */
const headers = fc.record(
  {
    'idempotency-key': fc.constantFrom('one', 'two', '', 'x'.repeat(300), 'caf\u00e9', ' '),
    'last-event-id': fc.constantFrom('0', '1', '-1', '9'.repeat(30), 'x', ''),
    accept: fc.constantFrom('text/event-stream', 'application/json', 'text/html', '*/*;q=x', ''),
    'x-parley-dialect': fc.constantFrom('native', 'make', 'unknown', ''),
  },
  { requiredKeys: [] },
)
/** Most requests have none of them. */
const someHeaders = fc.oneof({ weight: 3, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: headers })

/** Operations that did what they are for at least once. */
const reached = new Set<Operation>()

async function send(
  one: Operation,
  path: string,
  extra: Record<string, string>,
  body: string | null,
): Promise<void> {
  const reply = await fetch(server.url + path, {
    method: one.method,
    headers: {
      authorization: `Bearer ${server.workspace.ownerKey}`,
      ...extra,
      ...(body !== null && { 'content-type': 'application/json' }),
    },
    ...(body !== null && { body }),
  })
  const type = reply.headers.get('content-type') ?? ''
  if (type.startsWith('text/event-stream')) {
    await reply.body?.cancel()
    return
  }
  const text = await reply.text()
  if (reply.status >= 500) {
    const declared = member(one.operation, 'responses')
    expect(beyondUs.has(reply.status) && String(reply.status) in declared, `${reply.status}: ${text}`).toBe(
      true,
    )
  }
  expect(reply.headers.get('x-request-id')).not.toBeNull()
  if (reply.status < 400) {
    reached.add(one)
    return
  }
  expect(type).toBe('application/problem+json')
  const problem = parseJson(text)
  expect(problem).toMatchObject({
    status: reply.status,
    instance: expect.any(String),
    detail: expect.any(String),
  })
  expect(Object.keys(errors)).toContain(member({ problem: problem ?? null }, 'problem')['code'])
}

const all = operations()
console.info(`fuzz seed ${seed} (set FUZZ_SEED to repeat)`)

test('there are operations to try', () => {
  expect(all.length).toBeGreaterThan(5)
})

test.each(all)(
  '$method $path answers whatever it is sent without failing',
  { timeout: budget },
  async (one) => {
    const request = fc.record({
      path: await paths(one),
      query: queries(one),
      headers: someHeaders,
      body: bodies(one),
    })
    await fc.assert(
      fc.asyncProperty(
        request,
        async ({ path, query, headers: extra, body }) => await send(one, path + query, extra, body),
      ),
      {
        seed,
        numRuns: runsPerRoute,
        interruptAfterTimeLimit: budget / all.length,
        markInterruptAsFailure: false,
        endOnFailure: true,
      },
    )
    const ready = await fetch(`${server.url}/readyz`)
    expect(ready.status).toBe(200)
  },
)

test('most operations were reached, not only their refusals', () => {
  expect(reached.size).toBeGreaterThan(all.length * 0.7)
})
