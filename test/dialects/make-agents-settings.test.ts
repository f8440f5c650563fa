import { afterAll, beforeAll, expect } from 'vitest'
import { makeRequirements } from '../../src/dialects/make/requirements.ts'
import { checkReply } from '../support/http-reply.ts'
import { makeAgents, type MakeAgents } from '../support/make-agents.ts'
import { makeTeam, type MakeTeam } from '../support/make-team.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { verifies } from '../support/verifies.ts'

let server: TestServer
let team: MakeTeam
let agents: MakeAgents
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
  agents = makeAgents(team, {
    name: 'Refund desk',
    makeConnectionId: openai,
    defaultModel: 'gpt-4.1-mini',
    systemPrompt: 'Resolve refund requests.',
  })
})
afterAll(async () => {
  await server?.[Symbol.asyncDispose]()
})

const promise = (ids: string[], sentence: string, run: () => Promise<void>) =>
  verifies(makeRequirements, ids, sentence, run)

promise(['make.agents.patch.merge', 'make.agents.llm'], 'objects are merged, lists replaced', async () => {
  const id = await agents.made({
    llmConfig: { maxTokens: 500 },
    invocationConfig: { recursionLimit: 40, timeout: 120 },
  })
  await agents.patch(id, { llmConfig: { temperature: 0.5 }, invocationConfig: { recursionLimit: 41 } })
  expect(await agents.read(id)).toMatchObject({
    llmConfig: { maxTokens: 500, temperature: 0.5 },
    invocationConfig: { recursionLimit: 41, timeout: 120 },
    systemPrompt: 'Resolve refund requests.',
  })
  await agents.patch(id, { llmConfig: { maxTokens: null } })
  expect((await agents.read(id)).llmConfig).toEqual({ temperature: 0.5 })
})

promise(['make.agents.patch.connection'], 'the connection cannot be changed', async () => {
  const id = await agents.made()
  const { status, body } = await team.call('PATCH', agents.path(`/${id}`), { makeConnectionId: demo })
  expect(status).toBe(400)
  const message = 'makeConnectionId cannot be changed: an agent keeps the connection it was made with'
  expect(body.suberrors).toEqual([{ message, name: 'makeConnectionId' }])
  expect((await agents.read(id)).makeConnectionId).toBe(openai)
})

promise(['make.agents.history'], 'null takes the history back to its default', async () => {
  const id = await agents.made({ historyConfig: { iterationsFromHistoryCount: 3 } })
  expect((await agents.read(id)).historyConfig).toEqual({ iterationsFromHistoryCount: 3 })
  await agents.patch(id, { historyConfig: null })
  expect((await agents.read(id)).historyConfig).toEqual({ iterationsFromHistoryCount: 10 })
  await agents.patch(id, { historyConfig: { iterationsFromHistoryCount: 0 } })
  expect((await agents.read(id)).historyConfig).toEqual({ iterationsFromHistoryCount: 0 })
})

promise(['make.agents.timeout'], 'a timeout is printed as it was given, in either unit', async () => {
  const native = async (id: string) => {
    const list = (await server.call('GET', '/v1/agents')).body.data
    return list.find(({ name }: { name: string }) => name === id).limits.step_seconds
  }
  const seconds = await agents.made({ name: 'In seconds', invocationConfig: { timeout: 600 } })
  expect((await agents.read(seconds)).invocationConfig).toEqual({ recursionLimit: 300, timeout: 600 })
  expect(await native('In seconds')).toBe(600)
  const milliseconds = await agents.made({ name: 'In milliseconds', invocationConfig: { timeout: 60_000 } })
  expect((await agents.read(milliseconds)).invocationConfig).toEqual({ recursionLimit: 300, timeout: 60_000 })
  expect(await native('In milliseconds')).toBe(60)
  await agents.made({ name: 'By default' })
  expect(await native('By default')).toBe(300)
})

promise(
  ['make.agents.model', 'make.agents.connection'],
  'model and connection must go together',
  async () => {
    const refused = async (more: object) => {
      const { status, body } = await team.call('POST', agents.path(), agents.body(more))
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
    const id = await agents.made({ makeConnectionId: demo, defaultModel: 'demo' })
    const patched = await team.call('PATCH', agents.path(`/${id}`), { defaultModel: 'gpt-4.1' })
    expect(patched).toMatchObject({ status: 400, body: { suberrors: [{ name: 'defaultModel' }] } })
    expect(await agents.read(id)).toMatchObject({ makeConnectionId: demo, makeConnectionType: 'ai-provider' })
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
  const id = await agents.made({ makeConnectionId: number, defaultModel: 'qwen3' })
  expect(await agents.read(id)).toMatchObject({
    defaultModel: 'qwen3',
    makeConnectionId: number,
    makeConnectionType: 'ai-agent-openai-compatible',
    llmProviderId: number,
  })
  await agents.patch(id, { defaultModel: 'qwen3-coder' })
  expect((await agents.read(id)).makeConnectionId).toBe(number)
  expect((await server.call('DELETE', `/v1/connections/${own.id}`)).status).toBe(204)
  expect(await agents.read(id)).toMatchObject({ defaultModel: 'qwen3-coder', makeConnectionId: null })
  const refused = await team.call('PATCH', agents.path(`/${id}`), { name: 'Still here' })
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
  const id = await agents.made({ makeConnectionId: demo, defaultModel: 'medium' })
  expect(await agents.read(id)).toMatchObject({ defaultModel: 'medium', makeConnectionId: demo })
  await agents.patch(id, { defaultModel: 'demo' })
  const agent = await agents.read(id)
  expect(agent).toMatchObject({ defaultModel: 'demo', pastConfigurations: [{ defaultModel: 'medium' }] })
})

promise(['make.agents.llm.top_p'], 'topP is only kept where it changes nothing', async () => {
  const id = await agents.made({ llmConfig: { maxTokens: 100, topP: 1 } })
  expect((await agents.read(id)).llmConfig).toEqual({ maxTokens: 100, topP: 1 })
  const refused = await team.call('PATCH', agents.path(`/${id}`), { llmConfig: { topP: 0.5 } })
  expect(refused).toMatchObject({
    status: 501,
    body: { code: 'SC501', message: 'Not Implemented', suberrors: [{ name: 'llmConfig.topP' }] },
  })
})

promise(['make.agents.mcp'], 'MCP servers are refused, none are fine', async () => {
  const id = await agents.made({ mcpConfigs: [] })
  const mcpConfigs = [{ mcpConnectionId: 1, toolIds: [] }]
  const refused = await team.call('PATCH', agents.path(`/${id}`), { mcpConfigs })
  expect(refused).toMatchObject({ status: 501, body: { suberrors: [{ name: 'mcpConfigs' }] } })
})

promise(['make.numbers', 'make.tolerance'], 'numbers as text and unknown fields are accepted', async () => {
  const id = await agents.made({
    teamId: String(team.teamId),
    makeConnectionId: String(openai),
    llmConfig: { maxTokens: '300', flavour: 'mild' },
    invocationConfig: { recursionLimit: '12', timeout: '90' },
    historyConfig: { iterationsFromHistoryCount: '4' },
    somethingNew: true,
  })
  expect(await agents.read(id)).toMatchObject({
    llmConfig: { maxTokens: 300 },
    invocationConfig: { recursionLimit: 12, timeout: 90 },
    historyConfig: { iterationsFromHistoryCount: 4 },
  })
  for (const maxTokens of ['many', true, '']) {
    const refused = await team.call('PATCH', agents.path(`/${id}`), { llmConfig: { maxTokens } })
    expect(refused.body.suberrors).toEqual([
      { message: 'llmConfig.maxTokens must be a number', name: 'llmConfig.maxTokens' },
    ])
  }
})

promise(['make.errors.words'], 'broken rules are reported in the words of this wire', async () => {
  const { body } = await team.call(
    'POST',
    agents.path(),
    agents.body({
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
