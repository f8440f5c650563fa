import { afterAll, beforeAll, expect, test } from 'vitest'
import { callsTools, clientTool, says, siteTool, startScenario, type Scenario } from '../support/scenario.ts'

let scenario: Scenario

beforeAll(async () => {
  scenario = await startScenario()
})

afterAll(async () => {
  await scenario[Symbol.asyncDispose]()
})

const answerPath = (run: { id: string }): string => `/v1/runs/${run.id}/tool-outputs`

test('a run that calls a client-executed tool waits with the calls, and goes on with their outputs', async () => {
  const agent = await scenario.agent(
    [
      callsTools(['call_a', 'open_ticket', { item: 'lamp' }], ['call_b', 'open_ticket', { item: 'pen' }]),
      says('Both are open.'),
    ],
    { tools: [clientTool('open_ticket')] },
  )
  const run = await scenario.run(agent, 'Open two tickets.')
  expect(run.state).toBe('waiting')
  expect(run.waiting_for).toEqual({
    type: 'tool_outputs',
    calls: [
      { call_id: 'call_a', tool: 'open_ticket', arguments: { item: 'lamp' } },
      { call_id: 'call_b', tool: 'open_ticket', arguments: { item: 'pen' } },
    ],
  })
  expect((await scenario.call('GET', `/v1/runs/${run.id}`)).body).toEqual(run)

  const outputs = [
    { call_id: 'call_a', output: { ticket: 7 } },
    { call_id: 'call_b', output: 'eight' },
  ]
  const answered = await scenario.call('POST', answerPath(run), { outputs })
  expect(answered.status).toBe(200)
  const ended = await scenario.ended(run.id)
  expect(ended).toMatchObject({ state: 'completed', output: 'Both are open.', waiting_for: null })
  expect(ended.usage.model_calls).toBe(2)
  expect(agent.requests()[1]?.body?.['messages']).toEqual([
    expect.objectContaining({ role: 'system' }),
    { role: 'user', content: 'Open two tickets.' },
    expect.objectContaining({ role: 'assistant' }),
    { role: 'tool', tool_call_id: 'call_a', content: '{"ticket":7}' },
    { role: 'tool', tool_call_id: 'call_b', content: 'eight' },
  ])
  const types = (await scenario.events(run.id)).map((event) => event.type)
  expect(types).toEqual([
    'run.created',
    'message.created',
    'run.started',
    'step.started',
    'message.completed',
    'step.completed',
    'tool.called',
    'tool.called',
    'run.waiting',
    'tool.outputs_received',
    'run.resumed',
    'step.started',
    'message.delta',
    'message.completed',
    'step.completed',
    'run.completed',
  ])
})

test('outputs that are wrong, missing or double are refused naming what is wrong, and the run still waits', async () => {
  const agent = await scenario.agent(
    [callsTools(['call_a', 'ask', {}], ['call_b', 'ask', {}]), says('Done.')],
    { tools: [clientTool('ask')] },
  )
  const run = await scenario.run(agent, 'Ask.')

  const unknown = await scenario.call('POST', answerPath(run), {
    outputs: [
      { call_id: 'call_a', output: 1 },
      { call_id: 'call_z', output: 1 },
    ],
  })
  expect(unknown.status).toBe(400)
  expect(unknown.body.code).toBe('invalid_request')
  expect(unknown.body.errors).toEqual([
    { field: 'outputs[1].call_id', message: 'the run does not wait for this call, or it is answered twice' },
  ])

  const double = await scenario.call('POST', answerPath(run), {
    outputs: [
      { call_id: 'call_a', output: 1 },
      { call_id: 'call_b', output: 1 },
      { call_id: 'call_a', output: 2 },
    ],
  })
  expect(double.status).toBe(400)
  expect(double.body.errors).toEqual([
    { field: 'outputs[2].call_id', message: 'the run does not wait for this call, or it is answered twice' },
  ])

  const missing = await scenario.call('POST', answerPath(run), {
    outputs: [{ call_id: 'call_a', output: 1 }],
  })
  expect(missing.status).toBe(400)
  expect(missing.body).toMatchObject({
    code: 'tool_outputs_missing',
    errors: [{ field: 'outputs', message: 'the run also waits for: call_b' }],
  })

  expect((await scenario.call('GET', `/v1/runs/${run.id}`)).body.state).toBe('waiting')
  const outputs = [
    { call_id: 'call_a', output: 1 },
    { call_id: 'call_b', output: 2 },
  ]
  expect((await scenario.call('POST', answerPath(run), { outputs })).status).toBe(200)
  expect(await scenario.ended(run.id)).toMatchObject({ state: 'completed', output: 'Done.' })
  const late = await scenario.call('POST', answerPath(run), { outputs })
  expect([late.status, late.body.code]).toEqual([409, 'run_finished'])
})

test('an output may come while the run is still at another call, and then nothing waits', async () => {
  const gate = Promise.withResolvers<void>()
  scenario.site.answer('/slow', async () => {
    await gate.promise
    return { body: { done: true } }
  })
  const agent = await scenario.agent(
    [callsTools(['call_a', 'ask', {}], ['call_b', 'slow', { item: 'x' }]), says('Both came.')],
    { tools: [clientTool('ask'), siteTool(scenario.site, 'slow')] },
  )
  const runId = await scenario.start(agent, 'Go.')
  await scenario.site.called('/slow')

  const wrong = await scenario.call('POST', `/v1/runs/${runId}/tool-outputs`, {
    outputs: [{ call_id: 'call_b', output: 1 }],
  })
  expect([wrong.status, wrong.body.errors]).toEqual([
    400,
    [
      {
        field: 'outputs[0].call_id',
        message: 'the run does not wait for this call, or it is answered twice',
      },
    ],
  ])
  const double = await scenario.call('POST', `/v1/runs/${runId}/tool-outputs`, {
    outputs: [
      { call_id: 'call_a', output: 1 },
      { call_id: 'call_a', output: 2 },
    ],
  })
  expect([double.status, double.body.errors]).toEqual([
    400,
    [
      {
        field: 'outputs[1].call_id',
        message: 'the run does not wait for this call, or it is answered twice',
      },
    ],
  ])
  const right = await scenario.call('POST', `/v1/runs/${runId}/tool-outputs`, {
    outputs: [{ call_id: 'call_a', output: 'early' }],
  })
  expect(right.status).toBe(200)
  expect(right.body.state).toBe('running')
  gate.resolve()

  const events = await scenario.events(runId)
  expect(events.map((event) => event.type)).not.toContain('run.waiting')
  expect(events.at(-1)?.data.output).toBe('Both came.')
  const messages = JSON.stringify(agent.requests()[1]?.body?.['messages'])
  expect(messages).toContain('"tool_call_id":"call_a","content":"early"')
})

test('an output is kept as it can be stored, whatever half characters the client sends', async () => {
  const agent = await scenario.agent([callsTools(['call_a', 'ask', {}]), says('Read.')], {
    tools: [clientTool('ask')],
  })
  const run = await scenario.run(agent, 'Ask.')
  const reply = await scenario.call(
    'POST',
    answerPath(run),
    '{"outputs":[{"call_id":"call_a","output":"half \\ud83d"}]}',
  )
  expect(reply.status).toBe(200)
  expect(await scenario.ended(run.id)).toMatchObject({ state: 'completed', output: 'Read.' })
  const nul = await scenario.call(
    'POST',
    answerPath(run),
    '{"outputs":[{"call_id":"call_a","output":"\\u0000"}]}',
  )
  expect([nul.status, nul.body.code]).toEqual([400, 'nul_character'])
})
