import { afterAll, beforeAll, expect } from 'vitest'
import type { Role } from '../../src/core/access/principal.ts'
import { talkifaiRequirements } from '../../src/dialects/talkifai/requirements.ts'
import { parseId } from '../../src/lib/ids.ts'
import type { JsonObject } from '../../src/lib/json.ts'
import { callsTools, says, startScenario, type Scenario, type ScenarioAgent } from '../support/scenario.ts'
import type { CallOptions } from '../support/server.ts'
import { verifies } from '../support/verifies.ts'

let scenario: Scenario
beforeAll(async () => {
  scenario = await startScenario()
})
afterAll(async () => await scenario[Symbol.asyncDispose]())

const promise = (ids: string[], sentence: string, run: () => Promise<void>) =>
  verifies(talkifaiRequirements, ids, sentence, run)

const call = (method: string, path: string, body?: unknown, options?: CallOptions) =>
  scenario.server.call(method, `/talkifai${path}`, body, options)

const parameters = {
  type: 'object',
  properties: { order_id: { type: 'string' } },
  required: ['order_id'],
}
const definition = (more: object = {}) => ({
  name: 'check_order_status',
  label: 'Order status',
  description: 'Looks an order up.',
  endpoint: 'https://shop.example/api/orders',
  headers: { Authorization: 'Bearer canary' },
  parameters,
  ...more,
})

/** A text agent that lists these functions. */
async function agent(enabledCustomFunctions: string[] = []): Promise<string> {
  const body = { name: 'Desk', agentArchitecture: 'text', model: 'gpt-4o-mini', systemPrompt: 'Help.' }
  const made = await call('POST', '/v1/agents', { ...body, mode: 'public', enabledCustomFunctions })
  expect(made.status, JSON.stringify(made.body)).toBe(201)
  return made.body.data.id
}

const create = (agentId: string, body: object) => call('POST', `/api/custom-functions/${agentId}`, body)
const update = (agentId: string, body: object) => call('PUT', `/api/custom-functions/${agentId}`, body)
const listed = async (query: string) => (await call('GET', `/api/custom-functions${query}`)).body.functions

/** The id of a new function. */
async function made(agentId: string, more: object = {}): Promise<string> {
  const { status, body } = await create(agentId, definition(more))
  expect(status, JSON.stringify(body)).toBe(201)
  return body.function.id
}

async function keyOf(role: Role): Promise<string> {
  const { keys, authenticate } = scenario.server.server.services.access
  const owner = await authenticate(scenario.server.ownerKey)
  const { secret } = await keys.create(owner, { name: role, dialect: 'talkifai', role })
  return secret ?? ''
}

/** Tools of the agent as the native API has them. */
const tools = async (agentId: string) => (await scenario.call('GET', `/v1/agents/${agentId}`)).body.tools

promise(['talkifai.functions.create'], 'a function is made as it is written and answered whole', async () => {
  const agentId = await agent()
  const { status, body } = await create(agentId, definition())
  expect(status).toBe(201)
  expect(body).toEqual({
    success: true,
    function: {
      id: expect.stringMatching(/^func_\w+$/),
      name: 'check_order_status',
      label: 'Order status',
      description: 'Looks an order up.',
      endpoint: 'https://shop.example/api/orders',
      method: 'POST',
      headers: { Authorization: '***' },
      parameters,
      agentId,
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      updatedAt: body.function.createdAt,
    },
  })
  const least = await create(agentId, { name: 'least', endpoint: 'https://shop.example/x' })
  expect(least.body.function).toMatchObject({
    label: 'least',
    description: '',
    method: 'POST',
    headers: {},
    parameters: { type: 'object', properties: {} },
  })
  const unknown = await create('agent_0000000000000000000000', definition())
  expect(unknown.status).toBe(404)
  expect(unknown.body).toMatchObject({ success: false, code: 'AGENT_NOT_FOUND' })
})

promise(['talkifai.functions.list'], 'functions are listed for one agent, or for all', async () => {
  const [one, other] = [await agent(), await agent()]
  const first = await made(one)
  const second = await made(one, { name: 'cancel_order' })
  const third = await made(other)
  const ids = async (query: string) => (await listed(query)).map(({ id }: { id: string }) => id)
  expect(await ids(`?agentId=${one}`)).toEqual([second, first])
  expect(await ids(`?agentId=${other}`)).toEqual([third])
  expect((await ids('')).slice(0, 3)).toEqual([third, second, first])
  expect((await call('GET', '/api/custom-functions?agentId=nobody')).status).toBe(404)
})

promise(['talkifai.functions.update'], 'an update changes what it has and nothing else', async () => {
  const agentId = await agent()
  const id = await made(agentId)
  const [before] = await listed(`?agentId=${agentId}`)
  const changed = await update(agentId, { id, description: 'Finds an order.' })
  expect(changed.status).toBe(200)
  expect(changed.body.success).toBe(true)
  expect(changed.body.function).toEqual({
    ...before,
    description: 'Finds an order.',
    updatedAt: expect.any(String),
  })
  expect(Date.parse(changed.body.function.updatedAt)).toBeGreaterThan(Date.parse(before.updatedAt))
  const other = { functionId: id, label: null, method: 'GET', parameters: null }
  expect((await update(agentId, other)).body.function).toMatchObject({
    label: 'check_order_status',
    method: 'GET',
    parameters: { type: 'object', properties: {} },
  })
  expect((await update(agentId, { description: 'x' })).body).toMatchObject({
    code: 'VALIDATION_ERROR',
    details: [{ field: 'id', message: 'is required' }],
  })
  expect((await update(await agent(), { id, description: 'x' })).body).toMatchObject({
    code: 'NOT_FOUND',
    error: 'This agent has no custom function with this id.',
  })
})

promise(['talkifai.functions.delete'], 'a function that was deleted is gone from its agent', async () => {
  const agentId = await agent(['check_order_status'])
  const id = await made(agentId)
  expect(await tools(agentId)).toHaveLength(1)
  const path = `/api/custom-functions/${agentId}?functionId=${id}`
  const { status, body } = await call('DELETE', path)
  expect(status).toBe(200)
  expect(body).toEqual({ success: true, message: 'Custom function deleted successfully' })
  expect(await tools(agentId)).toEqual([])
  expect(await listed(`?agentId=${agentId}`)).toEqual([])
  expect((await call('DELETE', path)).status).toBe(404)
  expect((await call('DELETE', `/api/custom-functions/${agentId}`)).body.details).toEqual([
    { field: 'functionId', message: expect.any(String) },
  ])
})

promise(['talkifai.functions.delete'], 'a function that another agent uses is not deleted', async () => {
  const agentId = await agent(['check_order_status'])
  const id = await made(agentId)
  const [reference] = await tools(agentId)
  await scenario.call('POST', '/v1/agents', { name: 'Other', tools: [reference] })
  const { status, body } = await call('DELETE', `/api/custom-functions/${agentId}?functionId=${id}`)
  expect(status).toBe(409)
  expect(body.code).toBe('CONFLICT')
  expect(await tools(agentId)).toEqual([reference])
})

promise(
  ['talkifai.functions.go_with_agent'],
  'an agent that is deleted leaves no function behind',
  async () => {
    const agentId = await agent(['check_order_status'])
    await made(agentId)
    await made(agentId, { name: 'cancel_order' })
    const [kept] = await tools(agentId)
    await scenario.call('POST', '/v1/agents', { name: 'Other', tools: [kept] })
    const names = async () => {
      const { data } = (await scenario.call('GET', '/v1/tools?limit=100')).body
      const own = data.filter((tool: { extensions?: object }) =>
        JSON.stringify(tool.extensions ?? {}).includes(parseId('agent', agentId) ?? '-'),
      )
      return own.map(({ name }: { name: string }) => name)
    }
    expect(await names()).toEqual(['cancel_order', 'check_order_status'])
    expect((await call('DELETE', `/v1/agents/${agentId}`)).status).toBe(200)
    expect(await names()).toEqual(['check_order_status'])
    expect((await call('GET', `/api/custom-functions?agentId=${agentId}`)).status).toBe(404)
  },
)

promise(['talkifai.functions.validation'], 'what no function can be is refused by its field', async () => {
  const agentId = await agent()
  const refused = async (more: object) => {
    const { status, body } = await create(agentId, definition(more))
    expect([status, body.code]).toEqual([400, 'VALIDATION_ERROR'])
    return body.details.map(({ field }: { field: string }) => field)
  }
  for (const name of ['CheckOrder', 'check-order', '1st', '', 'x'.repeat(65), null, undefined])
    expect(await refused({ name }), String(name)).toEqual(['name'])
  expect(await refused({ method: 'DELETE' })).toEqual(['method'])
  expect(await refused({ endpoint: undefined })).toEqual(['endpoint'])
  expect(await refused({ endpoint: 'https://shop.example/{order}' })).toEqual(['endpoint'])
  expect(await refused({ parameters: { type: 'array' } })).toEqual(['parameters'])
  expect(await refused({ parameters: { type: 'object', properties: 5 } })).toEqual(['parameters'])
  expect(await refused({ headers: { 'Idempotency-Key': 'x' } })).toEqual(['headers.Idempotency-Key'])
  expect(await refused({ headers: { a: 5 } })).toEqual(['headers.a'])
  expect(await refused({ headers: { Authorization: '***' } })).toEqual(['headers.Authorization'])
  expect(await refused({ label: 'x'.repeat(201) })).toEqual(['label'])
  expect(await listed(`?agentId=${agentId}`)).toEqual([])
})

promise(['talkifai.functions.unique_name'], 'an agent has one function of a name', async () => {
  const [agentId, other] = [await agent(), await agent()]
  const both = await Promise.all([1, 2, 3, 4].map(() => create(agentId, definition())))
  expect(both.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409])
  expect(both.find(({ status }) => status === 409)?.body).toMatchObject({ success: false, code: 'CONFLICT' })
  await made(other)
  const id = await made(agentId, { name: 'cancel_order' })
  expect((await update(agentId, { id, name: 'check_order_status' })).status).toBe(409)
  expect((await update(agentId, { id, name: 'cancel_order' })).status).toBe(200)
  const names = (await listed(`?agentId=${agentId}`)).map(({ name }: { name: string }) => name)
  expect(names).toEqual(['cancel_order', 'check_order_status'])
})

promise(['talkifai.functions.https'], 'plain http goes to private networks only', async () => {
  const agentId = await agent()
  const status = async (endpoint: string) =>
    (await create(agentId, definition({ name: `f_${crypto.randomUUID().slice(0, 8)}`, endpoint }))).status
  expect(await status('http://shop.example/api')).toBe(400)
  expect(await status('http://8.8.8.8/api')).toBe(400)
  expect(await status('ftp://shop.example/api')).toBe(400)
  expect(await status('/examples/orders')).toBe(400)
  expect(await status('http://127.0.0.1:9/api')).toBe(201)
  expect(await status('http://[::1]:9/api')).toBe(201)
  expect(await status('http://shop:8080/api')).toBe(201)
  const id = await made(agentId)
  expect((await update(agentId, { id, endpoint: 'http://shop.example/api' })).body.details).toEqual([
    { field: 'endpoint', message: 'must begin with https://' },
  ])
})

promise(
  ['talkifai.functions.roles'],
  'a member changes no function of an agent of the organization',
  async () => {
    const agentId = await agent()
    const id = await made(agentId)
    const key = await keyOf('member')
    const path = `/api/custom-functions/${agentId}`
    for (const [method, where, body] of [
      ['POST', path, definition({ name: 'other' })],
      ['PUT', path, { id, description: 'x' }],
      ['DELETE', `${path}?functionId=${id}`, undefined],
    ] as const) {
      const reply = await call(method, where, body, { key })
      expect([reply.status, reply.body.code]).toEqual([403, 'FORBIDDEN'])
    }
    expect((await call('GET', `/api/custom-functions?agentId=${agentId}`, undefined, { key })).status).toBe(
      200,
    )
  },
)

promise(
  ['talkifai.functions.enabled_by_name'],
  'an agent has the functions it lists, whenever they are made or renamed',
  async () => {
    const agentId = await agent(['check_order_status', 'cancel_order'])
    expect(await tools(agentId)).toEqual([])
    const id = await made(agentId)
    await made(agentId, { name: 'unlisted' })
    const reference = { type: 'reference', tool_id: expect.any(String), revision: null, approval: null }
    expect(await tools(agentId)).toEqual([reference])
    expect((await update(agentId, { id, name: 'other' })).status).toBe(200)
    expect(await tools(agentId)).toEqual([])
    expect((await update(agentId, { id, name: 'cancel_order' })).status).toBe(200)
    expect(await tools(agentId)).toEqual([reference])
    const unlist = { enabledCustomFunctions: ['unlisted'] }
    expect((await call('PATCH', `/v1/agents/${agentId}`, unlist)).status).toBe(200)
    const [now] = await tools(agentId)
    expect((await scenario.call('GET', `/v1/tools/${now.tool_id}`)).body.name).toBe('unlisted')
  },
)

promise(
  ['talkifai.functions.enabled_by_name'],
  'a function whose name another tool of the agent has is refused',
  async () => {
    const agentId = await agent(['check_order_status'])
    const own = { type: 'function', name: 'check_order_status', parameters: { type: 'object' } }
    expect((await scenario.call('PATCH', `/v1/agents/${agentId}`, { tools: [own] })).status).toBe(200)
    expect((await create(agentId, definition())).status).toBe(409)
    expect(await listed(`?agentId=${agentId}`)).toEqual([])
  },
)

/** Runs an agent whose model calls `check_order_status` once: what the model was then told of it. */
async function told(more: object, args: object = { order_id: 'A-1' }): Promise<string> {
  const runner = await scenario.agent([
    callsTools(['call_1', 'check_order_status', { ...args }]),
    says('Noted.'),
  ])
  await enabled(runner, more)
  const run = await scenario.run(runner, 'Where is it?')
  expect(run).toMatchObject({ state: 'completed', output: 'Noted.' })
  const messages = runner.requests()[1]?.body?.['messages']
  return Array.isArray(messages) ? (messages.at(-1) as { content: string }).content : '' // the fake vendor's own wire
}

async function enabled(runner: ScenarioAgent, more: object): Promise<string> {
  const listing = { enabledCustomFunctions: ['check_order_status'], functionCallingEnabled: true }
  const patched = await call('PATCH', `/v1/agents/${runner.id}`, listing)
  expect(patched.status, JSON.stringify(patched.body)).toBe(200)
  return await made(runner.id, { endpoint: `${scenario.site.url}/orders`, ...more })
}

promise(
  ['talkifai.functions.call', 'talkifai.functions.headers'],
  'a call sends the arguments and the headers',
  async () => {
    scenario.site.answer('/orders', () => ({ body: { result: 'It shipped.' } }))
    expect(await told({})).toBe('It shipped.')
    const [post] = scenario.site.callsOf('/orders').slice(-1)
    expect(post).toMatchObject({ method: 'POST', query: {}, body: { order_id: 'A-1' } })
    expect(post?.headers).toMatchObject({
      'content-type': 'application/json',
      authorization: 'Bearer canary',
      'idempotency-key': expect.stringMatching(/^effect_/),
    })
    expect(await told({ method: 'GET' })).toBe('It shipped.')
    const [get] = scenario.site.callsOf('/orders').slice(-1)
    expect(get).toMatchObject({ method: 'GET', query: { order_id: 'A-1' }, body: undefined })
    expect(get?.headers['authorization']).toBe('Bearer canary')
  },
)

promise(['talkifai.functions.headers'], 'a stored header value is kept, for the same host only', async () => {
  const runner = await scenario.agent([
    callsTools(['call_1', 'check_order_status', { order_id: '1' }]),
    says('Ok.'),
  ])
  const id = await enabled(runner, {})
  const kept = await update(runner.id, { id, headers: { Authorization: '***', 'X-More': 'canary-2' } })
  expect(kept.body.function.headers).toEqual({ Authorization: '***', 'X-More': '***' })
  expect(JSON.stringify(await listed(''))).not.toContain('canary')
  for (const name of ['other', 'check_order_status'])
    expect((await update(runner.id, { id, name })).status).toBe(200)
  scenario.site.answer('/orders', () => ({ body: {} }))
  await scenario.run(runner, 'Where is it?')
  const [last] = scenario.site.callsOf('/orders').slice(-1)
  expect(last?.headers).toMatchObject({ authorization: 'Bearer canary', 'x-more': 'canary-2' })
  const moved = await update(runner.id, { id, endpoint: 'https://elsewhere.example/' })
  expect(moved.status).toBe(400)
  expect(moved.body.details[0].field).toBe('headers.Authorization')
})

promise(['talkifai.functions.reply'], 'the model is given one text of the answer', async () => {
  const answers: [JsonObject, string][] = [
    [{ result: 'r', data: 'd', message: 'm' }, 'r'],
    [{ data: { state: 'shipped' }, message: 'm' }, '{"state":"shipped"}'],
    [{ message: 'm' }, 'm'],
    [{ state: 'shipped' }, '{"state":"shipped"}'],
  ]
  for (const [body, text] of answers) {
    scenario.site.answer('/orders', () => ({ body }))
    expect(await told({})).toBe(text)
  }
})

promise(['talkifai.functions.failure'], 'the model reads the status of a call that failed', async () => {
  scenario.site.answer('/orders', () => ({ status: 503, body: { result: 'secret inside' } }))
  expect(await told({})).toBe('Error: 503')
})

promise(
  ['talkifai.functions.failure'],
  'a call has 30 seconds, and the model reads that they are over',
  async () => {
    const runner = await scenario.agent([
      callsTools(['call_1', 'check_order_status', { order_id: '1' }]),
      says('Ok.'),
    ])
    await enabled(runner, {})
    const [{ tool_id: toolId }] = await tools(runner.id)
    expect((await scenario.call('GET', `/v1/tools/${toolId}`)).body.timeout_seconds).toBe(30)
    // As long as the test can wait; the form of the reply stays what the function's own API made it.
    expect((await scenario.call('PATCH', `/v1/tools/${toolId}`, { timeout_seconds: 1 })).status).toBe(200)
    scenario.site.answer('/orders', async ({ aborted }) => {
      await aborted
      return { body: {} }
    })
    expect(await scenario.run(runner, 'Where is it?')).toMatchObject({ state: 'completed', output: 'Ok.' })
    expect(JSON.stringify(runner.requests()[1]?.body)).toContain('Error: timeout')
    expect(await listed(`?agentId=${runner.id}`)).toHaveLength(1)
  },
)
