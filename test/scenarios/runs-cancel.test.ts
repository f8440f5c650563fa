import { afterAll, beforeAll, expect, test } from 'vitest'
import { armFaultPoint } from '../../src/lib/fault-point.ts'
import { newId, parseId, printId } from '../../src/lib/ids.ts'
import { callsTools, clientTool, says, siteTool, startScenario, type Scenario } from '../support/scenario.ts'
import { within } from '../support/within.ts'

let scenario: Scenario
const never = new Promise<never>(() => {})

beforeAll(async () => {
  scenario = await startScenario()
})

afterAll(async () => {
  await scenario[Symbol.asyncDispose]()
})

const cancel = (runId: string, body?: object) => scenario.call('POST', `/v1/runs/${runId}/cancel`, body)

test('cancelling reaches the model call within a second: its vendor sees the connection close', async () => {
  const agent = await scenario.agent([{ pieces: [{ text: 'Once upon ' }, { wait: never }] }])
  const runId = await scenario.start(agent, 'A long story.')
  await scenario.until(runId, 'message.delta')
  const [request] = agent.requests()
  const [reply] = await Promise.all([
    cancel(runId, { reason: 'Too long.' }),
    within(1000, request?.aborted ?? never),
  ])
  expect(reply.status).toBe(200)
  expect(reply.body).toMatchObject({
    id: runId,
    state: 'cancelled',
    output: null,
    error: null,
    waiting_for: null,
  })
  expect(reply.body.finished_at).toMatch(/Z$/)
  const last = (await scenario.events(runId)).at(-1)
  expect(last).toMatchObject({
    type: 'run.cancelled',
    data: { reason: 'Too long.', usage: { total_tokens: 0, model_calls: 0 }, cost: '0' },
  })
})

test('cancelling reaches a running tool within a second', async () => {
  scenario.site.answer('/dig', () => never)
  const agent = await scenario.agent([callsTools(['call_a', 'dig', { item: 'hole' }])], {
    tools: [siteTool(scenario.site, 'dig')],
  })
  const runId = await scenario.start(agent, 'Dig.')
  const call = await scenario.site.called('/dig')
  const [reply] = await Promise.all([cancel(runId), within(1000, call.aborted)])
  expect(reply.body).toMatchObject({ state: 'cancelled' })
  expect(reply.body.usage.total_tokens).toBe(18)
  expect((await scenario.events(runId)).at(-1)?.data.reason).toBe('Cancelled by request.')
})

test('a run that waits for its turn is cancelled without ever starting, and the next one gets the turn', async () => {
  const gate = Promise.withResolvers<void>()
  const agent = await scenario.agent([
    { pieces: [{ wait: gate.promise }, { text: 'First.' }] },
    says('Third.'),
  ])
  const thread = (await scenario.call('POST', '/v1/threads', { agent_id: agent.id })).body.id
  const first = await scenario.start(agent, '1', { thread_id: thread })
  await agent.asked(1)
  const second = await scenario.start(agent, '2', { thread_id: thread })
  const third = await scenario.start(agent, '3', { thread_id: thread })
  const reply = await cancel(second)
  expect(reply.body).toMatchObject({ state: 'cancelled', started_at: null, usage: { model_calls: 0 } })
  gate.resolve()
  expect(await scenario.ended(first)).toMatchObject({ output: 'First.' })
  expect(await scenario.ended(third)).toMatchObject({ output: 'Third.' })
  expect((await scenario.events(second)).map((event) => event.type)).toEqual([
    'run.created',
    'message.created',
    'run.cancelled',
  ])
})

test('cancelling a run that waits for an approval makes the question void', async () => {
  const agent = await scenario.agent([callsTools(['call_a', 'pay', { item: 'bill' }])], {
    tools: [siteTool(scenario.site, 'pay', { approval: 'always' })],
  })
  const run = await scenario.run(agent, 'Pay.')
  const approvalId = run.waiting_for.approvals[0].approval_id
  expect((await cancel(run.id)).body).toMatchObject({ state: 'cancelled', waiting_for: null })
  expect((await scenario.call('GET', `/v1/approvals/${approvalId}`)).body.state).toBe('void')
  const late = await scenario.call('POST', `/v1/approvals/${approvalId}`, { decision: 'approve' })
  expect([late.status, late.body.code]).toEqual([409, 'approval_decided'])
  expect(scenario.site.callsOf('/pay')).toHaveLength(0)
})

test('a question asked beside a running call is void once the run is cancelled', async () => {
  scenario.site.answer('/load', () => never)
  const agent = await scenario.agent(
    [callsTools(['call_a', 'pay', { item: 'bill' }], ['call_b', 'load', { item: 'truck' }])],
    { tools: [siteTool(scenario.site, 'pay', { approval: 'always' }), siteTool(scenario.site, 'load')] },
  )
  const runId = await scenario.start(agent, 'Both.')
  await scenario.site.called('/load')
  expect((await cancel(runId)).body.state).toBe('cancelled')
  const { data } = (await scenario.call('GET', `/v1/approvals?run_id=${runId}`)).body
  expect(data.map((approval: { state: string }) => approval.state)).toEqual(['void'])
})

test('a run that has ended cannot be cancelled', async () => {
  const agent = await scenario.agent([says('Done.')])
  const run = await scenario.run(agent, 'Go.')
  const reply = await cancel(run.id)
  expect([reply.status, reply.body.code]).toEqual([409, 'run_finished'])
  expect((await scenario.call('GET', `/v1/runs/${run.id}`)).body).toEqual(run)
})

test('a cancel that comes before the segment listens is not lost', async () => {
  const agent = await scenario.agent([says('Hello.'), { pieces: [{ wait: never }] }])
  const first = await scenario.run(agent, 'Hello.')
  const { runs, answers, access } = scenario.server.server.services
  const principal = await access.authenticate(scenario.server.ownerKey)
  const id = newId()
  const cancelled = Promise.withResolvers<void>()
  // The run is stored now, and its process has yet to read what the thread said before.
  armFaultPoint('journal.after_commit', 1, () => {
    setImmediate(
      () => void answers.cancel(principal, id, 'At once.').then(() => cancelled.resolve(), cancelled.reject),
    )
  })
  const accepted = await runs.create(principal, {
    id,
    agentId: parseId('agent', agent.id) ?? '',
    input: [{ type: 'text', text: 'Again.' }],
    thread: { id: parseId('thread', first.thread_id) ?? '' },
    version: null,
    tools: [],
    metadata: {},
    dialect: 'native',
    source: 'api',
    answering: { approvals: 'park', clientTools: 'available' },
    parentRunId: null,
    background: false,
    delaySeconds: 0,
  })
  await accepted.stored
  await cancelled.promise
  const last = (await scenario.events(printId('run', id))).at(-1)
  expect(last).toMatchObject({ type: 'run.cancelled', data: { reason: 'At once.' } })
})

test('outputs and cancel may come at the same time: the run ends once', async () => {
  const agent = await scenario.agent([callsTools(['call_a', 'ask', {}]), { pieces: [{ wait: never }] }], {
    tools: [clientTool('ask')],
  })
  const run = await scenario.run(agent, 'Ask.')
  const outputs = [{ call_id: 'call_a', output: 1 }]
  const [, cancelled] = await Promise.all([
    scenario.call('POST', `/v1/runs/${run.id}/tool-outputs`, { outputs }),
    cancel(run.id),
  ])
  expect(cancelled.body.state).toBe('cancelled')
  const types = (await scenario.events(run.id)).map((event) => event.type)
  expect(types.filter((type) => type === 'run.cancelled')).toHaveLength(1)
})

test('a run whose process is gone is cancelled by whoever takes it up', async () => {
  const agent = await scenario.agent([{ pieces: [{ wait: never }] }, { pieces: [{ wait: never }] }])
  const runId = await scenario.start(agent, 'Go.')
  await agent.asked(1)
  await scenario.restart(() => {}, 'hasty')
  const reply = await cancel(runId, { reason: 'No longer needed.' })
  expect(reply.status).toBe(200)
  const last = (await scenario.events(runId)).at(-1)
  expect(last).toMatchObject({ type: 'run.cancelled', data: { reason: 'No longer needed.' } })
  expect(agent.requests()).toHaveLength(1)
})

test('a cancel that comes between an answer and the segment it starts is not lost', async () => {
  const agent = await scenario.agent([callsTools(['call_a', 'ask', {}]), { pieces: [{ wait: never }] }], {
    tools: [clientTool('ask')],
  })
  const run = await scenario.run(agent, 'Ask.')
  const { answers, access } = scenario.server.server.services
  const principal = await access.authenticate(scenario.server.ownerKey)
  const cancelled = Promise.withResolvers<void>()
  armFaultPoint('run.answer_recorded', 1, () => {
    answers
      .cancel(principal, parseId('run', run.id) ?? '', 'At once.')
      .then(() => cancelled.resolve(), cancelled.reject)
  })
  const outputs = [{ call_id: 'call_a', output: 1 }]
  await scenario.call('POST', `/v1/runs/${run.id}/tool-outputs`, { outputs })
  await cancelled.promise
  const last = (await scenario.events(run.id)).at(-1)
  expect(last).toMatchObject({ type: 'run.cancelled', data: { reason: 'At once.' } })
})
