import * as fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { AppError, errors } from '../../src/errors.ts'
import { isJsonObject, parseJson, type JsonObject, type JsonValue } from '../../src/lib/json.ts'
import { fuzzSeed } from '../support/fuzz-seed.ts'
import { arbitraryFor, hostileJson, hostileSegment, type Resolve } from '../support/json-arbitrary.ts'
import {
  callerOf,
  exampleBody,
  parameterNames,
  pathValues,
  startLawServer,
  type LawDialect,
  type LawRoute,
} from '../support/law-server.ts'

/** Requests for each operation: counted, not timed, so that every machine tries the same. A longer search: FUZZ_RUNS. */
const runsPerRoute = Number(process.env['FUZZ_RUNS'] ?? 30)
/** Of an operation that answers the same whatever it is sent. */
const runsOfUnavailable = 5

const server = await startLawServer()
afterAll(async () => await server[Symbol.asyncDispose]())
const own = callerOf(server.url, server.workspace)

/** One operation as its dialect's description has it, and the record behind it. */
interface Operation {
  route: LawRoute
  name: string
  operation: JsonObject
  resolve: Resolve
}

function member(value: JsonValue | undefined, ...names: string[]): JsonObject {
  let found: JsonValue | undefined = value
  for (const name of names) found = isJsonObject(found) ? found[name] : undefined
  return isJsonObject(found) ? found : {}
}

async function operationsOf({ dialect, description }: LawDialect): Promise<Operation[]> {
  const reply = await fetch(server.url + description)
  const document = (await reply.json()) as JsonObject // the description is an object
  const resolve: Resolve = (reference) => member(document, ...reference.replace('#/', '').split('/'))
  return server.routes
    .filter((route) => route.dialect === dialect && dialect.endpoints.includes(route.endpoint))
    .map((route) => {
      const { method, path } = route.endpoint
      const operation = member(document, 'paths', dialect.base + path, method.toLowerCase())
      return { route, name: `${method} ${route.path}`, operation, resolve }
    })
}

function nameOf(parameter: JsonObject): string {
  return typeof parameter['name'] === 'string' ? parameter['name'] : ''
}

/** Names of things that exist in the workspace, where there are fixtures for them. */
async function existing(route: LawRoute, names: string[]): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>()
  for (const name of names) {
    const value = await route.fixtures.values[name]?.(own)
    if (value !== undefined) found.set(name, value)
  }
  return found
}

/** The value of a parameter that is mostly what it should be, and often absent where nothing is known that fits. */
function parameterValue(
  likely: fc.Arbitrary<string>,
  right: string | undefined,
): fc.Arbitrary<string | null> {
  const value = fc.oneof(likely, hostileSegment).map((text) => text.toWellFormed().slice(0, 2000))
  const any = fc.option(value, { freq: 1, nil: null })
  if (right === undefined) return any
  return fc.oneof({ weight: 9, arbitrary: fc.constant(right) }, { weight: 1, arbitrary: any })
}

/** Query strings: the parameters that exist, with likely and unlikely values, and some that do not exist. */
async function queries({ route, operation, resolve }: Operation): Promise<fc.Arbitrary<string>> {
  const list = Array.isArray(operation['parameters']) ? operation['parameters'].filter(isJsonObject) : []
  const parameters = list.filter((parameter) => parameter['in'] === 'query')
  const known = await existing(route, parameters.map(nameOf))
  const pairs = parameters.map((parameter) => {
    const name = nameOf(parameter)
    const likely = arbitraryFor(member(parameter, 'schema'), resolve).map(String)
    return parameterValue(likely, known.get(name)).map((text) =>
      text === null ? '' : `${encodeURIComponent(name)}=${encodeURIComponent(text)}`,
    )
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

const notJson = ['', '{', '[1,', '{"a":}', '"\u0001"', '\uFEFF{}', '{"name":"\\u0000"}', 'nul']

/** The text of a body: the example, one of the schema's form, hostile JSON, or no JSON at all. */
async function bodies({ route, operation, resolve }: Operation): Promise<fc.Arbitrary<string | null>> {
  const example = await exampleBody(route, own)
  if (example === undefined) return fc.constant(null)
  const schema = member(operation, 'requestBody', 'content', 'application/json', 'schema')
  return fc.oneof(
    { weight: 2, arbitrary: fc.constant(JSON.stringify(example)) },
    { weight: 12, arbitrary: arbitraryFor(schema, resolve).map((value) => JSON.stringify(value)) },
    { weight: 3, arbitrary: hostileJson.map((value) => JSON.stringify(value)) },
    { weight: 1, arbitrary: fc.constantFrom(...notJson) },
  )
}

/** Clients resolve dots themselves, percent-encoded or not: such a request is one for another path. */
const segment = hostileSegment.filter((text) => text !== '.' && text !== '..')

/** Segments for each parameter: something that exists in the workspace, or something hostile. */
async function paths({ route }: Operation): Promise<fc.Arbitrary<string>> {
  const names = parameterNames(route.path)
  const known = route.endpoint.unavailable ? {} : await pathValues(route, own)
  const segments = names.map((name) => {
    const right = known[name]
    return right === undefined ? segment : fc.oneof(fc.constant(right), segment)
  })
  return fc
    .tuple(...segments)
    .map((values) =>
      values.reduce(
        (text, value, index) =>
          text.replace(`{${names[index]}}`, () => encodeURIComponent(value.toWellFormed())),
        route.path,
      ),
    )
}

/** Statuses of our own failing that the document declares for what lies beyond this server. */
const beyondUs = new Set([501, 502, 504])

/** Headers that change what a route does, right and wrong. */
const headers = fc.record(
  {
    'idempotency-key': fc.constantFrom('one', 'two', '', 'x'.repeat(300), 'caf\u00e9', ' '),
    'last-event-id': fc.constantFrom('0', '1', '-1', '9'.repeat(30), 'x', ''),
    accept: fc.constantFrom('text/event-stream', 'application/json', 'text/html', '*/*;q=x', ''),
    prefer: fc.constantFrom('respond-async', 'return=representation', 'x', ''),
    'x-parley-dialect': fc.constantFrom('native', 'make', 'unknown', ''),
  },
  { requiredKeys: [] },
)
/** Most requests have none of them. */
const someHeaders = fc.oneof({ weight: 3, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: headers })

/** Operations that did what they are for at least once. */
const reached = new Set<Operation>()

/** The error must be in the envelope of the operation's dialect. */
function expectEnvelope({ dialect, fixtures }: LawRoute, type: string, text: string): void {
  const printed = dialect.printError(new AppError('internal'), { requestId: '', path: '' })
  expect(type).toBe(printed.contentType)
  const body = parseJson(text)
  expect(dialect.errorSchema.safeParse(body).error, text).toBeUndefined()
  const code = body === undefined ? null : fixtures.codeOf(body)
  if (code !== null) expect(Object.keys(errors)).toContain(code)
}

async function send(
  one: Operation,
  target: string,
  extra: Record<string, string>,
  body: string | null,
): Promise<void> {
  const reply = await fetch(server.url + target, {
    method: one.route.endpoint.method,
    headers: {
      authorization: `Bearer ${server.workspace.ownerKey}`,
      ...extra,
      ...(body !== null && { 'content-type': 'application/json' }),
    },
    ...(body !== null && { body }),
  })
  const type = reply.headers.get('content-type') ?? ''
  if (type.startsWith('text/event-stream')) {
    reached.add(one)
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
  if (reply.status < 400) reached.add(one)
  else expectEnvelope(one.route, type, text)
}

const all = (await Promise.all(server.dialects.map(operationsOf))).flat()
const done = all.filter(({ route }) => !route.endpoint.unavailable)
console.info(`fuzz seed ${fuzzSeed} (set FUZZ_SEED to repeat)`)

test('there are operations to try, each of them described', () => {
  expect(done.length).toBeGreaterThan(50)
  expect(all.filter(({ operation }) => Object.keys(operation).length === 0)).toEqual([])
})

test.each(all)('$name answers whatever it is sent without failing', async (one) => {
  const { unavailable, method } = one.route.endpoint
  const anyBody = method === 'GET' ? fc.constant(null) : fc.constantFrom('{', '{"a":1}')
  const request = fc.record({
    path: await paths(one),
    query: await queries(one),
    headers: someHeaders,
    body: unavailable ? anyBody : await bodies(one),
  })
  await fc.assert(
    fc.asyncProperty(request, async ({ path, query, headers: extra, body }) => {
      await send(one, path + query, extra, body)
    }),
    { seed: fuzzSeed, numRuns: unavailable ? runsOfUnavailable : runsPerRoute, endOnFailure: true },
  )
  const ready = await fetch(`${server.url}/readyz`)
  expect(ready.status).toBe(200)
})

test('most operations were reached, not only their refusals', () => {
  expect(reached.size).toBeGreaterThan(done.length * 0.7)
})
