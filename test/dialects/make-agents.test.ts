import { afterAll, beforeAll, expect } from 'vitest'
import { makeRequirements } from '../../src/dialects/make/requirements.ts'
import { printId } from '../../src/lib/ids.ts'
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

const uuid = expect.stringMatching(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)

promise(
  ['make.agents.create', 'make.agents.get', 'make.agents.ids', 'make.providers.agent'],
  'five fields make an agent, which is then read with every key',
  async () => {
    const { status, body } = await team.call('POST', agents.path(), agents.body())
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
    expect(await agents.read(body.agentId)).toEqual({ ...whole, id: body.agentId })
    const list = (await team.call('GET', agents.path())).body
    expect(list.find(({ id }: { id: string }) => id === body.id)).toEqual({ ...listed, id: body.id })
  },
)

promise(['make.agents.create.missing', 'make.errors.body'], 'every missing field is named', async () => {
  const { status, body } = await team.call('POST', agents.path(), {})
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
  expect((await agents.read(await agents.made({ name }))).name).toBe(name)
  for (const [field, value] of [
    ['name', ''],
    ['name', `${name}x`],
    ['systemPrompt', ''],
  ] as const) {
    const refused = await team.call('POST', agents.path(), agents.body({ [field]: value }))
    expect(refused).toMatchObject({ status: 400, body: { suberrors: [{ name: field }] } })
  }
})

promise(['make.agents.create.repeat'], 'a create that is repeated makes one agent', async () => {
  const send = () =>
    fetch(`${server.url}/api/v2${agents.path()}`, {
      method: 'POST',
      headers: {
        authorization: `Token ${team.key}`,
        'content-type': 'application/json',
        'idempotency-key': 'make-once',
      },
      body: JSON.stringify(agents.body({ name: 'Only once' })),
    })
  const [first, second] = [await send(), await send()]
  expect([first.status, second.status]).toEqual([201, 201])
  expect(await second.json()).toEqual(await first.json())
  const names = (await team.call('GET', agents.path())).body.map(({ name }: { name: string }) => name)
  expect(names.filter((name: string) => name === 'Only once')).toHaveLength(1)
})

promise(['make.agents.list', 'make.agents.list.page'], 'the list is sorted, cut and counted', async () => {
  for (const name of ['Zoo c', 'Zoo a', 'Zoo b']) await agents.made({ name })
  const names = async (query: string) => {
    const { body } = await team.call('GET', agents.path('', query))
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
  const { headers } = await team.call('GET', agents.path('', '&pg[limit]=1'))
  expect(headers.get('x-total-count')).toBe(String(all.length))
  const refused = await team.call('GET', agents.path('', '&pg[limit]=ten&pg[sortBy]=size'))
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
    const id = await agents.made({ invocationConfig: { recursionLimit: 40 } })
    await agents.patch(id, { invocationConfig: { recursionLimit: 20 } })
    await agents.patch(id, { name: 'Refunds' })
    await agents.patch(id, { name: 'Refunds' })
    const agent = await agents.read(id)
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
    for (let i = 0; i < 21; i++) await agents.patch(id, { name: `Refunds ${i}` })
    const unchanged = await agents.made()
    await agents.patch(unchanged, { invocationConfig: { recursionLimit: 300 }, llmConfig: {}, scenarios: [] })
    expect((await agents.read(unchanged)).pastConfigurations).toEqual([])
    const { pastConfigurations } = await agents.read(id)
    expect(pastConfigurations).toHaveLength(20)
    expect(pastConfigurations[0].name).toBe('Refunds 19')
  },
)

promise(['make.agents.patch.prefer'], 'the agent is answered to a patch that asks for it', async () => {
  const id = await agents.made()
  const reply = await fetch(`${server.url}/api/v2${agents.path(`/${id}`)}`, {
    method: 'PATCH',
    headers: {
      authorization: `Token ${team.key}`,
      'content-type': 'application/json',
      prefer: 'respond-async, return=representation',
    },
    body: JSON.stringify({ systemPrompt: 'Be brief.' }),
  })
  expect(reply.status).toBe(200)
  expect(await reply.json()).toEqual(await agents.read(id))
})

promise(['make.agents.delete', 'make.errors.not_found'], 'a deleted agent is gone', async () => {
  const id = await agents.made()
  expect(await team.call('DELETE', agents.path(`/${id}`))).toMatchObject({ status: 204, body: '' })
  for (const method of ['GET', 'DELETE', 'PATCH']) {
    const gone = await team.call(
      method,
      agents.path(`/${id}`),
      method === 'PATCH' ? { name: 'x' } : undefined,
    )
    expect(gone).toMatchObject({
      status: 404,
      body: { detail: 'No agent with this id in this team.', message: 'Not found', code: 'SC404' },
    })
  }
  expect(await team.call('GET', agents.path('/not-a-uuid'))).toMatchObject({
    status: 404,
    body: { code: 'SC404' },
  })
})

promise(['make.agents.delete.runs'], 'what a deleted agent did can still be read', async () => {
  const id = await agents.made({ makeConnectionId: demo, defaultModel: 'demo' })
  const path = `/v1/agents/${printId('agent', id)}/runs`
  const run = (await server.call('POST', path, { input: 'Hello' })).body
  expect(run.state).toBe('completed')
  expect((await team.call('DELETE', agents.path(`/${id}`))).status).toBe(204)
  expect((await server.call('GET', `/v1/runs/${run.id}`)).body).toMatchObject({
    state: 'completed',
    output: run.output,
  })
})
