import { afterAll, beforeAll, expect, test } from 'vitest'
import { agentServices } from '../../../../test/support/agent-services.ts'
import { testDatabase } from '../../../../test/support/database.ts'
import { startHttpServer, type HttpTestServer } from '../../../../test/support/http-server.ts'
import type { ParsedJson } from '../../../../test/support/parsed-json.ts'
import { parseId } from '../../../lib/ids.ts'
import type { JsonObject } from '../../../lib/json.ts'
import type { Database } from '../../../storage/database.ts'
import { agentEndpoints } from './agents.ts'

let database: Database
let server: HttpTestServer
let services: ReturnType<typeof agentServices>

beforeAll(async () => {
  database = await testDatabase()
  services = agentServices(database)
  server = await startHttpServer(database, { endpoints: agentEndpoints(services) })
})
afterAll(async () => {
  await server.close()
  await database[Symbol.asyncDispose]()
})

interface Reply {
  status: number
  body: ParsedJson
}

async function call(method: string, path: string, body?: JsonObject): Promise<Reply> {
  const response = await fetch(`${server.url}/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${server.ownerKey}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  })
  return { status: response.status, body: await response.json() }
}

async function create(more: JsonObject): Promise<Reply['body']> {
  const reply = await call('POST', '/agents', { name: 'Desk', ...more })
  expect(reply.status, JSON.stringify(reply.body)).toBe(201)
  return reply.body
}

const owner = () => server.access.authenticate(server.ownerKey)

const until = { type: 'gte', term: null, path: 'score', value: 0.9 }
const when = { type: 'regex', term: '^stop', path: null, value: null }
const whole = {
  limits: { tool_calls: 5, at_tool_calls: 'answer' },
  history: { runs: 3, tool_calls: 20 },
  strategies: {
    retry: { attempts: 2 },
    iterate: { times: 3, until },
    stop: { on_failure: true, when },
    deduplicate: { selectors: ['order.id', 'text'], minutes: 60 },
  },
  supervised: true,
  notices: {
    on_success: [
      { url: 'https://hooks.example/done', headers: { 'X-Key': 'canary' }, subject: 'Done', body: null },
    ],
    on_error: [{ url: 'https://hooks.example/failed', headers: {}, subject: null, body: 'It failed.' }],
  },
}
const shown = {
  ...whole,
  notices: {
    ...whole.notices,
    on_success: [{ ...whole.notices.on_success[0], headers: { 'X-Key': '***' } }],
  },
}

test('strategies, supervision, notices and what is shown of history are printed as they were written', async () => {
  const agent = await create(whole)
  expect(agent).toMatchObject(shown)
  expect((await call('GET', `/agents/${agent.id}`)).body).toEqual(agent)
  const { limits, history, strategies, supervised, notices } = agent
  const again = await call('PATCH', `/agents/${agent.id}`, {
    limits,
    history,
    strategies,
    supervised,
    notices,
  })
  expect([again.status, again.body.version], JSON.stringify(again.body)).toEqual([200, 1])
})

test('what is left out of them is at its default, and null takes each back there', async () => {
  const bare = {
    limits: { tool_calls: null, at_tool_calls: 'fail' },
    history: { runs: 10, tool_calls: null },
    strategies: { retry: null, iterate: null, stop: null, deduplicate: null },
    supervised: false,
    notices: { on_success: [], on_error: [] },
  }
  const short = await create({
    strategies: { iterate: { times: 2 }, stop: { when: { type: 'not_empty' } } },
    notices: { on_error: [{ url: 'https://hooks.example/' }] },
  })
  expect(short).toMatchObject({
    ...bare,
    strategies: {
      retry: null,
      iterate: { times: 2, until: null },
      stop: { on_failure: false, when: { type: 'not_empty', term: null, path: null, value: null } },
      deduplicate: null,
    },
    notices: {
      on_success: [],
      on_error: [{ url: 'https://hooks.example/', headers: {}, subject: null, body: null }],
    },
  })
  const { id } = await create(whole)
  const nothing = { limits: null, history: null, strategies: null, supervised: null, notices: null }
  expect((await call('PATCH', `/agents/${id}`, nothing)).body).toMatchObject({ ...bare, version: 2 })
})

test('a patch changes one part of a strategy and leaves the others', async () => {
  const { id } = await create(whole)
  const patched = await call('PATCH', `/agents/${id}`, {
    strategies: { iterate: { until: { value: 1 } }, retry: null, deduplicate: { minutes: 5 } },
  })
  expect(patched.body.strategies, JSON.stringify(patched.body)).toEqual({
    retry: null,
    iterate: { times: 3, until: { ...until, value: 1 } },
    stop: whole.strategies.stop,
    deduplicate: { selectors: ['order.id', 'text'], minutes: 5 },
  })
  const incomplete = await call('PATCH', `/agents/${id}`, { strategies: { retry: {} } })
  expect(incomplete.body.errors.map(({ field }: { field: string }) => field)).toEqual([
    'strategies.retry.attempts',
  ])
})

test('two versions differ in these fields by their own names', async () => {
  const { id } = await create(whole)
  await call('PATCH', `/agents/${id}`, {
    supervised: false,
    strategies: { retry: { attempts: 4 }, stop: null },
    limits: { at_tool_calls: null },
    model: { prompt_caching: true },
  })
  const { data } = (await call('GET', `/agents/${id}/versions/1/diff/2`)).body
  expect(data).toEqual(
    expect.arrayContaining([
      { path: 'limits.at_tool_calls', before: 'answer', after: 'fail' },
      { path: 'strategies.retry.attempts', before: 2, after: 4 },
      { path: 'strategies.stop', before: whole.strategies.stop, after: null },
      { path: 'supervised', before: true, after: false },
    ]),
  )
})

test('a notice that another API wrote goes on being told in its form; a new one is told in ours', async () => {
  const { id } = await create({})
  const agentId = parseId('agent', id) ?? ''
  const principal = await owner()
  const theirs = { url: 'https://theirs.example/', headers: {}, subject: null, body: null, dialect: 'make' }
  await services.agents.patch(principal, agentId, {
    definition: (current) => ({ ...current, notices: { onSuccess: [theirs], onError: [] } }),
    draft: false,
  })
  const ours = { url: 'https://ours.example/' }
  await call('PATCH', `/agents/${id}`, {
    notices: { on_success: [ours, { url: theirs.url, subject: 'New' }], on_error: [ours] },
  })
  const { notices } = (await services.agents.get(principal, agentId)).definition
  expect(notices.onSuccess.map(({ url, dialect }) => [url, dialect])).toEqual([
    [ours.url, 'native'],
    [theirs.url, 'make'],
  ])
  expect(notices.onError.map(({ dialect }) => dialect)).toEqual(['native'])
})

const endpoint = {
  base_url: 'https://models.example/v1',
  api_key: 'sk-canary-key',
  credential: 'Ours',
  headers: { 'X-Team': 'canary-team', 'X-Site': 'canary-site' },
}
const shownEndpoint = { ...endpoint, api_key: '***', headers: { 'X-Team': '***', 'X-Site': '***' } }

test("a model's endpoint and caching are printed without its secrets, and what is printed keeps them", async () => {
  const agent = await create({ model: { provider: 'openai', name: 'm', prompt_caching: true, endpoint } })
  expect(agent.model).toMatchObject({ prompt_caching: true, endpoint: shownEndpoint })
  const { id, model } = agent
  expect((await call('PATCH', `/agents/${id}`, { model })).body.version).toBe(1)
  const patched = await call('PATCH', `/agents/${id}`, {
    model: { endpoint: { credential: null, headers: { 'X-Site': null } } },
  })
  expect(patched.body.model.endpoint, JSON.stringify(patched.body)).toEqual({
    ...shownEndpoint,
    credential: null,
    headers: { 'X-Team': '***' },
  })
  const resolved = await services.agents.resolveForRun(
    (await owner()).workspaceId,
    parseId('agent', id) ?? '',
  )
  expect(resolved.definition.model?.endpoint).toMatchObject({
    apiKey: 'sk-canary-key',
    headers: { 'X-Team': 'canary-team' },
  })
  expect((await call('PATCH', `/agents/${id}`, { model: { endpoint: null } })).body.model.endpoint).toBeNull()
})

test.each(['think', 'analyze'])('the tool %s is attached by its type, and printed so', async (type) => {
  const agent = await create({ tools: [{ type }] })
  expect(agent.tools).toEqual([{ type, approval: 'never' }])
})

test.each<[JsonObject, string, string]>([
  [{ strategies: { colour: {} } }, 'unknown_field', 'strategies.colour'],
  [{ strategies: { retry: { attempts: 0 } } }, 'invalid_request', 'strategies.retry.attempts'],
  [{ strategies: { retry: { attempts: '3' } } }, 'invalid_request', 'strategies.retry.attempts'],
  [{ strategies: { iterate: { times: 0 } } }, 'invalid_request', 'strategies.iterate.times'],
  [
    { strategies: { iterate: { times: 1, until: { type: 'like' } } } },
    'invalid_request',
    'strategies.iterate.until.type',
  ],
  [
    { strategies: { stop: { when: { type: 'regex', term: '(' } } } },
    'invalid_request',
    'strategies.stop.when.term',
  ],
  [
    { strategies: { deduplicate: { selectors: [], minutes: 1 } } },
    'invalid_request',
    'strategies.deduplicate.selectors',
  ],
  [{ history: { tool_calls: -1 } }, 'invalid_request', 'history.tool_calls'],
  [{ limits: { at_tool_calls: 'stop' } }, 'invalid_request', 'limits.at_tool_calls'],
  [{ supervised: 'yes' }, 'invalid_request', 'supervised'],
  [
    { notices: { on_success: [{ url: 'ftp://x.example/' }] } },
    'invalid_request',
    'notices.on_success[0].url',
  ],
  [
    { notices: { on_error: [{ url: 'https://x.example/', to: 'me' }] } },
    'unknown_field',
    'notices.on_error[0].to',
  ],
  [
    { model: { name: 'm', endpoint: { headers: { 'not a name': 'x' } } } },
    'invalid_request',
    'model.endpoint.headers.not a name',
  ],
  [{ model: { name: 'm', endpoint: { url: 'x' } } }, 'unknown_field', 'model.endpoint.url'],
])('%j is refused by name', async (change, code, field) => {
  const { id } = await create({})
  for (const reply of [
    await call('POST', '/agents', { name: 'Desk', ...change }),
    await call('PATCH', `/agents/${id}`, change),
  ]) {
    expect([reply.status, reply.body.code], JSON.stringify(reply.body)).toEqual([400, code])
    expect(reply.body.errors.map((error: { field: string }) => error.field)).toContain(field)
  }
})
