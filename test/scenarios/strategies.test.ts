import { afterAll, beforeAll, expect, test } from 'vitest'
import type { JsonObject } from '../../src/lib/json.ts'
import type { RecordedRequest } from '../support/scripted-answer.ts'
import { callsTools, says, siteTool, startScenario, type Scenario } from '../support/scenario.ts'

let scenario: Scenario

beforeAll(async () => {
  scenario = await startScenario()
  scenario.site.answer('/', () => ({ body: { done: true } }))
})

afterAll(async () => {
  await scenario[Symbol.asyncDispose]()
})

const refused = { status: 400, body: { error: { message: 'Not today.' } } }
const calling = (id: string, tool: string) => callsTools([id, tool, { item: 'x' }])
const condition = (type: string, more: JsonObject): JsonObject => ({ type, ...more })

/** What the model was shown, a message a line. */
const shown = (request: RecordedRequest | undefined): string[] => {
  const messages = request?.body?.['messages'] as { role: string; content: unknown }[] // the wire's own
  return messages.map(({ role, content }) => `${role}: ${String(content)}`)
}

test('a run that fails is done over from its input, and costs what all attempts cost', async () => {
  const agent = await scenario.agent([calling('call_a', 'look'), refused, says('Found it.')], {
    tools: [siteTool(scenario.site, 'look')],
    strategies: { retry: { attempts: 1 } },
  })
  const run = await scenario.run(agent, 'Go.')
  expect(run).toMatchObject({ state: 'completed', output: 'Found it.', usage: { model_calls: 2 } })
  const events = await scenario.events(run.id)
  expect(events.filter(({ type }) => type === 'attempt.failed').map(({ data }) => data)).toEqual([
    {
      attempt: 1,
      error: { code: 'provider_rejected', message: expect.stringContaining('Not today.') },
      wait_ms: 1000,
    },
  ])
  expect(events.flatMap(({ type, data }) => (type === 'step.started' ? [data.step] : []))).toEqual([1, 2, 3])
  expect(shown(agent.requests()[2])).toEqual([expect.stringMatching(/^system: /), 'user: Go.'])
})

test('a later run on the thread is not told of attempts that failed', async () => {
  const agent = await scenario.agent([calling('call_a', 'look'), refused, says('Found it.'), says('Yes.')], {
    tools: [siteTool(scenario.site, 'look')],
    strategies: { retry: { attempts: 1 } },
  })
  const { thread_id } = await scenario.run(agent, 'Go.')
  await scenario.run(agent, 'Sure?', { thread_id })
  expect(shown(agent.requests()[3]).slice(1)).toEqual(['user: Go.', 'assistant: Found it.', 'user: Sure?'])
})

test('an answer is worked on, round by round; the last one is the output', async () => {
  const agent = await scenario.agent([says('One.'), says('Two.'), says('Three.')], {
    strategies: { iterate: { times: 3 } },
  })
  const run = await scenario.run(agent, 'Write.')
  expect(run).toMatchObject({ state: 'completed', output: 'Three.', usage: { model_calls: 3 } })
  const events = await scenario.events(run.id)
  expect(events.filter(({ type }) => type === 'iteration.completed').map(({ data }) => data)).toEqual([
    { iteration: 1, times: 3, output: 'One.' },
    { iteration: 2, times: 3, output: 'Two.' },
  ])
  expect(shown(agent.requests()[2])).toEqual([
    'user: Write.',
    'assistant: One.',
    expect.stringMatching(/^user: This is round 2 of 3\. Your previous answer is the result so far/),
    'assistant: Two.',
    expect.stringMatching(/^user: This is round 3 of 3, the last one\./),
  ])
})

test('rounds end early when their condition is true of an answer, whose form is checked every time', async () => {
  const agent = await scenario.agent(
    [says('{"action": "more"}'), says('{"action": 1'), says('{"action": "done"}')],
    {
      output: { format: 'json' },
      strategies: { iterate: { times: 9, until: condition('equal', { path: 'action', value: 'done' }) } },
    },
  )
  const run = await scenario.run(agent, 'Write.')
  expect(run).toMatchObject({ state: 'completed', output_json: { action: 'done' } })
  const types = (await scenario.events(run.id)).map(({ type }) => type)
  expect(types.filter((type) => type === 'iteration.completed' || type === 'output.rejected')).toEqual([
    'iteration.completed',
    'output.rejected',
  ])
})

test('a condition that is true of what a tool returned stops the run', async () => {
  scenario.site.answer('/ledger', () => ({ body: { balance: -5 } }))
  const agent = await scenario.agent([calling('call_a', 'ledger'), says('Never.')], {
    tools: [siteTool(scenario.site, 'ledger')],
    strategies: { stop: { when: condition('lt', { path: 'balance', value: 0 }) } },
  })
  const run = await scenario.run(agent, 'Go.')
  expect(run).toMatchObject({ state: 'cancelled', output: null })
  expect((await scenario.events(run.id)).at(-1)).toMatchObject({
    type: 'run.cancelled',
    data: { reason: 'The stop condition is true of the result of ledger: balance < 0.' },
  })
  expect(agent.requests()).toHaveLength(1)
})

test('the answer that a stop condition is true of is the output of the run that it cancels', async () => {
  const agent = await scenario.agent([says('{"action":"done"}')], {
    output: { format: 'json', schema: null },
    strategies: { stop: { when: condition('equal', { path: 'action', value: 'done' }) } },
  })
  const run = await scenario.run(agent, 'Go.')
  const said = { output: '{"action":"done"}', output_json: { action: 'done' } }
  expect(run).toMatchObject({ state: 'cancelled', ...said })
  expect((await scenario.events(run.id)).at(-1)).toMatchObject({ type: 'run.cancelled', data: said })
  expect((await scenario.call('GET', `/v1/runs/${run.id}`)).body).toMatchObject({
    state: 'cancelled',
    ...said,
  })
})

test.each([
  ['gt', undefined],
  ['lte', null],
  ['lt', [1]],
])('a comparison by %s with %j is refused: it would never be true', async (type, value) => {
  const when = condition(type, value === undefined ? {} : { value })
  const reply = await scenario.call('POST', '/v1/agents', { name: 'Odd', strategies: { stop: { when } } })
  expect([reply.status, reply.body.code]).toEqual([400, 'invalid_request'])
  expect(reply.body.errors).toEqual([
    {
      field: 'strategies.stop.when.value',
      message: `must be a number or a text for conditions of the type "${type}"`,
    },
  ])
})

test('a pattern that is none is refused with the field it stands in', async () => {
  const reply = await scenario.call('POST', '/v1/agents', {
    name: 'Odd',
    strategies: { stop: { when: condition('regex', { term: '(' }) }, retry: { attempts: 0 } },
  })
  expect([reply.status, reply.body.code]).toEqual([400, 'invalid_request'])
  expect(reply.body.errors.map(({ field }: JsonObject) => field)).toEqual([
    'strategies.retry.attempts',
    'strategies.stop.when.term',
  ])
})

test('at its limit of tool calls an agent answers with what it knows', async () => {
  const two = callsTools(['call_b', 'saw', { item: 'y' }], ['call_c', 'saw', { item: 'z' }])
  const agent = await scenario.agent([calling('call_a', 'saw'), two, says('Sawn.')], {
    tools: [siteTool(scenario.site, 'saw')],
    limits: { tool_calls: 2, at_tool_calls: 'answer' },
  })
  const run = await scenario.run(agent, 'Go.')
  expect(run).toMatchObject({ state: 'completed', output: 'Sawn.' })
  expect(scenario.site.callsOf('/saw').map(({ body }) => body)).toEqual([{ item: 'x' }, { item: 'y' }])
  expect(agent.requests().map(({ body }) => body?.['tool_choice'])).toEqual([undefined, undefined, 'none'])
  expect(shown(agent.requests()[2]).at(-1)).toContain(
    'your 2 tool calls are used up. Answer now, without calling tools.',
  )
})

test('of earlier runs only the newest tool calls are shown', async () => {
  const agent = await scenario.agent(
    [calling('call_a', 'find'), calling('call_b', 'find'), says('Both found.'), says('Two.')],
    { tools: [siteTool(scenario.site, 'find')], history: { tool_calls: 1 } },
  )
  const { thread_id } = await scenario.run(agent, 'Find them.')
  await scenario.run(agent, 'How many?', { thread_id })
  const messages = agent.requests()[3]?.body?.['messages'] as JsonObject[] // the wire's own
  expect(messages.slice(1).map(({ role }) => role)).toEqual([
    'user',
    'assistant',
    'tool',
    'assistant',
    'user',
  ])
  expect(messages.flatMap(({ tool_call_id }) => tool_call_id ?? [])).toEqual(['call_b'])
})

test('a thought is a call like any other, and stands in the journal', async () => {
  const thought = { title: 'Plan', thought: 'Look first.' }
  const agent = await scenario.agent([callsTools(['call_a', 'think', thought]), says('Done.')], {
    tools: [{ type: 'think' }, { type: 'analyze' }],
  })
  const run = await scenario.run(agent, 'Go.')
  expect(run).toMatchObject({ state: 'completed', output: 'Done.' })
  const called = (await scenario.events(run.id)).find(({ type }) => type === 'tool.called')
  expect(called?.data).toMatchObject({ tool: 'think', arguments: thought, effects: 'none' })
})
