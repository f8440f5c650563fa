import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Principal } from '../../src/core/access/principal.ts'
import type {
  AgentDefinition,
  ModelChoice,
  ModelEndpoint,
  RunOverrides,
} from '../../src/core/agents/agent.ts'
import { anyModel, emptyDefinition } from '../../src/core/agents/definition.ts'
import { newId, printId } from '../../src/lib/ids.ts'
import { startFakeAnthropic } from '../support/fake-anthropic.ts'
import { startFakeOpenAi } from '../support/fake-openai.ts'
import type { FakeVendor, RecordedRequest } from '../support/scripted-answer.ts'
import { allEvents } from '../support/sse-client.ts'
import { startTestServer, type TestServer } from '../support/server.ts'

const answer = () => ({ pieces: [{ text: 'Here.' }] })

/** The environment's vendor, and one that only tenants know. */
let environment: FakeVendor
let tenants: FakeVendor
let claude: FakeVendor
let server: TestServer
let owner: Principal

beforeAll(async () => {
  environment = await startFakeOpenAi({ respond: answer })
  tenants = await startFakeOpenAi({ respond: answer })
  claude = await startFakeAnthropic({ respond: answer })
  const env = {
    OPENAI_API_KEY: 'sk-environment',
    OPENAI_BASE_URL: environment.url,
    ANTHROPIC_API_KEY: 'sk-anthropic',
    ANTHROPIC_BASE_URL: claude.url,
  }
  server = await startTestServer({ env })
  owner = await server.server.services.access.authenticate(server.ownerKey)
})
beforeEach(() => {
  for (const vendor of [environment, tenants, claude]) vendor.requests.length = 0
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  for (const vendor of [environment, tenants, claude]) await vendor.close()
})

async function agentAt(endpoint: Partial<ModelEndpoint> | null, more: Partial<ModelChoice> = {}) {
  const nothing: ModelEndpoint = { baseUrl: null, apiKey: null, credential: null, headers: {} }
  const whole = endpoint === null ? null : { ...nothing, ...endpoint }
  const model = { ...anyModel, provider: 'openai', name: 'gpt-x', endpoint: whole, ...more }
  const definition = { ...emptyDefinition('Somewhere'), instructions: 'Be brief.', model }
  const { agents } = server.server.services
  return await agents.create(owner, { definition })
}

async function connection(name: string, baseUrl: string | null, more: object = {}) {
  const { connections } = server.server.services
  const given = { name, provider: 'openai', baseUrl, credential: `sk-${name}-0001`, headers: {}, ...more }
  return await connections.create(owner, given)
}

async function run(agent: { id: string }) {
  const path = `/v1/agents/${printId('agent', agent.id)}/runs`
  return (await server.call('POST', path, { input: 'Go.' })).body
}

async function runWith(agentId: string, overrides: RunOverrides) {
  const id = newId()
  const request = {
    id,
    agentId,
    input: [{ type: 'text' as const, text: 'Go.' }],
    thread: null,
    version: null,
    tools: [],
    metadata: {},
    dialect: 'native',
    source: 'api',
    answering: { approvals: 'park' as const, clientTools: 'unavailable' as const },
    parentRunId: null,
    background: false,
    delaySeconds: 0,
    overrides,
  }
  await (
    await server.server.services.runs.create(owner, request)
  ).stored
  const path = `/v1/runs/${printId('run', id)}`
  await allEvents(
    await server.open('GET', `${path}/events`, undefined, { headers: { accept: 'text/event-stream' } }),
  )
  return (await server.call('GET', path)).body
}

function withEndpoint(change: Partial<ModelEndpoint>) {
  return (current: AgentDefinition): AgentDefinition => {
    const { model } = current
    if (!model?.endpoint) throw new Error('The endpoint is gone.')
    return { ...current, model: { ...model, endpoint: { ...model.endpoint, ...change } } }
  }
}

const keyOf = (request: RecordedRequest | undefined) => request?.headers['authorization']

test('an agent’s own key and address are used, and its headers are sent', async () => {
  const agent = await agentAt({
    baseUrl: tenants.url,
    apiKey: 'sk-of-the-agent',
    headers: { 'X-Team': 'blue-team' },
  })
  expect(await run(agent)).toMatchObject({ state: 'completed', output: 'Here.' })
  expect(environment.requests).toEqual([])
  expect(tenants.requests[0]?.headers).toMatchObject({
    authorization: 'Bearer sk-of-the-agent',
    'x-team': 'blue-team',
  })
})

test('an agent’s own key goes where the environment says when the agent names no address', async () => {
  expect((await run(await agentAt({ apiKey: 'sk-of-the-agent' }))).state).toBe('completed')
  expect(environment.requests.map(keyOf)).toEqual(['Bearer sk-of-the-agent'])
})

test('an address without a key is never sent the key of the environment', async () => {
  expect((await run(await agentAt({ baseUrl: tenants.url }))).state).toBe('completed')
  expect(tenants.requests.map(keyOf)).toEqual([undefined])
  expect(JSON.stringify(tenants.requests)).not.toContain('sk-environment')
})

test('headers alone leave the environment’s key in use', async () => {
  expect((await run(await agentAt({ headers: { 'X-Team': 'red-team' } }))).state).toBe('completed')
  expect(environment.requests[0]?.headers).toMatchObject({
    authorization: 'Bearer sk-environment',
    'x-team': 'red-team',
  })
})

test('an address inside our network is not called', async () => {
  const inside = tenants.url.replace('127.0.0.1', 'localhost')
  const ended = await run(await agentAt({ baseUrl: inside, apiKey: 'sk-of-the-agent' }))
  expect(ended).toMatchObject({ state: 'failed', error: { code: 'provider_rejected' } })
  expect(ended.error.message).toContain('localhost')
  expect(tenants.requests).toEqual([])
})

test('a credential is the connection of that name at the moment of the run', async () => {
  const agent = await agentAt({ credential: 'Gateway' })
  const before = await run(agent)
  expect(before).toMatchObject({ state: 'failed', error: { code: 'connection_not_found' } })
  expect(before.error.message).toContain('model.endpoint.credential: "Gateway" is the name of no connection')
  await connection('Gateway', tenants.url, { headers: { 'x-team': 'theirs', 'x-plan': 'gold' } })
  expect((await run(agent)).state).toBe('completed')
  const more = await agentAt({ credential: 'Gateway', headers: { 'X-Team': 'mine' } })
  expect((await run(more)).state).toBe('completed')
  const sent = { authorization: 'Bearer sk-Gateway-0001', 'x-plan': 'gold' }
  expect(tenants.requests.map(({ headers }) => headers)).toMatchObject([
    { ...sent, 'x-team': 'theirs' },
    { ...sent, 'x-team': 'mine' },
  ])
  expect(environment.requests).toEqual([])
})

test('an agent’s secrets do not follow a connection to where others move it', async () => {
  const { agents, connections } = server.server.services
  const { id } = await connection('movable', tenants.url)
  const byId = await agentAt({ apiKey: 'sk-of-the-agent' }, { connectionId: id })
  const byName = await agentAt({ credential: 'movable', headers: { 'X-A': 'hidden' } })
  for (const agent of [byId, byName]) expect((await run(agent)).state).toBe('completed')
  expect(tenants.requests).toHaveLength(2)

  await connections.patch(owner, id, { baseUrl: environment.url, credential: 'sk-movable-0002' })
  for (const [agent, field] of [
    [byId, 'api_key'],
    [byName, 'headers'],
  ] as const) {
    const ended = await run(agent)
    expect(ended).toMatchObject({ state: 'failed', error: { code: 'invalid_request' } })
    expect(ended.error.message).toBe(
      `model.endpoint.${field}: was written when the connection did not lead to ${environment.url}; write the value again.`,
    )
  }
  const rename = { definition: (current: AgentDefinition) => ({ ...current, name: 'Renamed' }) }
  for (const agent of [byId, byName]) {
    expect((await run(await agents.patch(owner, agent.id, rename))).state).toBe('failed')
  }
  expect(environment.requests).toEqual([])

  const again = await agents.patch(owner, byId.id, {
    definition: withEndpoint({ apiKey: 'sk-written-again' }),
  })
  expect((await run(again)).state).toBe('completed')
  expect(environment.requests.map(keyOf)).toEqual(['Bearer sk-written-again'])
})

test('of several secrets none is taken to the place that another one was written for', async () => {
  const { agents, connections } = server.server.services
  const { id } = await connection('movable-too', tenants.url)
  const agent = await agentAt({ apiKey: 'sk-of-the-agent' }, { connectionId: id })
  await connections.patch(owner, id, { baseUrl: environment.url, credential: 'sk-movable-0002' })
  await expect(
    agents.patch(owner, agent.id, { definition: withEndpoint({ headers: { 'X-New': 'mine' } }) }),
  ).rejects.toMatchObject({
    fields: [
      {
        field: 'model.endpoint.api_key',
        message: 'the model is now reached at another address; send the value again',
      },
    ],
  })
})

test('secrets written before their connection was there are for no connection', async () => {
  const agent = await agentAt({ credential: 'not-yet', headers: { 'X-A': 'hidden' } })
  await connection('not-yet', tenants.url)
  const ended = await run(agent)
  expect(ended.error.message).toContain(
    'model.endpoint.headers: was written when the connection did not lead to',
  )
  expect(tenants.requests).toEqual([])
})

test.each(['Helicone-Target-URL', 'helicone-openai-api-base', 'cf-aig-anything'])(
  'the header %s may turn only an agent’s own key elsewhere',
  async (name) => {
    const headers = { [name]: 'https://elsewhere.example' }
    const field = `model.endpoint.headers.${name}`
    const { id } = await connection(`turned-${name}`, tenants.url)
    const refused = { code: 'invalid_request', fields: [{ field }] }
    await expect(agentAt({ headers })).rejects.toMatchObject(refused)
    await expect(agentAt({ headers }, { connectionId: id })).rejects.toMatchObject(refused)
    const sameHost = await run(await agentAt({ baseUrl: tenants.url, headers }, { connectionId: id }))
    expect(sameHost).toMatchObject({ state: 'failed', error: { code: 'invalid_request' } })
    expect(sameHost.error.message).toContain(
      `${field}: would turn the call elsewhere, with a key that is not in`,
    )
    expect(tenants.requests).toEqual([])
    const own = await run(await agentAt({ apiKey: 'sk-own', headers }, { connectionId: id }))
    expect(own.state).toBe('completed')
  },
)

test('a later connection of the same name takes nothing over', async () => {
  await connection('Shared', tenants.url)
  await connection('Shared', environment.url, { credential: 'sk-Other-0001' })
  expect((await run(await agentAt({ credential: 'Shared' }))).state).toBe('completed')
  expect(keyOf(tenants.requests[0])).toBe('Bearer sk-Shared-0001')
  expect(environment.requests).toEqual([])
})

test('of a key, a credential and a connection the key wins, then the credential', async () => {
  const { id } = await connection('by-id', tenants.url)
  await connection('by-name', tenants.url)
  const keys = { apiKey: 'sk-own', credential: 'by-name' }
  await run(await agentAt(keys, { connectionId: id }))
  await run(await agentAt({ credential: 'by-name' }, { connectionId: id }))
  await run(await agentAt({}, { connectionId: id }))
  expect(tenants.requests.map(keyOf)).toEqual([
    'Bearer sk-own',
    'Bearer sk-by-name-0001',
    'Bearer sk-by-id-0001',
  ])
})

test('an agent’s secrets do not follow a connection to another path of the same host', async () => {
  const { connections } = server.server.services
  const { id } = await connection('gateway', tenants.url)
  const agent = await agentAt({ apiKey: 'sk-of-the-agent' }, { connectionId: id })
  expect((await run(agent)).state).toBe('completed')
  const { origin } = new URL(tenants.url)
  await connections.patch(owner, id, { baseUrl: `${origin}/team-b`, credential: 'sk-gateway-0002' })
  const ended = await run(agent)
  expect(ended.error.message).toBe(
    `model.endpoint.api_key: was written when the connection did not lead to ${origin}/team-b; write the value again.`,
  )
  await connections.patch(owner, id, { baseUrl: tenants.url, credential: 'sk-gateway-0001' })
  expect((await run(agent)).state).toBe('completed')
  expect(tenants.requests.map(keyOf)).toEqual(['Bearer sk-of-the-agent', 'Bearer sk-of-the-agent'])
})

test('with a key of its own the name of a credential that does not exist is no obstacle', async () => {
  const agent = await agentAt({ baseUrl: tenants.url, apiKey: 'sk-own', credential: '<string>' })
  expect((await run(agent)).state).toBe('completed')
})

test('a connection’s secrets go to the address that an agent names only at or below its own', async () => {
  const host = new URL(tenants.url).origin
  await connection('home', `${host}/`)
  for (const baseUrl of [tenants.url, `${tenants.url}/`]) {
    const home = await agentAt({ credential: 'home', baseUrl })
    expect((await run(home)).state).toBe('completed')
  }
  expect(tenants.requests.map(keyOf)).toEqual(['Bearer sk-home-0001', 'Bearer sk-home-0001'])
  tenants.requests.length = 0
  await connection('team', `${tenants.url}/team-a`)
  for (const path of [
    '',
    '/team-b',
    '/team-ab',
    '/team-a/../team-b',
    '/team-a/%2e%2e/x',
    '/team-a/..%2Fteam-b',
  ]) {
    const refused = await run(await agentAt({ credential: 'team', baseUrl: tenants.url + path }))
    expect(refused).toMatchObject({ state: 'failed', error: { code: 'invalid_request' } })
    expect(refused.error.message).toContain(`is not where the connection leads, ${tenants.url}/team-a`)
  }
  await connection('vendor', null)
  const ended = await run(await agentAt({ credential: 'vendor', baseUrl: tenants.url }))
  expect(ended).toMatchObject({ state: 'failed', error: { code: 'invalid_request' } })
  expect(ended.error.message).toContain('is not where the connection leads, https://api.openai.com')
  expect(tenants.requests).toEqual([])
})

test('an address that is none is kept as it was written, and refused by the run that needs it', async () => {
  const agent = await agentAt({ baseUrl: '<string>', apiKey: '<string>' })
  expect(agent.definition.model?.endpoint?.baseUrl).toBe('<string>')
  const ended = await run(agent)
  expect(ended).toMatchObject({ state: 'failed', error: { code: 'invalid_request' } })
  expect(ended.error.message).toContain(
    'model.endpoint.base_url: "<string>" is no http or https address; give the address of the provider',
  )
  expect([environment, tenants].flatMap(({ requests }) => requests)).toEqual([])
})

test.each([
  [{ headers: { Host: 'x' } }, 'model.endpoint.headers.Host', 'is set by the server'],
  [{ headers: { 'Proxy-Authorization': 'x' } }, 'model.endpoint.headers.Proxy-Authorization', 'is set by'],
  [{ headers: { 'X Y': 'x' } }, 'model.endpoint.headers.X Y', 'is not a header name'],
  [{ headers: { 'X-Y': 'a\nb' } }, 'model.endpoint.headers.X-Y', 'headers cannot carry'],
  [{ apiKey: 'two words' }, 'model.endpoint.api_key', 'without spaces'],
  [{ credential: '' }, 'model.endpoint.credential', 'name of a connection'],
])('an endpoint with %j is refused when it is written', async (endpoint, field, message) => {
  await expect(agentAt(endpoint)).rejects.toMatchObject({
    code: 'invalid_request',
    fields: [{ field, message: expect.stringContaining(message) }],
  })
})

test('keys and header values are shown as ***, which on a write keeps them', async () => {
  const agent = await agentAt({
    baseUrl: tenants.url,
    apiKey: 'sk-very-secret',
    headers: { 'X-A': 'hidden' },
  })
  const shown = agent.definition.model
  expect(shown?.endpoint).toMatchObject({ apiKey: '***', headers: { 'X-A': '***' } })
  const { agents } = server.server.services
  const renamed = await agents.patch(owner, agent.id, {
    definition: (current) => ({ ...current, name: 'Renamed' }),
  })
  expect((await run(renamed)).state).toBe('completed')
  expect(tenants.requests[0]?.headers).toMatchObject({
    authorization: 'Bearer sk-very-secret',
    'x-a': 'hidden',
  })
  const answers = await Promise.all([
    server.call('GET', `/v1/agents/${printId('agent', agent.id)}`),
    server.call('GET', `/v1/agents/${printId('agent', agent.id)}/versions`),
    server.call('GET', '/v1/runs'),
  ])
  expect(JSON.stringify(answers)).not.toMatch(/sk-very-secret|hidden/)
})

test('stored secrets do not follow a model to another host or provider', async () => {
  const agent = await agentAt({
    baseUrl: tenants.url,
    apiKey: 'sk-very-secret',
    headers: { 'X-A': 'hidden' },
  })
  const { agents } = server.server.services
  const move = (change: Partial<ModelChoice>, endpoint: Partial<ModelEndpoint>) =>
    agents.patch(owner, agent.id, {
      definition(current) {
        const { model } = current
        if (!model?.endpoint) throw new Error('The endpoint is gone.')
        return { ...current, model: { ...model, ...change, endpoint: { ...model.endpoint, ...endpoint } } }
      },
    })
  const message = 'the model is now reached at another address; send the value again'
  const fields = [
    { field: 'model.endpoint.api_key', message },
    { field: 'model.endpoint.headers.X-A', message },
  ]
  await expect(move({}, { baseUrl: 'https://elsewhere.example/v1' })).rejects.toMatchObject({ fields })
  await expect(move({ provider: 'anthropic' }, { baseUrl: null })).rejects.toMatchObject({ fields })
  await move({}, { baseUrl: `${tenants.url}/deeper` })
  await move({}, { baseUrl: environment.url, apiKey: 'sk-new', headers: {} })
  await run(agent)
  expect(environment.requests.map(keyOf)).toEqual(['Bearer sk-new'])
})

test('a run with another provider uses nothing of what its agent says about its own', async () => {
  const agent = await agentAt({ baseUrl: tenants.url, apiKey: 'sk-of-the-agent' })
  const ended = await runWith(agent.id, { model: { provider: 'anthropic', name: 'claude-x' } })
  expect(ended).toMatchObject({ state: 'completed', output: 'Here.' })
  expect(claude.requests[0]?.headers['x-api-key']).toBe('sk-anthropic')
  await runWith(agent.id, { model: { provider: 'openai', name: 'gpt-y' } })
  expect(tenants.requests.map(keyOf)).toEqual(['Bearer sk-of-the-agent'])
})

test('with caching on both wires are asked for it, and otherwise say nothing of it', async () => {
  const claudeModel = { provider: 'anthropic', name: 'claude-sonnet-4-5' }
  const openai = await agentAt(null, { promptCaching: true })
  await run(openai)
  await run(await agentAt(null))
  await run(await agentAt(null, { promptCaching: true, ...claudeModel }))
  await run(await agentAt(null, claudeModel))
  const [cached, plain] = environment.requests
  expect(cached?.body?.['prompt_cache_key']).toBe(`parley-${openai.id}`)
  expect(plain?.body).not.toHaveProperty('prompt_cache_key')
  const [marked, unmarked] = claude.requests
  expect(marked?.body?.['system']).toEqual([
    { type: 'text', text: 'Be brief.', cache_control: { type: 'ephemeral' } },
  ])
  expect(unmarked?.body?.['system']).toBe('Be brief.')
  expect(JSON.stringify(unmarked?.body)).not.toContain('cache_control')
})

test.each([
  ['low', 'low', 2_048],
  ['medium', 'medium', 8_192],
  ['high', 'high', 24_576],
  ['xhigh', 'high', 49_152],
] as const)('the effort %s is %s on one wire and %i tokens on the other', async (effort, word, budget) => {
  await run(await agentAt(null, { reasoningEffort: effort }))
  await run(
    await agentAt(null, { reasoningEffort: effort, provider: 'anthropic', name: 'claude-sonnet-4-5' }),
  )
  expect(environment.requests[0]?.body?.['reasoning_effort']).toBe(word)
  expect(claude.requests[0]?.body?.['thinking']).toEqual({ type: 'enabled', budget_tokens: budget })
})
