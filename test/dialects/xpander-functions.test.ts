import { afterAll, beforeAll, expect } from 'vitest'
import { toolRequirements } from '../../src/dialects/xpander/requirements/requirements-tools.ts'
import { printId } from '../../src/lib/ids.ts'
import { checkReply } from '../support/http-reply.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { startToolSite, type ToolSite } from '../support/tool-site.ts'
import { verifies } from '../support/verifies.ts'

let server: TestServer
let site: ToolSite

beforeAll(async () => {
  server = await startTestServer({ hooks: { onReply: checkReply } })
  site = await startToolSite()
})
afterAll(async () => {
  await server?.[Symbol.asyncDispose]()
  await site?.[Symbol.asyncDispose]()
})

const promise = (ids: string[], sentence: string, run: () => Promise<void>) =>
  verifies(toolRequirements, ids, sentence, run)

const list = '/v1/custom_functions'
const call = (method: string, path: string, body?: unknown) => server.call(method, `/xpander${path}`, body)
const parameters = {
  type: 'object',
  properties: { order_id: { type: 'string' }, urgent: { type: 'boolean' } },
  required: ['order_id'],
}

let made = 0
const unique = () => `find_order_${(made += 1)}`

function definition(more: object = {}) {
  return {
    name: unique(),
    description: 'Looks an order up.',
    input_schema: parameters,
    http: {
      method: 'GET',
      url: 'https://shop.example/orders/{order_id}',
      headers: { 'X-Shop': 'canary-secret' },
    },
    limits: { max_run_time: 30 },
    ...more,
  }
}

async function create(more: object = {}) {
  const { status, body } = await call('POST', list, definition(more))
  expect(status, JSON.stringify(body)).toBe(201)
  return body
}

promise(['xpander.functions.create'], 'a function is made of a request, and answered whole', async () => {
  const sent = definition()
  const { status, body } = await call('POST', list, sent)
  expect(status).toBe(201)
  expect(body).toEqual({
    id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    name: sent.name,
    description: 'Looks an order up.',
    technical_description: null,
    status: 'ready',
    limits: { max_run_time: 30 },
    input_schema: parameters,
    source_code: '',
    analysis_error_details: null,
    organization_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/),
    http: {
      method: 'GET',
      url: 'https://shop.example/orders/{order_id}',
      headers: { 'X-Shop': '***' },
    },
  })
  const least = await call('POST', list, { name: unique(), http: { url: 'https://shop.example/x' } })
  expect(least.body).toMatchObject({
    description: '',
    limits: { max_run_time: 15 },
    input_schema: { type: 'object', properties: {} },
    http: { method: 'POST', headers: {} },
  })
})

promise(['xpander.functions.create'], 'what is wrong with a function is named as it was sent', async () => {
  const cases: [object, (string | number)[]][] = [
    [{ http: undefined }, ['body', 'http']],
    [{ http: { method: 'GET' } }, ['body', 'http', 'url']],
    [{ http: { url: 'nowhere' } }, ['body', 'http', 'url']],
    [
      { http: { url: 'https://a.example', headers: { 'bad name': 'x' } } },
      ['body', 'http', 'headers', 'bad name'],
    ],
    [{ name: 'two words' }, ['body', 'name']],
    [{ name: undefined }, ['body', 'name']],
    [{ input_schema: { type: 'string' } }, ['body', 'input_schema']],
    [{ limits: { max_run_time: 0 } }, ['body', 'limits', 'max_run_time']],
  ]
  for (const [more, loc] of cases) {
    const { status, body } = await call('POST', list, definition(more))
    expect([status, body.detail[0].loc], JSON.stringify(more)).toEqual([422, loc])
  }
})

promise(
  ['xpander.functions.source_code', 'xpander.functions.function_name'],
  'source code is refused with a sentence that says what to send; the name of a function in it says nothing',
  async () => {
    const sourceCode = 'def xpander_run_action(order_id: str):\n    return order_id\n'
    const refused = await call('POST', list, { name: unique(), source_code: sourceCode })
    expect(refused.status).toBe(501)
    expect(refused.body.message).toContain('source_code: ')
    expect(refused.body.message).toContain('send http instead: {"method": "POST", "url": "https://…"')
    const { id } = await create({ source_code: '', function_name: 'xpander_run_action' })
    const changed = await call('PATCH', `${list}/${id}`, { source_code: sourceCode })
    expect([changed.status, changed.body.detail.startsWith('source_code: ')]).toEqual([501, true])
    const generated = await call('POST', `${list}/generate`, { query: 'x', user_function: '' })
    expect([generated.status, generated.body.message]).toEqual([
      501,
      'Source code is neither written nor executed by this server; make a function with POST /v1/custom_functions and http.',
    ])
  },
)

promise(['xpander.functions.list'], 'shared http tools are functions, whoever made them', async () => {
  const own = await create()
  const elsewhere = await server.call('POST', '/v1/tools', {
    type: 'http',
    name: unique(),
    url: 'https://shop.example/x',
  })
  const client = await server.call('POST', '/v1/tools', { type: 'function', name: unique() })
  expect([elsewhere.status, client.status]).toEqual([201, 201])
  const { status, body } = await call('GET', `${list}?per_page=2`)
  expect(status).toBe(200)
  expect(body).toMatchObject({ page: 1, per_page: 2 })
  expect(body.total_pages).toBe(Math.ceil(body.total / 2))
  expect(body.items.map(({ name }: { name: string }) => name)).toEqual([elsewhere.body.name, own.name])
  expect((await call('GET', `${list}?page=2&per_page=1`)).body.items).toEqual([own])
  expect((await call('GET', `${list}?per_page=51`)).status).toBe(422)
  expect((await call('GET', `${list}/${own.id}`)).body).toEqual(own)
})

promise(['xpander.functions.update'], 'a change touches what it has and nothing else', async () => {
  const before = await create()
  const { status, body } = await call('PATCH', `${list}/${before.id}`, {
    description: 'Another.',
    http: { method: 'POST' },
  })
  expect(status).toBe(200)
  expect(body).toEqual({ ...before, description: 'Another.', http: { ...before.http, method: 'POST' } })
  const tool = await server.call('GET', `/v1/tools/${printId('tool', before.id)}`)
  expect(tool.body).toMatchObject({ effects: 'once', revision: 2 })
  const http = { url: 'https://shop.example/y' }
  const moved = await call('PATCH', `${list}/${before.id}`, { http })
  expect([moved.status, moved.body.detail[0].loc]).toEqual([422, ['body', 'http', 'headers', 'X-Shop']])
  const headers = { 'X-Shop': 'canary' }
  const more = { name: unique(), input_schema: null, limits: null, http: { ...http, headers } }
  expect((await call('PATCH', `${list}/${before.id}`, more)).body).toMatchObject({
    name: more.name,
    input_schema: { type: 'object', properties: {} },
    limits: { max_run_time: 15 },
    http: { method: 'POST', url: 'https://shop.example/y' },
  })
  const wrong = await call('PATCH', `${list}/${before.id}`, { http: { url: 'nowhere' } })
  expect([wrong.status, wrong.body.detail[0].loc]).toEqual([422, ['body', 'http', 'url']])
})

promise(['xpander.functions.secrets'], 'header values are sent and never shown', async () => {
  site.answer('/secret', () => ({ body: {} }))
  const { id } = await create({
    http: { url: `${site.url}/secret`, headers: { Authorization: 'Bearer canary-secret' } },
  })
  await call('PATCH', `${list}/${id}`, {
    http: { headers: { Authorization: '***', 'X-More': 'canary-more' } },
  })
  const replies = [await call('GET', list), await call('GET', `${list}/${id}`)]
  expect(JSON.stringify(replies.map(({ body }) => body))).not.toContain('canary')
  await call('POST', `${list}/${id}/execute`, { order_id: '1' })
  expect(site.callsOf('/secret')[0]?.headers).toMatchObject({
    authorization: 'Bearer canary-secret',
    'x-more': 'canary-more',
  })
})

promise(
  ['xpander.functions.execute'],
  'a function is called once, and what came of it answered',
  async () => {
    site.answer('/orders/', ({ path, query }) => ({
      body: { order: path.slice('/orders/'.length), ...query },
    }))
    const { id } = await create({ http: { method: 'GET', url: `${site.url}/orders/{order_id}` } })
    const done = await call('POST', `${list}/${id}/execute`, { order_id: '1182', urgent: true })
    expect([done.status, done.body]).toEqual([
      200,
      { result: { order: '1182', urgent: 'true' }, is_error: false, error: null },
    ])
    expect(site.callsOf('/orders/1182')).toHaveLength(1)
    site.answer('/orders/broken', () => ({ status: 500, body: { error: 'out of order' } }))
    const failed = await call('POST', `${list}/${id}/execute`, { order_id: 'broken' })
    expect([failed.status, failed.body.is_error, failed.body.error]).toEqual([200, true, expect.any(String)])
    const wrong = await call('POST', `${list}/${id}/execute`, {})
    expect([wrong.status, wrong.body.detail[0].loc]).toEqual([422, ['body', 'order_id']])
  },
)

promise(['xpander.functions.delete'], 'a function goes when no agent uses it', async () => {
  const { id } = await create()
  const agent = await server.call('POST', '/v1/agents', {
    name: 'Desk',
    tools: [{ type: 'reference', tool_id: printId('tool', id) }],
  })
  const inUse = await call('DELETE', `${list}/${id}`)
  expect([inUse.status, inUse.body.message]).toEqual([409, expect.stringContaining('"Desk"')])
  expect((await server.call('DELETE', `/v1/agents/${agent.body.id}`)).status).toBe(204)
  expect((await call('DELETE', `${list}/${id}`)).status).toBe(204)
  for (const [method, path] of [
    ['GET', ''],
    ['PATCH', ''],
    ['DELETE', ''],
    ['POST', '/execute'],
  ] as const) {
    const gone = await call(method, `${list}/${id}${path}`, method === 'GET' ? undefined : {})
    expect([gone.status, gone.body.detail]).toEqual([404, expect.stringContaining('not found')])
  }
  expect((await call('GET', `${list}/none`)).status).toBe(404)
})
