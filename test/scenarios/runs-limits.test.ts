import { afterAll, beforeAll, expect, test } from 'vitest'
import { withinOneDay } from '../support/one-day.ts'
import { callsTools, says, siteTool, startScenario, type Scenario } from '../support/scenario.ts'

let scenario: Scenario

beforeAll(async () => {
  scenario = await startScenario()
  scenario.site.answer('/', () => ({ body: { done: true } }))
})

afterAll(async () => {
  await scenario[Symbol.asyncDispose]()
})

const calling = (id: string, tool = 'work') => callsTools([id, tool, { item: 'x' }])

test('a run ends with step_limit_reached before the model call that would be one too many', async () => {
  const agent = await scenario.agent([calling('call_a'), calling('call_b'), says('Never.')], {
    tools: [siteTool(scenario.site, 'work')],
    limits: { steps: 2 },
  })
  const run = await scenario.run(agent, 'Go.')
  expect(run).toMatchObject({
    state: 'failed',
    error: { code: 'step_limit_reached', message: 'The run reached its limit of 2 steps.' },
    usage: { model_calls: 2, total_tokens: 36 },
    output: null,
  })
  expect(agent.requests()).toHaveLength(2)
  expect(scenario.site.callsOf('/work')).toHaveLength(2)
})

test('a run ends with tool_call_limit_reached before the call that would be one too many', async () => {
  const two = callsTools(['call_b', 'saw', { item: 'x' }], ['call_c', 'saw', { item: 'y' }])
  const agent = await scenario.agent([calling('call_a', 'saw'), two], {
    tools: [siteTool(scenario.site, 'saw')],
    limits: { tool_calls: 2 },
  })
  const run = await scenario.run(agent, 'Go.')
  expect(run).toMatchObject({
    state: 'failed',
    error: { code: 'tool_call_limit_reached', message: 'The run reached its limit of 2 tool calls.' },
  })
  expect(scenario.site.callsOf('/saw')).toHaveLength(1)
})

test('a run ends with time_limit_reached while the model is still answering', async () => {
  const agent = await scenario.agent([{ pieces: [{ text: 'Slow' }], ending: 'hang' }], {
    limits: { seconds: 1 },
  })
  const run = await scenario.run(agent, 'Go.')
  expect(run).toMatchObject({
    state: 'failed',
    error: { code: 'time_limit_reached', message: 'The run reached its limit of 1 seconds.' },
  })
  await agent.requests()[0]?.aborted
})

test('a run ends with token_limit_reached after the step that used them up', async () => {
  const agent = await scenario.agent([{ ...calling('call_a', 'file'), usage: { input: 90, output: 10 } }], {
    tools: [siteTool(scenario.site, 'file')],
    limits: { tokens: 100 },
  })
  const run = await scenario.run(agent, 'Go.')
  expect(run).toMatchObject({
    state: 'failed',
    error: { code: 'token_limit_reached', message: 'The run reached its limit of 100 tokens.' },
    usage: { total_tokens: 100, model_calls: 1 },
  })
  expect(scenario.site.callsOf('/file')).toHaveLength(0)
})

test('an answer that is complete when the tokens are used up is still the answer', async () => {
  const agent = await scenario.agent([{ ...says('Whole.'), usage: { input: 90, output: 10 } }], {
    limits: { tokens: 100 },
  })
  expect(await scenario.run(agent, 'Go.')).toMatchObject({ state: 'completed', output: 'Whole.' })
})

test('the second run of the day is refused when an agent may run once a day', async () => {
  await withinOneDay()
  const agent = await scenario.agent([says('One.')], { limits: { runs_per_day: 1 } })
  expect(await scenario.run(agent, 'Go.')).toMatchObject({ state: 'completed', output: 'One.' })
  const second = await scenario.call('POST', `/v1/agents/${agent.id}/runs`, { input: 'Go.' })
  expect([second.status, second.body.code, second.body.detail]).toEqual([
    429,
    'daily_limit_reached',
    'This agent may run 1 times a day (UTC) and has used that up.',
  ])
  const { data } = (await scenario.call('GET', `/v1/runs?agent_id=${agent.id}`)).body
  expect(data).toHaveLength(1)
})
