import { afterAll, beforeAll, expect, test } from 'vitest'
import { agentServices, testWorkspace } from '../../../test/support/agent-services.ts'
import { testDatabase } from '../../../test/support/database.ts'
import { AppError } from '../../errors.ts'
import type { Database } from '../../storage/database.ts'
import type { ModelChoice } from '../agents/agent.ts'
import { emptyDefinition } from '../agents/definition.ts'
import type { Principal } from '../access/principal.ts'

let database: Database
let member: Principal
let stranger: Principal

beforeAll(async () => {
  database = await testDatabase()
  member = await (await testWorkspace(database)).person('member')
  stranger = await (await testWorkspace(database)).person('owner')
})
afterAll(async () => database[Symbol.asyncDispose]())

const environment = { openai: { apiKey: 'sk-environment', baseUrl: null } }

function choice(change: Partial<ModelChoice>): ModelChoice {
  const nothing = { provider: null, name: null, connectionId: null, temperature: null }
  return {
    ...nothing,
    maxOutputTokens: null,
    reasoningEffort: null,
    fallbacks: [],
    promptCaching: false,
    endpoint: null,
    ...change,
  }
}

const refusal = (code: string, message?: string) =>
  expect.objectContaining({
    code,
    ...(message === undefined ? {} : { message: expect.stringContaining(message) }),
  })

test('nothing chosen is the default, and warm it is the same model', async () => {
  const { models, targets } = agentServices(database, { environment })
  const first = await models.resolve(member.workspaceId, null)
  expect(first).toMatchObject({ name: 'openai/gpt-5.2', requestedName: 'openai/gpt-5.2' })
  expect((await models.resolve(member.workspaceId, choice({ provider: 'openai' }))).model).toBe(first.model)
  expect((await models.resolve(member.workspaceId, 'openai/gpt-5.2')).model).toBe(first.model)
  expect(targets).toEqual([
    {
      provider: 'openai',
      model: 'gpt-5.2',
      baseUrl: null,
      apiKey: 'sk-environment',
      headers: {},
      trusted: true,
    },
  ])
})

test('a bare name belongs to the vendor of the price table, else to the default provider', async () => {
  const keys = { ...environment, anthropic: { apiKey: 'k', baseUrl: null } }
  const { models } = agentServices(database, { environment: keys })
  const name = async (bare: string) => (await models.resolve(member.workspaceId, choice({ name: bare }))).name
  expect(await name('claude-sonnet-4-5')).toBe('anthropic/claude-sonnet-4-5')
  expect(await name('our-own-model')).toBe('openai/our-own-model')
})

test('a provider without its key says which variable to set, at run time only', async () => {
  const { models, agents } = agentServices(database, { environment })
  await expect(models.resolve(member.workspaceId, 'anthropic/claude-x')).rejects.toEqual(
    refusal('model_without_credential', 'set ANTHROPIC_API_KEY'),
  )
  const model = choice({ provider: 'anthropic', name: 'claude-x', fallbacks: ['groq/x'] })
  expect((await agents.create(member, { definition: { ...emptyDefinition('A'), model } })).version).toBe(1)
})

test('an unknown provider, connection or fallback is refused when it is written', async () => {
  const { agents, connections } = agentServices(database)
  const create = (model: ModelChoice) =>
    agents.create(member, { definition: { ...emptyDefinition('A'), model } })
  await expect(create(choice({ provider: 'nobody', name: 'x' }))).rejects.toEqual(
    refusal('unknown_model', 'nobody'),
  )
  await expect(create(choice({ fallbacks: ['nobody/x'] }))).rejects.toEqual(
    refusal('unknown_model', 'fallbacks[0]'),
  )
  const foreign = await connections.create(stranger, {
    name: 'Theirs',
    provider: 'openai',
    baseUrl: null,
    credential: 'sk-stranger-key',
    headers: {},
  })
  await expect(create(choice({ connectionId: foreign.id }))).rejects.toEqual(refusal('connection_not_found'))
})

test('an alias answers for the name that was asked for, and both are told', async () => {
  const { models } = agentServices(database, { aliases: 'anthropic/*=ollama/qwen3' })
  expect(await models.resolve(member.workspaceId, 'anthropic/claude-x')).toMatchObject({
    name: 'ollama/qwen3',
    requestedName: 'anthropic/claude-x',
  })
})

test('a connection brings its own credential; a change reaches the next run', async () => {
  const { models, connections, targets } = agentServices(database, {
    environment,
    aliases: 'openai/*=ollama/x',
  })
  const connection = await connections.create(member, {
    name: 'Ours',
    provider: 'openai',
    baseUrl: 'https://gateway.example/v1',
    credential: 'sk-connection-0001',
    headers: { 'X-Team': 'blue-team' },
  })
  const chosen = choice({ connectionId: connection.id, name: 'gpt-x' })
  const first = await models.resolve(member.workspaceId, chosen)
  expect(first.name).toBe('openai/gpt-x')
  expect((await models.resolve(member.workspaceId, chosen)).model).toBe(first.model)
  await connections.patch(member, connection.id, { credential: 'sk-connection-0002' })
  await models.resolve(member.workspaceId, chosen)
  const target = { provider: 'openai', model: 'gpt-x', baseUrl: 'https://gateway.example/v1', trusted: false }
  expect(targets).toEqual([
    { ...target, apiKey: 'sk-connection-0001', headers: { 'X-Team': 'blue-team' } },
    { ...target, apiKey: 'sk-connection-0002', headers: { 'X-Team': 'blue-team' } },
  ])
  await expect(models.resolve(stranger.workspaceId, chosen)).rejects.toEqual(refusal('connection_not_found'))
})

test('a connection without a credential never borrows the one of the environment', async () => {
  const { models, connections, targets } = agentServices(database, { environment })
  const create = (baseUrl: string | null) =>
    connections.create(member, { name: 'Bare', provider: 'openai', baseUrl, credential: null, headers: {} })
  const vendor = await create(null)
  await expect(
    models.resolve(member.workspaceId, choice({ connectionId: vendor.id, name: 'x' })),
  ).rejects.toEqual(refusal('model_without_credential', 'give the connection a credential'))
  const elsewhere = await create('https://attacker.example/v1')
  await models.resolve(member.workspaceId, choice({ connectionId: elsewhere.id, name: 'x' }))
  expect(targets[0]).toMatchObject({ apiKey: null, trusted: false })
})

test('a connection to a local server that the operator did not name is not trusted', async () => {
  const { models, connections, targets } = agentServices(database)
  const { id } = await connections.create(member, {
    name: 'Local',
    provider: 'vllm',
    baseUrl: null,
    credential: null,
    headers: {},
  })
  await models.resolve(member.workspaceId, choice({ connectionId: id, name: 'x' }))
  expect(targets[0]).toMatchObject({ trusted: false })
})

test('the cost of a call is a plain decimal', async () => {
  const { models } = agentServices(database, { environment })
  const { costOf } = await models.resolve(member.workspaceId, 'openai/gpt-4o-mini')
  const usage = {
    inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 },
    outputTokens: { total: 0, text: 0, reasoning: 0 },
  }
  expect(costOf(usage)).toBe('0.00000015')
  expect((await models.resolve(member.workspaceId, 'openai/unheard-of')).costOf(usage)).toBeNull()
})

test('the list says what is reachable, what is not and why, the default first', async () => {
  let asked = 0
  const services = agentServices(database, {
    environment,
    listModels: async ({ provider }) => {
      asked += 1
      if (provider === 'demo') return ['demo']
      if (provider === 'openai') return ['gpt-5.2', 'gpt-other']
      throw new AppError('provider_unavailable', { detail: 'It is down.' })
    },
  })
  const { id } = await services.connections.create(stranger, {
    name: 'Down',
    provider: 'groq',
    baseUrl: null,
    credential: 'gsk-a-credential',
    headers: {},
  })
  const list = await services.models.list(stranger)
  expect(list[0]).toMatchObject({
    name: 'openai/gpt-5.2',
    isDefault: true,
    reachable: true,
    connectionId: null,
  })
  const by = (name: string, connectionId: string | null = null) =>
    list.find((model) => model.name === name && model.connectionId === connectionId)
  expect(by('openai/gpt-other')).toMatchObject({ reachable: true, isDefault: false, isLanguageModel: true })
  expect(by('demo/demo')).toMatchObject({ reachable: true, isLanguageModel: false })
  expect(by('anthropic/claude-sonnet-4-5')).toMatchObject({
    reachable: false,
    why: 'Set ANTHROPIC_API_KEY or add a connection.',
  })
  expect(by('groq/openai/gpt-oss-120b', id)).toMatchObject({ reachable: false, why: 'It is down.' })
  const before = asked
  await services.models.list(stranger)
  expect(asked).toBe(before)
  services.clock.move(30_000)
  await services.models.list(stranger)
  expect(asked).toBe(before * 2)
})

test('providers and the models they are known for are told without asking anybody', () => {
  const { models } = agentServices(database, {
    localServers: [{ provider: 'ollama', baseUrl: 'http://127.0.0.1:11434/v1', models: ['qwen3', 'llama'] }],
    configuredDefault: 'xai/grok-of-ours',
  })
  const providers = models.providers()
  expect(providers[0]).toMatchObject({ name: 'openai', label: 'OpenAI' })
  expect(providers.find(({ name }) => name === 'google')?.label).toBe('Google Gemini')
  const openai = models.knownModels('openai')
  expect(openai[0]).toBe('gpt-5.2')
  expect(openai).toContain('gpt-4.1')
  expect(openai.filter((name) => name === 'gpt-5.2')).toHaveLength(1)
  expect(models.knownModels('xai').slice(0, 2)).toEqual(['grok-of-ours', 'grok-4'])
  expect(models.knownModels('ollama')).toEqual(['qwen3', 'llama'])
  expect(models.knownModels('azure')).toEqual([])
  expect(models.knownModels('nobody')).toEqual([])
})

const nowhere = { baseUrl: null, apiKey: null, credential: null, headers: {} }

test('an endpoint’s own address is never trusted and gets no key but its own', async () => {
  const { models, targets } = agentServices(database, { environment, aliases: 'openai/*=ollama/x' })
  const at = (endpoint: Partial<NonNullable<ModelChoice['endpoint']>>) =>
    models.resolve(member.workspaceId, choice({ name: 'gpt-x', endpoint: { ...nowhere, ...endpoint } }))
  expect((await at({ baseUrl: 'https://a.example/v1' })).name).toBe('openai/gpt-x')
  await at({ baseUrl: 'https://a.example/v1', apiKey: 'own' })
  expect((await at({ apiKey: 'own' })).name).toBe('openai/gpt-x')
  expect((await at({ headers: { 'X-A': '1' } })).name).toBe('ollama/x')
  const target = { provider: 'openai', model: 'gpt-x', headers: {} }
  expect(targets).toEqual([
    { ...target, baseUrl: 'https://a.example/v1', apiKey: null, trusted: false },
    { ...target, baseUrl: 'https://a.example/v1', apiKey: 'own', trusted: false },
    { ...target, baseUrl: null, apiKey: 'own', trusted: true },
    { provider: 'ollama', model: 'x', baseUrl: null, apiKey: null, headers: { 'x-a': '1' }, trusted: true },
  ])
})

test('a credential is a connection of the same workspace and provider', async () => {
  const { models, connections, targets } = agentServices(database, { environment })
  const named = (provider: string, credential: string) =>
    connections.create(member, { name: 'Shared name', provider, baseUrl: null, credential, headers: {} })
  await named('openai', 'sk-openai-0001')
  await named('groq', 'gsk-groq-0001')
  const endpoint = { ...nowhere, credential: 'Shared name' }
  const chosen = (provider: string) => choice({ provider, name: 'x', endpoint })
  await models.resolve(member.workspaceId, chosen('openai'))
  await models.resolve(member.workspaceId, chosen('groq'))
  expect(targets.map(({ apiKey }) => apiKey)).toEqual(['sk-openai-0001', 'gsk-groq-0001'])
  await expect(models.resolve(member.workspaceId, chosen('anthropic'))).rejects.toEqual(
    refusal('invalid_request', 'model.provider: the connection leads to'),
  )
  await expect(models.resolve(stranger.workspaceId, chosen('openai'))).rejects.toEqual(
    refusal('connection_not_found', 'model.endpoint.credential'),
  )
})

test.each<[boolean, string, string, string | null]>([
  [true, 'openai', 'gpt-5.2', null],
  [true, 'openai', 'gpt-unheard-of', null],
  [false, 'openai', 'claude-sonnet-4-5', null],
  [false, 'anthropic', 'gpt-5.2', null],
  [true, 'openai', 'claude-sonnet-4-5', 'https://gateway.example/v1'],
  [false, 'groq', 'gpt-5.2', null],
  [true, 'helicone', 'gpt-5.2', null],
  [true, 'openrouter', 'openai/gpt-oss-120b', null],
  [true, 'ollama', 'qwen3', null],
  [true, 'demo', 'demo', null],
  [false, 'demo', 'gpt-5.2', null],
  [false, 'demo', 'unheard-of', null],
  [false, 'openai', 'demo', null],
])('that it may be is %s of %s and %s at %s', (may, provider, model, baseUrl) => {
  const { models } = agentServices(database)
  expect(models.offers({ provider, baseUrl, source: 'stored' }, model)).toBe(may)
})

test('the operator may let a provider of the environment stand for another', () => {
  const { models } = agentServices(database, { aliases: 'openai/claude-*=anthropic/claude-*' })
  const connection = { provider: 'openai', baseUrl: null }
  expect(models.offers({ ...connection, source: 'environment' }, 'claude-sonnet-4-5')).toBe(true)
  expect(models.offers({ ...connection, source: 'stored' }, 'claude-sonnet-4-5')).toBe(false)
})
