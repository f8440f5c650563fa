import { afterAll, beforeAll, expect } from 'vitest'
import { makeRequirements } from '../../src/dialects/make/requirements.ts'
import { checkReply } from '../support/http-reply.ts'
import { makeAgents, type MakeAgents } from '../support/make-agents.ts'
import { makeScenario, makeTeam, type MakeTeam } from '../support/make-team.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { verifies } from '../support/verifies.ts'

let server: TestServer
let team: MakeTeam
let agents: MakeAgents
let demo: number
let lookup: number
let refund: number

beforeAll(async () => {
  server = await startTestServer({ hooks: { onReply: checkReply } })
  team = await makeTeam(server)
  demo = (await team.call('GET', `/ai-agents/v1/llm-providers?teamId=${team.teamId}`)).body[0].id
  const url = 'http://127.0.0.1:9/x'
  lookup = await makeScenario(team, server, { name: 'find_order', method: 'GET', url })
  refund = await makeScenario(team, server, { name: 'refund', method: 'POST', url, approval: 'always' })
  agents = makeAgents(team, {
    name: 'Desk',
    makeConnectionId: demo,
    defaultModel: 'demo',
    systemPrompt: 'Help.',
  })
})
afterAll(async () => {
  await server?.[Symbol.asyncDispose]()
})

const promise = (ids: string[], sentence: string, run: () => Promise<void>) =>
  verifies(makeRequirements, ids, sentence, run)

/** The agent of this name as the native API shows it. */
async function native(name: string) {
  const { body } = await server.call('GET', `/v1/agents?name=${encodeURIComponent(name)}`)
  return body.data[0]
}

promise(
  ['make.agents.scenarios', 'make.agents.scenarios.modes'],
  'scenarios are tools by number, with the approval that was asked for',
  async () => {
    const id = await agents.made({ name: 'With tools', scenarios: [{ makeScenarioId: lookup }] })
    expect((await agents.read(id)).scenarios).toEqual([{ makeScenarioId: lookup, approvalMode: 'auto-run' }])
    for (const mode of ['approval-required', 'manual', 'manual-approval']) {
      await agents.patch(id, { scenarios: [{ makeScenarioId: String(lookup), approvalMode: mode }] })
      expect((await agents.read(id)).scenarios).toEqual([
        { makeScenarioId: lookup, approvalMode: 'approval-required' },
      ])
      expect((await native('With tools')).tools).toMatchObject([{ type: 'reference', approval: 'always' }])
      await agents.patch(id, { scenarios: [] })
      expect((await agents.read(id)).scenarios).toEqual([])
    }
    await agents.patch(id, { scenarios: [{ makeScenarioId: refund }] })
    expect((await agents.read(id)).scenarios).toEqual([
      { makeScenarioId: refund, approvalMode: 'approval-required' },
    ])
    await agents.patch(id, { scenarios: [{ makeScenarioId: refund, approvalMode: 'auto-run' }] })
    expect((await agents.read(id)).scenarios).toEqual([{ makeScenarioId: refund, approvalMode: 'auto-run' }])
  },
)

promise(['make.agents.scenarios.unknown'], 'unknown scenarios are named by their position', async () => {
  const scenarios = [{ makeScenarioId: lookup }, { makeScenarioId: 987 }, { makeScenarioId: 986 }]
  const { status, body } = await team.call('POST', agents.path(), agents.body({ scenarios }))
  expect(status).toBe(400)
  expect(body).toMatchObject({
    detail: 'Validation failed for 2 parameter(s).',
    suberrors: [1, 2].map((index) => ({
      message: `scenarios[${index}].makeScenarioId no scenario of this team has this number`,
      name: `scenarios[${index}].makeScenarioId`,
    })),
  })
  const twice = agents.body({ scenarios: [{ makeScenarioId: lookup }, { makeScenarioId: lookup }] })
  expect((await team.call('POST', agents.path(), twice)).body.suberrors).toEqual([
    {
      message: 'scenarios[1].makeScenarioId another tool of this agent has the same',
      name: 'scenarios[1].makeScenarioId',
    },
  ])
  const odd = agents.body({ scenarios: [{ approvalMode: 'never' }] })
  expect((await team.call('POST', agents.path(), odd)).body.suberrors).toEqual([
    { message: 'scenarios[0].makeScenarioId Required', name: 'scenarios[0].makeScenarioId' },
    {
      message:
        'scenarios[0].approvalMode must be "auto-run", "approval-required", "manual" or "manual-approval"',
      name: 'scenarios[0].approvalMode',
    },
  ])
})

promise(['make.agents.elsewhere'], 'an agent made elsewhere is like any other', async () => {
  const inline = {
    type: 'http',
    name: 'ping',
    method: 'GET',
    url: 'http://127.0.0.1:9/ping',
    headers: { 'X-Key': 'secret' },
  }
  const shared = (await server.call('GET', '/v1/tools')).body.data.find(
    ({ name }: { name: string }) => name === 'find_order',
  )
  const definition = {
    name: 'Made natively',
    tools: [inline, { type: 'reference', tool_id: shared.id, revision: 1 }, { type: 'get_current_time' }],
    metadata: { kept: true },
    limits: { steps: 7, runs_per_day: 5 },
  }
  expect((await server.call('POST', '/v1/agents', definition)).status).toBe(201)
  const { body: list } = await team.call('GET', agents.path())
  const { id } = list.find(({ name }: { name: string }) => name === 'Made natively')
  expect(await agents.read(id)).toMatchObject({
    systemPrompt: '',
    defaultModel: 'demo',
    makeConnectionId: demo,
    makeConnectionType: 'ai-provider',
    llmProviderId: demo,
    scenarios: [{ makeScenarioId: lookup, approvalMode: 'auto-run' }],
    invocationConfig: { recursionLimit: 7 },
  })
  await agents.patch(id, {
    systemPrompt: 'Ask.',
    scenarios: [{ makeScenarioId: refund }, { makeScenarioId: lookup, approvalMode: 'auto-run' }],
    historyConfig: { iterationsFromHistoryCount: 2 },
  })
  expect(await native('Made natively')).toMatchObject({
    instructions: 'Ask.',
    metadata: { kept: true },
    limits: { steps: 7, runs_per_day: 5 },
    history: { runs: 2 },
    tools: [
      { type: 'reference', revision: null },
      { type: 'reference', tool_id: shared.id, revision: 1, approval: null },
      { type: 'http', name: 'ping', headers: { 'X-Key': '***' } },
      { type: 'get_current_time' },
    ],
  })
  expect((await agents.read(id)).pastConfigurations).toHaveLength(1)
  await agents.patch(id, { defaultModel: 'large' })
  expect(await agents.read(id)).toMatchObject({ defaultModel: 'large', makeConnectionId: demo })
  const { id: printed } = await native('Made natively')
  await server.call('PATCH', `/v1/agents/${printed}`, { model: 'openai/gpt-5.2' })
  expect(await agents.read(id)).toMatchObject({ defaultModel: 'gpt-5.2', makeConnectionId: null })
})

promise(
  ['make.agents.contexts', 'make.agents.contexts.attach'],
  'contexts are printed, not attached',
  async () => {
    const id = await agents.made({ name: 'Knows' })
    const made2 = await team.call('POST', `/ai-agents/v1/contexts?teamId=${team.teamId}`, {
      agentId: id,
      name: 'Returns.md',
      content: 'Returns take 30 days.',
    })
    expect(made2.status).toBe(201)
    const contexts = [
      {
        id: made2.body.id,
        agentId: id,
        documentName: 'Returns.md',
        description: expect.any(String),
        createdAt: expect.any(String),
        metadata: { type: expect.any(String) },
        isTemporary: false,
      },
    ]
    expect((await agents.read(id)).contexts).toEqual(contexts)
    const { body: list } = await team.call('GET', agents.path())
    expect(list.find((one: { id: string }) => one.id === id).contexts).toEqual(contexts)
    const attached = await team.call(
      'POST',
      agents.path(),
      agents.body({ contexts: [{ id: made2.body.id }] }),
    )
    expect(attached).toMatchObject({ status: 400, body: { suberrors: [{ name: 'contexts[0].id' }] } })
    const patched = await team.call('PATCH', agents.path(`/${id}`), { contexts: [] })
    expect(patched).toMatchObject({ status: 400, body: { suberrors: [{ name: 'contexts' }] } })
  },
)

const fields = [
  { type: 'text', name: 'state', required: true, multiline: true, help: 'Where it is.' },
  { name: 'due', type: 'date' },
  { name: 'lines', type: 'array', spec: [{ name: 'sku', type: 'text' }] },
]

promise(['make.output.text'], 'free text is the default', async () => {
  const id = await agents.made({ name: 'Talks' })
  expect((await agents.read(id)).outputParser).toEqual({})
  await agents.patch(id, { outputParserFormat: { type: 'text' } })
  expect((await agents.read(id)).outputParser).toEqual({ type: 'text' })
  expect((await native('Talks')).output).toEqual({ format: 'text', schema: null })
})

promise(
  ['make.output.schema'],
  'the fields of an answer are a JSON Schema, printed as they were sent',
  async () => {
    const id = await agents.made({
      name: 'Answers',
      outputParserFormat: { type: 'make-schema', schema: fields },
    })
    const { outputParser } = await agents.read(id)
    expect(JSON.stringify(outputParser)).toBe(JSON.stringify({ type: 'make-schema', schema: fields }))
    expect((await native('Answers')).output).toEqual({
      format: 'json',
      schema: {
        type: 'object',
        properties: {
          state: { type: 'string', description: 'Where it is.' },
          due: { type: 'string', description: 'ISO 8601 date' },
          lines: { type: 'array', items: { type: 'object', properties: { sku: { type: 'string' } } } },
        },
        required: ['state'],
      },
    })
    const { id: printed } = await native('Answers')
    // A merge patch: what is not null stays.
    const properties = { state: null, due: null, lines: null, ok: { type: 'boolean' } }
    const schema = { properties, required: ['ok'] }
    await server.call('PATCH', `/v1/agents/${printed}`, { output: { schema } })
    expect((await agents.read(id)).outputParser).toEqual({
      type: 'make-schema',
      schema: [{ name: 'ok', type: 'boolean', required: true }],
    })
    await agents.patch(id, { outputParser: { type: 'make-schema', schema: fields } })
    expect((await agents.read(id)).outputParser).toEqual({ type: 'make-schema', schema: fields })
  },
)

promise(['make.output.fields'], 'a wrong field is named by its path', async () => {
  const refused = async (outputParserFormat: object) => {
    const { status, body } = await team.call('POST', agents.path(), agents.body({ outputParserFormat }))
    expect(status).toBe(400)
    return body.suberrors
  }
  const nested = { name: 'who', type: 'collection', spec: [{ name: 'x' }] }
  expect(await refused({ type: 'make-schema', schema: [{ type: 'text' }, nested] })).toEqual([
    { message: 'outputParserFormat.schema[0].name Required', name: 'outputParserFormat.schema[0].name' },
    {
      message: 'outputParserFormat.schema[1].spec[0].type Required',
      name: 'outputParserFormat.schema[1].spec[0].type',
    },
  ])
  expect(await refused({ type: 'make-schema' })).toEqual([
    { message: 'outputParserFormat.schema Required', name: 'outputParserFormat.schema' },
  ])
  expect(await refused({ type: 'xml' })).toEqual([
    {
      message: 'outputParserFormat.type must be "text", "make-schema" or "udt-schema"',
      name: 'outputParserFormat.type',
    },
  ])
})

promise(['make.output.udt'], 'stored data structures are not available', async () => {
  const outputParserFormat = { type: 'udt-schema', dataStructureId: 5 }
  const refused = await team.call('POST', agents.path(), agents.body({ outputParserFormat }))
  expect(refused).toMatchObject({ status: 501, body: { suberrors: [{ name: 'outputParserFormat.type' }] } })
})
