import { afterAll, beforeAll, expect } from 'vitest'
import { makeRequirements } from '../../src/dialects/make/requirements.ts'
import type { JsonObject } from '../../src/lib/json.ts'
import { startMakeRuns, type MakeRuns } from '../support/make-runs.ts'
import { says } from '../support/scenario.ts'
import { verifies } from '../support/verifies.ts'

let make: MakeRuns
let findOrder: number
let notify: number

beforeAll(async () => {
  make = await startMakeRuns()
  make.scenario.site.answer('/find_order', () => ({ body: { state: 'shipped' } }))
  make.scenario.site.answer('/notify', () => ({ body: { sent: true } }))
  findOrder = await make.tool('find_order')
  notify = await make.tool('notify')
})

afterAll(async () => {
  await make[Symbol.asyncDispose]()
})

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const user = (content: string) => ({ role: 'user', content })
const ask = (content: string, config: JsonObject = {}, more: JsonObject = {}): JsonObject => ({
  messages: [user(content)],
  config,
  ...more,
})

verifies(
  makeRequirements,
  ['make.run.reply', 'make.run.steps', 'make.run.tools', 'make.run.clock_line'],
  'a run with a scenario answers its five steps, and their usage adds up to the summary',
  async () => {
    const agent = await make.agent(
      [
        {
          pieces: [{ toolCalls: [{ id: 'c1', name: 'find_order', arguments: '{"item":"1182"}' }] }],
          usage: { input: 210, output: 18 },
        },
        { pieces: [{ text: 'Order 1182 left.' }], usage: { input: 251, output: 12 } },
      ],
      { settings: { scenarios: [{ makeScenarioId: findOrder }] } },
    )
    const before = Date.now()
    const { status, body } = await make.run(agent, 'Where is order 1182?')
    expect(status).toBe(200)
    expect(Object.keys(body)).toEqual([
      'response',
      'jsonResponse',
      'executionSteps',
      'executionTimeMs',
      'threadId',
      'tokenUsageSummary',
      'lastAgentIterationId',
    ])
    expect(body).toMatchObject({ response: 'Order 1182 left.', jsonResponse: null })
    expect(body.tokenUsageSummary).toEqual({ promptTokens: 461, completionTokens: 30, totalTokens: 491 })
    expect(body.executionTimeMs).toBeGreaterThan(0)
    expect(body.threadId).toMatch(uuid)

    const [system, question, calling, result, answer] = body.executionSteps
    expect(
      body.executionSteps.map((step: JsonObject) => [step['index'], step['role'], step['content']]),
    ).toEqual([
      [0, 'system', system.content],
      [1, 'user', 'Where is order 1182?'],
      [2, 'assistant', ''],
      [3, 'tool', '{"state":"shipped"}'],
      [4, 'assistant', 'Order 1182 left.'],
    ])
    for (const step of body.executionSteps) {
      expect(step.id).toMatch(uuid)
      expect(step.agentIterationId).toBe(body.lastAgentIterationId)
    }
    expect(question).toMatchObject({
      tokenUsage: null,
      toolCalls: [],
      toolResponse: null,
      executionTimeMs: 0,
    })
    expect(calling.toolCalls).toEqual([
      { id: 'c1', name: 'find_order', args: { item: '1182' }, makeScenarioId: findOrder },
    ])
    expect(calling.tokenUsage).toEqual({ promptTokens: 210, completionTokens: 18, totalTokens: 228 })
    expect(result.toolResponse).toEqual({
      toolCallId: 'c1',
      name: 'find_order',
      status: 'success',
      output: { state: 'shipped' },
    })
    expect(answer.tokenUsage).toEqual({ promptTokens: 251, completionTokens: 12, totalTokens: 263 })

    const clock =
      /^Resolve refund requests\.\nCurrent time \(ISO\): (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00)$/
    const [, time = ''] = clock.exec(system.content) ?? []
    expect(Date.parse(time)).toBeGreaterThanOrEqual(before)
    expect(Date.parse(time)).toBeLessThanOrEqual(Date.now())
    // The model was told the same, at both of its calls.
    expect(agent.sent().map(({ messages }) => messages[0]?.content.startsWith(system.content))).toEqual([
      true,
      true,
    ])
  },
)

verifies(
  makeRequirements,
  ['make.run.additional_prompt'],
  'additionalSystemPrompt stands between the system prompt and the clock line, and systemPrompt takes its place',
  async () => {
    const agent = await make.agent([says('Yes.'), says('Yes.')])
    const added = await make.run(agent, ask('Hi', { additionalSystemPrompt: 'Be brief.' }))
    expect(added.body.executionSteps[0].content).toMatch(
      /^Resolve refund requests\.\nBe brief\.\nCurrent time \(ISO\): \S+\+00:00$/,
    )
    const replaced = await make.run(
      agent,
      ask('Hi', { systemPrompt: 'Sing.', additionalSystemPrompt: 'Low.' }),
    )
    expect(replaced.body.executionSteps[0].content).toMatch(
      /^Sing\.\nLow\.\nCurrent time \(ISO\): \S+\+00:00$/,
    )
    expect(agent.sent().at(-1)?.messages[0]?.content).toBe(replaced.body.executionSteps[0].content)
  },
)

verifies(
  makeRequirements,
  ['make.run.messages'],
  'the messages before the last one are a conversation that the model is shown, each a step',
  async () => {
    const agent = await make.agent([says('Six.')])
    const messages = [user('2+2?'), { role: 'assistant', content: 'Four.' }, user('And 2 more?')]
    const { body } = await make.run(agent, { messages })
    expect(body.executionSteps.slice(1).map(({ role, content }: JsonObject) => [role, content])).toEqual([
      ['user', '2+2?'],
      ['assistant', 'Four.'],
      ['user', 'And 2 more?'],
      ['assistant', 'Six.'],
    ])
    expect(agent.sent().at(-1)?.messages.slice(1)).toEqual(messages)
  },
)

verifies(
  makeRequirements,
  ['make.run.config_scenarios'],
  'config.scenarios replaces the tools of the agent for one run, and [] means none',
  async () => {
    const agent = await make.agent([says('a'), says('b'), says('c')], {
      settings: { scenarios: [{ makeScenarioId: findOrder }] },
    })
    const offered = () =>
      agent
        .sent()
        .at(-1)
        ?.tools?.map((tool) => tool.function.name)
    await make.run(
      agent,
      ask('Hi', { scenarios: [{ makeScenarioId: String(notify), approvalMode: 'auto-run' }] }),
    )
    expect(offered()).toEqual(['notify'])
    await make.run(agent, ask('Hi', { scenarios: [] }))
    expect(offered()).toBeUndefined()
    await make.run(agent, ask('Hi'))
    expect(offered()).toEqual(['find_order'])
  },
)

verifies(
  makeRequirements,
  ['make.run.config_model'],
  'config.llmConfig sets the size, the temperature and the model of one run',
  async () => {
    const agent = await make.agent([says('a')])
    const other = await make.agent([says('b')])
    const { model } = (await make.scenario.call('GET', `/v1/agents/${other.id}`)).body
    const config = { llmConfig: { maxTokens: '77', temperature: 0.25, llmModel: model.name } }
    expect((await make.run(agent, ask('Hi', config))).body.response).toBe('b')
    expect(agent.requests()).toHaveLength(0)
    const [sent] = other.sent()
    expect(sent).toMatchObject({ model: model.name, temperature: 0.25 })
    expect(sent?.max_completion_tokens ?? sent?.max_tokens).toBe(77)
  },
)

const orderFields = [
  { name: 'order', type: 'text', required: true },
  { name: 'count', type: 'uinteger', required: true },
]

verifies(
  makeRequirements,
  ['make.run.output_parser'],
  'with an output parser jsonResponse holds the fields, and response is still their text',
  async () => {
    const agent = await make.agent([says('{"order":"1182","count":2}')])
    const config = { outputParser: { type: 'make-schema', schema: orderFields } }
    const { body } = await make.run(agent, ask('Which?', config))
    expect(body.response).toBe('{"order":"1182","count":2}')
    expect(body.jsonResponse).toEqual({ order: '1182', count: 2 })
  },
)

verifies(
  makeRequirements,
  ['make.run.output_invalid'],
  'output without the form asked for is 422 after two more attempts',
  async () => {
    const agent = await make.agent([says('Two of them.'), says('Two.'), says('{"order":7}')])
    const config = { outputParser: { type: 'make-schema', schema: orderFields } }
    const { status, body } = await make.run(agent, ask('Which?', config))
    expect(status).toBe(422)
    expect(body).toMatchObject({ code: 'SC422', message: 'Unprocessable Entity' })
    expect(body.detail).toMatch(/^The answer does not fit the schema: /)
    expect(agent.requests()).toHaveLength(3)
  },
)

verifies(
  makeRequirements,
  ['make.run.threads'],
  'a threadId is a memory; without one, and with no iterations of history, there is none',
  async () => {
    const agent = await make.agent([says('Hello Ana.'), says('b'), says('c'), says('d'), says('e')])
    const said = () =>
      agent
        .sent()
        .at(-1)
        ?.messages.slice(1)
        .map(({ content }) => content)
    const first = await make.run(agent, ask('I am Ana.', {}, { threadId: 'Ana’s 🧵' }))
    expect(first.body.threadId).toBe('Ana’s 🧵')
    await make.run(agent, ask('Who am I?', {}, { threadId: 'Ana’s 🧵' }))
    expect(said()).toEqual(['I am Ana.', 'Hello Ana.', 'Who am I?'])
    const config = { historyConfig: { iterationsFromHistoryCount: '0' } }
    await make.run(agent, ask('Who am I?', config, { threadId: 'Ana’s 🧵' }))
    expect(said()).toEqual(['Who am I?'])

    const one = await make.run(agent, ask('Who am I?', {}, { threadId: '' }))
    expect(said()).toEqual(['Who am I?'])
    const two = await make.run(agent, ask('Who am I?'))
    expect(said()).toEqual(['Who am I?'])
    expect(one.body.threadId).toMatch(uuid)
    expect(two.body.threadId).not.toBe(one.body.threadId)
  },
)
