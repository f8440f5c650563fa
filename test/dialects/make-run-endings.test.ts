import { afterAll, beforeAll, expect } from 'vitest'
import { makeRequirements } from '../../src/dialects/make/requirements.ts'
import { printId } from '../../src/lib/ids.ts'
import type { JsonObject } from '../../src/lib/json.ts'
import { startMakeRuns, type MakeRuns } from '../support/make-runs.ts'
import { callsTools, says } from '../support/scenario.ts'
import { verifies } from '../support/verifies.ts'

let make: MakeRuns
let findOrder: number

beforeAll(async () => {
  make = await startMakeRuns()
  make.scenario.site.answer('/find_order', () => ({ body: { state: 'shipped' } }))
  findOrder = await make.tool('find_order')
})

afterAll(async () => {
  await make[Symbol.asyncDispose]()
})

const ask = (content: string, config: JsonObject): JsonObject => ({
  messages: [{ role: 'user', content }],
  config,
})

verifies(
  makeRequirements,
  ['make.run.recursion_limit'],
  'at its recursion limit a run answers with the text that there is, and 422 when there is none',
  async () => {
    const calling = callsTools(['c1', 'find_order', { item: '1' }])
    const agent = await make.agent(
      [
        { pieces: [{ text: 'Let me look.' }, ...('pieces' in calling ? calling.pieces : [])] },
        callsTools(['c1', 'find_order', { item: '1' }]),
      ],
      { settings: { scenarios: [{ makeScenarioId: findOrder }] } },
    )
    const config = { invocationConfig: { recursionLimit: 1 } }
    const partial = await make.run(agent, ask('Where?', config))
    expect(partial.status).toBe(200)
    expect(partial.body.response).toBe('Let me look.')
    expect(partial.body.executionSteps.map(({ role }: JsonObject) => role)).toEqual([
      'system',
      'user',
      'assistant',
      'tool',
    ])
    const silent = await make.run(agent, ask('Where?', config))
    expect(silent.status).toBe(422)
    expect(silent.body).toEqual({
      detail: 'The run reached its limit of 1 steps.',
      message: 'Unprocessable Entity',
      code: 'SC422',
    })
  },
)

verifies(
  makeRequirements,
  ['make.run.timeouts'],
  'a model that takes longer than the timeout of a step is 504, and a tool that does is an error step',
  async () => {
    const slow = await make.tool('slow_order')
    make.scenario.site.answer('/slow_order', () => new Promise(() => {}))
    const agent = await make.agent(
      [{ hang: true }, callsTools(['c1', 'slow_order', { item: '1' }]), says('It does not answer.')],
      { settings: { scenarios: [{ makeScenarioId: slow }] } },
    )
    const config = { invocationConfig: { timeout: 3 } }
    const model = await make.run(agent, ask('Hi', config))
    expect(model.status).toBe(504)
    expect(model.body).toEqual({
      detail: 'The model did not answer within 3 seconds.',
      message: 'Gateway Timeout',
      code: 'SC504',
    })
    const tool = await make.run(agent, ask('Hi', config))
    expect(tool.body.response).toBe('It does not answer.')
    expect(tool.body.executionSteps[3].toolResponse).toMatchObject({
      status: 'error',
      output: 'The call did not answer within 3 seconds.',
    })
  },
)

verifies(makeRequirements, ['make.run.model_failures'], 'a model vendor that refuses is 502', async () => {
  const agent = await make.agent([{ status: 400, body: { error: { message: 'No such thing.' } } }])
  const { status, body } = await make.run(agent, 'Hi')
  expect([status, body.code, body.message]).toEqual([502, 'SC502', 'Bad Gateway'])
  expect(body.detail).toEqual(expect.any(String))
})

verifies(makeRequirements, ['make.run.disconnect'], 'a run goes on when its client has gone', async () => {
  const gate = Promise.withResolvers<void>()
  const agent = await make.agent([{ pieces: [{ wait: gate.promise }, { text: 'Still here.' }] }])
  const client = new AbortController()
  const gone = make.run(agent, 'Hi', { signal: client.signal }).catch(() => 'gone')
  await agent.asked(1)
  client.abort()
  expect(await gone).toBe('gone')
  gate.resolve()
  const [run] = (await make.get(`${agent.path}/runs`)).body
  const ended = await make.scenario.ended(printId('run', run.agentIterationId))
  expect(ended).toMatchObject({ state: 'completed', output: 'Still here.', dialect: 'make' })
})

verifies(
  makeRequirements,
  ['make.run.idempotency'],
  'a repeated request gets the same run again, also when it failed or its client had gone',
  async () => {
    const gate = Promise.withResolvers<void>()
    const agent = await make.agent([
      says('Once.'),
      { status: 400, body: { error: { message: 'No.' } } },
      { pieces: [{ wait: gate.promise }, { text: 'Late.' }] },
    ])
    const again = (key: string, signal?: AbortSignal) =>
      make.run(agent, 'Hi', { headers: { 'idempotency-key': key }, ...(signal && { signal }) })
    const first = await again('make-once')
    const second = await again('make-once')
    expect(second.body).toEqual(first.body)
    expect(second.headers.get('idempotent-replayed')).toBe('true')
    const failed = await again('make-fails')
    expect(failed.status).toBe(502)
    expect(await again('make-fails')).toMatchObject({ status: 502, body: failed.body })
    const client = new AbortController()
    const gone = again('make-late', client.signal).catch(() => 'gone')
    await agent.asked(3)
    client.abort()
    await gone
    gate.resolve()
    const [late] = (await make.get(`${agent.path}/runs`)).body
    await make.scenario.ended(printId('run', late.agentIterationId))
    const { body } = await again('make-late')
    expect([body.response, body.lastAgentIterationId]).toEqual(['Late.', late.agentIterationId])
    expect(agent.requests()).toHaveLength(3)
  },
)
