import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeRequirements } from '../../src/dialects/make/requirements.ts'
import type { JsonObject } from '../../src/lib/json.ts'
import { checkReply } from '../support/http-reply.ts'
import { makeScenario, makeTeam, type MakeTeam } from '../support/make-team.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { verifies } from '../support/verifies.ts'

let server: TestServer
let team: MakeTeam
let agent: string

beforeAll(async () => {
  server = await startTestServer({ hooks: { onReply: checkReply } })
  team = await makeTeam(server)
  const { teamId } = team
  const [{ id: makeConnectionId }] = (await team.call('GET', path('/llm-providers'))).body
  const lookup = { name: 'find_order', description: 'Find an order by its number.', method: 'GET' }
  const makeScenarioId = await makeScenario(team, server, {
    ...lookup,
    parameters: { type: 'object', properties: { order_id: { type: 'string' } } },
    url: '/examples/orders/{order_id}',
  })
  const made = await team.call('POST', path('/agents'), {
    name: 'Desk',
    teamId,
    makeConnectionId,
    defaultModel: 'demo',
    systemPrompt: 'Help.',
    scenarios: [{ makeScenarioId, approvalMode: 'approval-required' }],
  })
  agent = made.body.agentId
})
afterAll(async () => {
  await server?.[Symbol.asyncDispose]()
})

const path = (rest: string) => `/ai-agents/v1${rest}?teamId=${team.teamId}`

async function run(config: object, content = 'Hello.') {
  const messages = [{ role: 'user', content }]
  return await team.call('POST', path(`/agents/${agent}/run`), { messages, config: { ...config } })
}

const half = '\ud83d'

test('half characters in what a run shall do differently are replaced', async () => {
  const { status, body } = await run({ systemPrompt: `Help ${half}`, additionalSystemPrompt: half })
  expect(status).toBe(200)
  expect(body.executionSteps[0].content).toMatch(/^Help \uFFFD\n\uFFFD\nCurrent time/)
})

test('half characters in the decision of an approval are replaced', async () => {
  const decide = async (decision: object) => {
    const { body } = await run({}, 'Find the order ORD-1042.')
    const { approvalId } = body.executionSteps[3].toolResponse
    return await team.call('POST', path(`/agents/${agent}/approvals/${approvalId}`), { ...decision })
  }
  const approved = await decide({ decision: 'approve', args: { order_id: half } })
  expect(approved.status).toBe(200)
  expect(approved.body.executionSteps[2].toolCalls[0].args).toEqual({ order_id: '\uFFFD' })
  expect((await decide({ decision: 'reject', reason: half })).status).toBe(200)
})

test('each wrong parameter has one suberror', async () => {
  const named = async (body: object) => {
    const reply = await team.call('PATCH', path(`/agents/${agent}`), { ...body })
    expect(reply.status).toBe(400)
    return reply.body.suberrors
  }
  expect(await named({ name: [] })).toEqual([{ name: 'name', message: 'name must be a string' }])
  const unnamed = { type: 'make-schema', schema: [{ name: '', type: 'text' }] }
  expect(await named({ outputParserFormat: unnamed })).toMatchObject([
    { name: 'outputParserFormat.schema[0].name' },
  ])
})

test('a timeout that is too long is refused in the units of this API', async () => {
  const sentence = 'invocationConfig.timeout must be 1 to 3600 seconds, or up to 86400000 milliseconds'
  for (const timeout of [0, 86_400_001, '1000000000']) {
    const { status, body } = await team.call('PATCH', path(`/agents/${agent}`), {
      invocationConfig: { timeout },
    })
    expect([status, body.suberrors]).toEqual([400, [{ name: 'invocationConfig.timeout', message: sentence }]])
  }
})

test('a run takes the output format under either of its names', async () => {
  const schema = [{ name: 'answer', type: 'text', required: true }]
  for (const name of ['outputParser', 'outputParserFormat']) {
    const { body } = await run({ [name]: { type: 'make-schema', schema } })
    expect(body.jsonResponse).toEqual({ answer: expect.any(String) })
    const wrong = await run({ [name]: { type: 'make-schema', schema: {} } })
    expect(wrong.body.suberrors).toMatchObject([{ name: `config.${name}.schema` }])
  }
})

test('a stored data structure is unavailable wherever its id stands', async () => {
  const references: JsonObject[] = [
    { dataStructureId: 5 },
    { schema: { dataStructureId: 5 } },
    { schema: [] },
  ]
  for (const reference of references) {
    const outputParserFormat = { type: 'udt-schema', ...reference }
    const { status, body } = await team.call('PATCH', path(`/agents/${agent}`), { outputParserFormat })
    expect([status, body.suberrors[0].name]).toEqual([501, 'outputParserFormat.type'])
  }
})

verifies(
  makeRequirements,
  ['make.run.config_model.foreign'],
  'a model of another vendor is refused for one run too',
  async () => {
    const { status, body } = await run({ llmConfig: { llmModel: 'gpt-4o' } })
    expect([status, body.suberrors]).toEqual([
      400,
      [
        {
          message: 'config.llmConfig.llmModel is not a model of this agent\'s connection, "Demo model"',
          name: 'config.llmConfig.llmModel',
        },
      ],
    ])
    expect((await run({ llmConfig: { llmModel: 'demo' } })).status).toBe(200)
  },
)

verifies(
  makeRequirements,
  ['make.tolerance'],
  'unknown parameters and bodies that nobody reads are ignored',
  async () => {
    expect((await team.call('GET', '/users/me?cols[]=*')).status).toBe(200)
    const [{ agentIterationId }] = (await team.call('GET', path(`/agents/${agent}/runs`))).body
    const cancel = path(`/agents/${agent}/runs/${agentIterationId}/cancel`)
    expect(await team.call('POST', cancel, { reason: 'changed my mind' })).toMatchObject({
      status: 409,
      body: { code: 'SC409' },
    })
  },
)
