import { afterAll, beforeAll, expect } from 'vitest'
import { makeRequirements } from '../../src/dialects/make/requirements.ts'
import { printId } from '../../src/lib/ids.ts'
import { checkReply } from '../support/http-reply.ts'
import { makeTeam, type MakeTeam } from '../support/make-team.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { verifies } from '../support/verifies.ts'

let server: TestServer
let team: MakeTeam
/** Numbers of the connections that the environment makes. */
let openai: number
let demo: number

beforeAll(async () => {
  const env = { OPENAI_API_KEY: 'sk-make', OPENAI_BASE_URL: 'http://127.0.0.1:9/v1' }
  server = await startTestServer({ hooks: { onReply: checkReply }, env })
  team = await makeTeam(server)
  const { body } = await team.call('GET', `/ai-agents/v1/llm-providers?teamId=${team.teamId}`)
  openai = body.find((one: { provider: string }) => one.provider === 'openAi').id
  demo = body.find((one: { provider: string }) => one.provider === 'ai-agent-foundry-non-openai').id
})
afterAll(async () => {
  await server?.[Symbol.asyncDispose]()
})

const promise = (ids: string[], sentence: string, run: () => Promise<void>) =>
  verifies(makeRequirements, ids, sentence, run)

const agents = (rest = '', query = '') => `/ai-agents/v1/agents${rest}?teamId=${team.teamId}${query}`

/** The five fields. */
function refundDesk(more: object = {}) {
  return {
    name: 'Refund desk',
    teamId: team.teamId,
    makeConnectionId: openai,
    defaultModel: 'gpt-4.1-mini',
    systemPrompt: 'Resolve refund requests.',
    ...more,
  }
}

async function made(more: object = {}): Promise<string> {
  const { status, body } = await team.call('POST', agents(), refundDesk(more))
  if (status !== 201) throw new Error(JSON.stringify(body))
  return body.agentId
}

async function read(id: string) {
  const { status, body } = await team.call('GET', agents(`/${id}`))
  expect(status).toBe(200)
  return body
}

async function patch(id: string, body: object): Promise<void> {
  const reply = await team.call('PATCH', agents(`/${id}`), { ...body })
  expect(reply).toMatchObject({ status: 204, body: '' })
}

const uuid = expect.stringMatching(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)

promise(
  ['make.agents.create', 'make.agents.get', 'make.agents.ids', 'make.providers.agent'],
  'five fields make an agent, which is then read with every key',
  async () => {
    const { status, body } = await team.call('POST', agents(), refundDesk())
    expect(status).toBe(201)
    const listed = {
      id: uuid,
      name: 'Refund desk',
      teamId: team.teamId,
      createdAt: time,
      systemPrompt: 'Resolve refund requests.',
      defaultModel: 'gpt-4.1-mini',
      invocationConfig: { recursionLimit: 300 },
      scenarios: [],
      mcpConfigs: [],
      historyConfig: { iterationsFromHistoryCount: 10 },
      llmConfig: {},
      contexts: [],
      outputParser: {},
    }
    const whole = {
      ...listed,
      makeConnectionId: openai,
      makeConnectionType: 'openai-gpt-3',
      llmProviderId: openai,
      pastConfigurations: [],
    }
    expect(body).toEqual({ agentId: body.id, ...whole })
    expect(await read(body.agentId)).toEqual({ ...whole, id: body.agentId })
    const list = (await team.call('GET', agents())).body
    expect(list.find(({ id }: { id: string }) => id === body.id)).toEqual({ ...listed, id: body.id })
  },
)

promise(['make.agents.create.missing', 'make.errors.body'], 'every missing field is named', async () => {
  const { status, body } = await team.call('POST', agents(), {})
  expect(status).toBe(400)
  expect(body).toEqual({
    detail: 'Validation failed for 5 parameter(s).',
    message: 'Bad Request',
    code: 'SC400',
    suberrors: ['name', 'teamId', 'makeConnectionId', 'defaultModel', 'systemPrompt'].map((name) => ({
      message: `${name} Required`,
      name,
    })),
  })
})

promise(['make.agents.create.limits'], 'names and system prompts have their lengths', async () => {
  const name = '\u00e9'.repeat(128)
  expect((await read(await made({ name }))).name).toBe(name)
  for (const [field, value] of [
    ['name', ''],
    ['name', `${name}x`],
    ['systemPrompt', ''],
  ] as const) {
    const refused = await team.call('POST', agents(), refundDesk({ [field]: value }))
    expect(refused).toMatchObject({ status: 400, body: { suberrors: [{ name: field }] } })
  }
})

promise(['make.agents.create.repeat'], 'a create that is repeated makes one agent', async () => {
  const send = () =>
    fetch(`${server.url}/api/v2${agents()}`, {
      method: 'POST',
      headers: {
        authorization: `Token ${team.key}`,
        'content-type': 'application/json',
        'idempotency-key': 'make-once',
      },
      body: JSON.stringify(refundDesk({ name: 'Only once' })),
    })
  const [first, second] = [await send(), await send()]
  expect([first.status, second.status]).toEqual([201, 201])
  expect(await second.json()).toEqual(await first.json())
  const names = (await team.call('GET', agents())).body.map(({ name }: { name: string }) => name)
  expect(names.filter((name: string) => name === 'Only once')).toHaveLength(1)
})

promise(['make.agents.list', 'make.agents.list.page'], 'the list is sorted, cut and counted', async () => {
  for (const name of ['Zoo c', 'Zoo a', 'Zoo b']) await made({ name })
  const names = async (query: string) => {
    const { body } = await team.call('GET', agents('', query))
    return body.map(({ name }: { name: string }) => name)
  }
  const all = await names('')
  expect(all.slice(-3)).toEqual(['Zoo a', 'Zoo b', 'Zoo c'])
  expect(await names('&pg[sortDir]=desc&pg[limit]=2')).toEqual(['Zoo c', 'Zoo b'])
  expect(await names('&pg%5BsortDir%5D=desc&pg%5Blimit%5D=1&pg%5Boffset%5D=1')).toEqual(['Zoo b'])
  expect(await names('&pg[sortBy]=createdAt&pg[sortDir]=desc&pg[limit]=3')).toEqual([
    'Zoo b',
    'Zoo a',
    'Zoo c',
  ])
  expect(await names('&pg[sortBy]=id&pg[sortDir]=desc&pg[limit]=1')).toEqual(['Zoo b'])
  const { headers } = await team.call('GET', agents('', '&pg[limit]=1'))
  expect(headers.get('x-total-count')).toBe(String(all.length))
  const refused = await team.call('GET', agents('', '&pg[limit]=ten&pg[sortBy]=size'))
  expect(refused).toMatchObject({
    status: 400,
    body: {
      suberrors: [
        { message: 'pg[limit] must be a whole number', name: 'pg[limit]' },
        { message: 'pg[sortBy] must be "name", "createdAt" or "id"', name: 'pg[sortBy]' },
      ],
    },
  })
})

promise(
  ['make.agents.patch', 'make.agents.past', 'make.agents.invocation'],
  'a patch answers nothing, and leaves the old configuration behind',
  async () => {
    const id = await made({ invocationConfig: { recursionLimit: 40 } })
    await patch(id, { invocationConfig: { recursionLimit: 20 } })
    await patch(id, { name: 'Refunds' })
    await patch(id, { name: 'Refunds' })
    const agent = await read(id)
    expect(agent).toMatchObject({ name: 'Refunds', invocationConfig: { recursionLimit: 20 } })
    expect(agent.pastConfigurations).toEqual([
      {
        name: 'Refund desk',
        llmConfig: {},
        scenarios: [],
        mcpConfigs: [],
        defaultModel: 'gpt-4.1-mini',
        systemPrompt: 'Resolve refund requests.',
        historyConfig: { iterationsFromHistoryCount: 10 },
        invocationConfig: { recursionLimit: 20 },
      },
      expect.objectContaining({ name: 'Refund desk', invocationConfig: { recursionLimit: 40 } }),
    ])
    for (let i = 0; i < 21; i++) await patch(id, { name: `Refunds ${i}` })
    const unchanged = await made()
    await patch(unchanged, { invocationConfig: { recursionLimit: 300 }, llmConfig: {}, scenarios: [] })
    expect((await read(unchanged)).pastConfigurations).toEqual([])
    const { pastConfigurations } = await read(id)
    expect(pastConfigurations).toHaveLength(20)
    expect(pastConfigurations[0].name).toBe('Refunds 19')
  },
)

promise(['make.agents.patch.merge', 'make.agents.llm'], 'objects are merged, lists replaced', async () => {
  const id = await made({
    llmConfig: { maxTokens: 500 },
    invocationConfig: { recursionLimit: 40, timeout: 120 },
  })
  await patch(id, { llmConfig: { temperature: 0.5 }, invocationConfig: { recursionLimit: 41 } })
  expect(await read(id)).toMatchObject({
    llmConfig: { maxTokens: 500, temperature: 0.5 },
    invocationConfig: { recursionLimit: 41, timeout: 120 },
    systemPrompt: 'Resolve refund requests.',
  })
  await patch(id, { llmConfig: { maxTokens: null } })
  expect((await read(id)).llmConfig).toEqual({ temperature: 0.5 })
})

promise(['make.agents.patch.prefer'], 'the agent is answered to a patch that asks for it', async () => {
  const id = await made()
  const reply = await fetch(`${server.url}/api/v2${agents(`/${id}`)}`, {
    method: 'PATCH',
    headers: {
      authorization: `Token ${team.key}`,
      'content-type': 'application/json',
      prefer: 'respond-async, return=representation',
    },
    body: JSON.stringify({ systemPrompt: 'Be brief.' }),
  })
  expect(reply.status).toBe(200)
  expect(await reply.json()).toEqual(await read(id))
})

promise(['make.agents.patch.connection'], 'the connection cannot be changed', async () => {
  const id = await made()
  const { status, body } = await team.call('PATCH', agents(`/${id}`), { makeConnectionId: demo })
  expect(status).toBe(400)
  const message = 'makeConnectionId cannot be changed: an agent keeps the connection it was made with'
  expect(body.suberrors).toEqual([{ message, name: 'makeConnectionId' }])
  expect((await read(id)).makeConnectionId).toBe(openai)
})

promise(['make.agents.history'], 'null takes the history back to its default', async () => {
  const id = await made({ historyConfig: { iterationsFromHistoryCount: 3 } })
  expect((await read(id)).historyConfig).toEqual({ iterationsFromHistoryCount: 3 })
  await patch(id, { historyConfig: null })
  expect((await read(id)).historyConfig).toEqual({ iterationsFromHistoryCount: 10 })
  await patch(id, { historyConfig: { iterationsFromHistoryCount: 0 } })
  expect((await read(id)).historyConfig).toEqual({ iterationsFromHistoryCount: 0 })
})

promise(['make.agents.delete', 'make.errors.not_found'], 'a deleted agent is gone', async () => {
  const id = await made()
  expect(await team.call('DELETE', agents(`/${id}`))).toMatchObject({ status: 204, body: '' })
  for (const method of ['GET', 'DELETE', 'PATCH']) {
    const gone = await team.call(method, agents(`/${id}`), method === 'PATCH' ? { name: 'x' } : undefined)
    expect(gone).toMatchObject({
      status: 404,
      body: { detail: 'No agent with this id in this team.', message: 'Not found', code: 'SC404' },
    })
  }
  expect(await team.call('GET', agents('/not-a-uuid'))).toMatchObject({
    status: 404,
    body: { code: 'SC404' },
  })
})

promise(['make.agents.delete.runs'], 'what a deleted agent did can still be read', async () => {
  const id = await made({ makeConnectionId: demo, defaultModel: 'demo' })
  const path = `/v1/agents/${printId('agent', id)}/runs`
  const run = (await server.call('POST', path, { input: 'Hello' })).body
  expect(run.state).toBe('completed')
  expect((await team.call('DELETE', agents(`/${id}`))).status).toBe(204)
  expect((await server.call('GET', `/v1/runs/${run.id}`)).body).toMatchObject({
    state: 'completed',
    output: run.output,
  })
})

promise(['make.agents.timeout'], 'a timeout is printed as it was given, in either unit', async () => {
  const native = async (id: string) => {
    const list = (await server.call('GET', '/v1/agents')).body.data
    return list.find(({ name }: { name: string }) => name === id).limits.step_seconds
  }
  const seconds = await made({ name: 'In seconds', invocationConfig: { timeout: 600 } })
  expect((await read(seconds)).invocationConfig).toEqual({ recursionLimit: 300, timeout: 600 })
  expect(await native('In seconds')).toBe(600)
  const milliseconds = await made({ name: 'In milliseconds', invocationConfig: { timeout: 60_000 } })
  expect((await read(milliseconds)).invocationConfig).toEqual({ recursionLimit: 300, timeout: 60_000 })
  expect(await native('In milliseconds')).toBe(60)
  await made({ name: 'By default' })
  expect(await native('By default')).toBe(300)
})

promise(
  ['make.agents.model', 'make.agents.connection'],
  'model and connection must go together',
  async () => {
    const refused = async (more: object) => {
      const { status, body } = await team.call('POST', agents(), refundDesk(more))
      expect(status).toBe(400)
      return body.suberrors
    }
    expect(await refused({ makeConnectionId: demo })).toEqual([
      {
        message: 'defaultModel is not a model of this agent\'s connection, "Demo model"',
        name: 'defaultModel',
      },
    ])
    expect(await refused({ makeConnectionId: 123_456 })).toEqual([
      {
        message: 'makeConnectionId no connection of this team has this number',
        name: 'makeConnectionId',
      },
    ])
    const id = await made({ makeConnectionId: demo, defaultModel: 'demo' })
    const patched = await team.call('PATCH', agents(`/${id}`), { defaultModel: 'gpt-4.1' })
    expect(patched).toMatchObject({ status: 400, body: { suberrors: [{ name: 'defaultModel' }] } })
    expect(await read(id)).toMatchObject({ makeConnectionId: demo, makeConnectionType: 'ai-provider' })
  },
)

promise(['make.agents.connection'], 'an agent outlives its connection, and says what is wrong', async () => {
  const { body: own } = await server.call('POST', '/v1/connections', {
    name: 'Ours',
    provider: 'vllm',
    base_url: 'http://127.0.0.1:9/v1',
  })
  const { body: listed } = await team.call('GET', `/ai-agents/v1/llm-providers?teamId=${team.teamId}`)
  const number = listed.find(({ accountName }: { accountName: string }) => accountName === 'Ours').id
  const id = await made({ makeConnectionId: number, defaultModel: 'qwen3' })
  expect(await read(id)).toMatchObject({
    defaultModel: 'qwen3',
    makeConnectionId: number,
    makeConnectionType: 'ai-agent-openai-compatible',
    llmProviderId: number,
  })
  await patch(id, { defaultModel: 'qwen3-coder' })
  expect((await read(id)).makeConnectionId).toBe(number)
  expect((await server.call('DELETE', `/v1/connections/${own.id}`)).status).toBe(204)
  expect(await read(id)).toMatchObject({ defaultModel: 'qwen3-coder', makeConnectionId: null })
  const refused = await team.call('PATCH', agents(`/${id}`), { name: 'Still here' })
  expect(refused).toMatchObject({
    status: 400,
    body: {
      suberrors: [
        { message: 'makeConnectionId the connection of this agent was deleted', name: 'makeConnectionId' },
      ],
    },
  })
})

promise(['make.agents.model.tiers'], 'a size of model is kept as it was sent', async () => {
  const id = await made({ makeConnectionId: demo, defaultModel: 'medium' })
  expect(await read(id)).toMatchObject({ defaultModel: 'medium', makeConnectionId: demo })
  await patch(id, { defaultModel: 'demo' })
  const agent = await read(id)
  expect(agent).toMatchObject({ defaultModel: 'demo', pastConfigurations: [{ defaultModel: 'medium' }] })
})

promise(['make.agents.llm.top_p'], 'topP is only kept where it changes nothing', async () => {
  const id = await made({ llmConfig: { maxTokens: 100, topP: 1 } })
  expect((await read(id)).llmConfig).toEqual({ maxTokens: 100, topP: 1 })
  const refused = await team.call('PATCH', agents(`/${id}`), { llmConfig: { topP: 0.5 } })
  expect(refused).toMatchObject({
    status: 501,
    body: { code: 'SC501', message: 'Not Implemented', suberrors: [{ name: 'llmConfig.topP' }] },
  })
})

promise(['make.agents.mcp'], 'MCP servers are refused, none are fine', async () => {
  const id = await made({ mcpConfigs: [] })
  const mcpConfigs = [{ mcpConnectionId: 1, toolIds: [] }]
  const refused = await team.call('PATCH', agents(`/${id}`), { mcpConfigs })
  expect(refused).toMatchObject({ status: 501, body: { suberrors: [{ name: 'mcpConfigs' }] } })
})

promise(['make.numbers', 'make.tolerance'], 'numbers as text and unknown fields are accepted', async () => {
  const id = await made({
    teamId: String(team.teamId),
    makeConnectionId: String(openai),
    llmConfig: { maxTokens: '300', flavour: 'mild' },
    invocationConfig: { recursionLimit: '12', timeout: '90' },
    historyConfig: { iterationsFromHistoryCount: '4' },
    somethingNew: true,
  })
  expect(await read(id)).toMatchObject({
    llmConfig: { maxTokens: 300 },
    invocationConfig: { recursionLimit: 12, timeout: 90 },
    historyConfig: { iterationsFromHistoryCount: 4 },
  })
  for (const maxTokens of ['many', true, '']) {
    const refused = await team.call('PATCH', agents(`/${id}`), { llmConfig: { maxTokens } })
    expect(refused.body.suberrors).toEqual([
      { message: 'llmConfig.maxTokens must be a number', name: 'llmConfig.maxTokens' },
    ])
  }
})

promise(['make.errors.words'], 'broken rules are reported in the words of this wire', async () => {
  const { body } = await team.call(
    'POST',
    agents(),
    refundDesk({
      llmConfig: { maxTokens: 0, temperature: 3 },
      invocationConfig: { recursionLimit: 0, timeout: 0.5 },
      historyConfig: { iterationsFromHistoryCount: -1 },
    }),
  )
  expect(body.suberrors.map(({ name }: { name: string }) => name)).toEqual([
    'llmConfig.temperature',
    'llmConfig.maxTokens',
    'invocationConfig.recursionLimit',
    'invocationConfig.timeout',
    'historyConfig.iterationsFromHistoryCount',
  ])
  expect(body.suberrors[2].message).toBe(
    'invocationConfig.recursionLimit must be a whole number between 1 and 1000',
  )
})
