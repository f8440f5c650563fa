import { afterAll, beforeAll, expect, test } from 'vitest'
import type { StreamedEvent } from '../support/sse-client.ts'
import {
  callsTools,
  says,
  siteTool,
  startScenario,
  type Scenario,
  type ScenarioAgent,
} from '../support/scenario.ts'

let scenario: Scenario

beforeAll(async () => {
  scenario = await startScenario({ env: { PARLEY_MODEL_ALIASES: 'anthropic/*=openai/mapped' } })
  scenario.site.answer('/orders', ({ path }) => ({ body: { path } }))
})

afterAll(async () => {
  await scenario[Symbol.asyncDispose]()
})

/** The text of the answer as a follower assembles it, who drops a step's text when it is restarted. */
function assembled(events: StreamedEvent[]): string {
  let text = ''
  for (const { type, data } of events) {
    if (type === 'step.restarted') text = ''
    if (type === 'message.delta') text += data.text
  }
  return text
}

const typesOf = (events: StreamedEvent[]): string[] => events.map((event) => event.type)
const contentOf = (agent: ScenarioAgent, callId: string): unknown => {
  const messages = agent.requests().at(-1)?.body?.['messages'] as {
    tool_call_id?: string
    content: unknown
  }[] // the wire's own
  return messages.find((message) => message.tool_call_id === callId)?.content
}

test('a call of a tool that does not exist goes back to the model, which repairs it', async () => {
  const agent = await scenario.agent(
    [
      callsTools(['call_a', 'find_order', { item: '7' }]),
      callsTools(['call_b', 'orders', { item: '7' }]),
      says('Found.'),
    ],
    { tools: [siteTool(scenario.site, 'orders')] },
  )
  const run = await scenario.run(agent, 'Find 7.')
  expect(run).toMatchObject({ state: 'completed', output: 'Found.' })
  expect(contentOf(agent, 'call_a')).toBe('There is no tool named find_order.')
  expect(scenario.site.callsOf('/orders')).toHaveLength(1)
})

test('arguments that do not fit the schema go back to the model naming what is wrong', async () => {
  const agent = await scenario.agent([callsTools(['call_a', 'wrong', { item: 7 }]), says('I see.')], {
    tools: [siteTool(scenario.site, 'wrong')],
  })
  expect(await scenario.run(agent, 'Go.')).toMatchObject({ state: 'completed', output: 'I see.' })
  expect(contentOf(agent, 'call_a')).toBe('item must be string')
  expect(scenario.site.callsOf('/wrong')).toHaveLength(0)
})

test('arguments that are no JSON go back to the model, with what it wrote', async () => {
  const broken = { pieces: [{ toolCalls: [{ id: 'call_a', name: 'broken', arguments: '{"item": ' }] }] }
  const agent = await scenario.agent([broken, says('I see.')], { tools: [siteTool(scenario.site, 'broken')] })
  expect(await scenario.run(agent, 'Go.')).toMatchObject({ state: 'completed', output: 'I see.' })
  expect(contentOf(agent, 'call_a')).toBe(
    'The arguments are not valid JSON. Send them again as a JSON object.',
  )
  expect(scenario.site.callsOf('/broken')).toHaveLength(0)
  const messages = agent.requests()[1]?.body?.['messages'] as {
    tool_calls?: { function: { arguments: string } }[]
  }[] // the wire's own
  const sent = messages.flatMap((message) => message.tool_calls ?? []).map((call) => call.function.arguments)
  expect(sent).toHaveLength(1)
  expect(() => JSON.parse(String(sent[0]))).not.toThrow()
})

test('a rate limit is waited out as long as the vendor asks, and then the call is made again', async () => {
  const agent = await scenario.agent([
    { status: 429, headers: { 'retry-after-ms': '40' }, body: { error: { message: 'Slow down.' } } },
    says('Now.'),
  ])
  const run = await scenario.run(agent, 'Go.')
  expect(run).toMatchObject({ state: 'completed', output: 'Now.' })
  expect(agent.requests()).toHaveLength(2)
  expect(typesOf(await scenario.events(run.id))).not.toContain('step.restarted')
})

test('a failure of the vendor is tried again after a pause', async () => {
  const agent = await scenario.agent([{ status: 500, body: 'Oops.' }, says('Recovered.')])
  expect(await scenario.run(agent, 'Go.')).toMatchObject({ state: 'completed', output: 'Recovered.' })
  expect(agent.requests()).toHaveLength(2)
})

test('a refusal by the vendor is not tried again, and says what the vendor said', async () => {
  const agent = await scenario.agent([{ status: 401, body: { error: { message: 'Bad key sk-scenario.' } } }])
  const run = await scenario.run(agent, 'Go.')
  expect(run).toMatchObject({
    state: 'failed',
    error: { code: 'provider_rejected', message: 'OpenAI answered 401: Bad key ***.' },
  })
  expect(agent.requests()).toHaveLength(1)
})

test('a stream that breaks off is begun anew: what was shown of it is taken back and the whole text is right', async () => {
  const agent = await scenario.agent([
    { pieces: [{ text: 'Half a sent' }], ending: 'drop' },
    says('A whole ', 'sentence.'),
  ])
  const run = await scenario.run(agent, 'Go.')
  expect(run.output).toBe('A whole sentence.')
  const events = await scenario.events(run.id)
  expect(typesOf(events).slice(3)).toEqual([
    'step.started',
    'message.delta',
    'step.restarted',
    'message.delta',
    ...(typesOf(events).filter((type) => type === 'message.delta').length === 3 ? ['message.delta'] : []),
    'message.completed',
    'step.completed',
    'run.completed',
  ])
  expect(assembled(events)).toBe('A whole sentence.')
  expect(run.usage.model_calls).toBe(1)
})

test('a fallback answers when the first model fails for good, and its name is on the step', async () => {
  const agent = await scenario.agent([], {})
  const other = await scenario.agent([says('From the other.')])
  const fallback = (await scenario.call('GET', `/v1/agents/${other.id}`)).body.model.name
  await scenario.call('PATCH', `/v1/agents/${agent.id}`, { model: { fallbacks: [`openai/${fallback}`] } })
  const run = await scenario.run(agent, 'Go.')
  expect(run).toMatchObject({ state: 'completed', output: 'From the other.', model: `openai/${fallback}` })
  const events = await scenario.events(run.id)
  expect(typesOf(events).slice(3, 6)).toEqual(['step.started', 'step.restarted', 'step.started'])
  expect(events[4]?.data.reason).toBe(`Trying openai/${fallback} instead.`)
})

test('an operator who maps model names sees both in the journal', async () => {
  const agent = await scenario.agent([says('unused')])
  await scenario.call('PATCH', `/v1/agents/${agent.id}`, { model: 'anthropic/claude-sonnet-4-5' })
  const run = (await scenario.call('POST', `/v1/agents/${agent.id}/runs`, { input: 'Go.' })).body
  const started = (await scenario.events(run.id)).find((event) => event.type === 'step.started')
  expect(started?.data).toEqual({
    step: 1,
    model: 'openai/mapped',
    requested_model: 'anthropic/claude-sonnet-4-5',
  })
})

test('a model whose provider has no credential ends the run saying which variable to set', async () => {
  const agent = await scenario.agent([])
  await scenario.call('PATCH', `/v1/agents/${agent.id}`, { model: 'groq/llama' })
  const run = await scenario.run(agent, 'Go.')
  expect(run.state).toBe('failed')
  expect(run.error.code).toBe('model_without_credential')
  expect(run.error.message).toContain('set GROQ_API_KEY in the environment of the server')
})

test('a fallback is begun without a restart when the first model was never called', async () => {
  const agent = await scenario.agent([says('Here.')])
  const { name } = (await scenario.call('GET', `/v1/agents/${agent.id}`)).body.model
  const model = { provider: 'groq', name: 'llama', fallbacks: [`openai/${name}`] }
  await scenario.call('PATCH', `/v1/agents/${agent.id}`, { model })
  const run = await scenario.run(agent, 'Go.')
  expect(run).toMatchObject({ state: 'completed', output: 'Here.' })
  expect(typesOf(await scenario.events(run.id)).slice(3, 5)).toEqual(['step.started', 'message.delta'])
})

test('characters that cannot be stored are replaced in what models say and tools answer', async () => {
  scenario.site.answer('/odd', () => ({ body: { text: 'nul \0 and half \ud83d' } }))
  const agent = await scenario.agent([callsTools(['call_a', 'odd', { item: 'x' }]), says('It is \0 odd.')], {
    tools: [siteTool(scenario.site, 'odd')],
  })
  const run = await scenario.run(agent, 'Go.')
  expect(run).toMatchObject({ state: 'completed', output: 'It is \uFFFD odd.' })
  const completed = (await scenario.events(run.id)).find((event) => event.type === 'tool.completed')
  expect(completed?.data.output).toEqual({ text: 'nul \uFFFD and half \uFFFD' })
})
