import { afterAll, beforeAll, expect, test } from 'vitest'
import { newId, parseId, printId } from '../../src/lib/ids.ts'
import type { Reply } from '../support/server.ts'
import {
  callsTools,
  clientTool,
  says,
  siteTool,
  startScenario,
  type Scenario,
  type ScenarioAgent,
} from '../support/scenario.ts'

let scenario: Scenario

beforeAll(async () => {
  scenario = await startScenario()
  scenario.site.answer('/', () => ({ body: { done: true } }))
})

afterAll(async () => {
  await scenario[Symbol.asyncDispose]()
})

const decide = (id: string, body: object): Promise<Reply> =>
  scenario.call('POST', `/v1/approvals/${id}`, body)

const pendingOf = async (runId: string): Promise<string[]> => {
  const { body } = await scenario.call('GET', `/v1/approvals?state=pending&run_id=${runId}`)
  return body.data.map((approval: { id: string }) => approval.id)
}

/** What the model was told about a call, at its second step. */
const toldAbout = (agent: ScenarioAgent, callId: string): unknown => {
  const messages = agent.requests().at(-1)?.body?.['messages'] as {
    tool_call_id?: string
    content: unknown
  }[] // the fake vendor's own wire
  return messages.find((message) => message.tool_call_id === callId)?.content
}

test('a call that needs approval parks the run, and is made once after it is approved', async () => {
  const agent = await scenario.agent(
    [callsTools(['call_a', 'refund', { item: 'lamp' }]), says('Refunded.')],
    {
      tools: [siteTool(scenario.site, 'refund', { approval: 'always' })],
    },
  )
  const run = await scenario.run(agent, 'Refund the lamp.')
  expect(run.state).toBe('waiting')
  const [approvalId] = await pendingOf(run.id)
  expect(run.waiting_for).toEqual({
    type: 'approval',
    approvals: [{ approval_id: approvalId, call_id: 'call_a', tool: 'refund', arguments: { item: 'lamp' } }],
  })
  expect(scenario.site.callsOf('/refund')).toHaveLength(0)

  const decided = await decide(String(approvalId), { decision: 'approve', reason: 'Known customer.' })
  expect(decided.status).toBe(200)
  expect(decided.body).toMatchObject({
    id: approvalId,
    run_id: run.id,
    agent_id: agent.id,
    call_id: 'call_a',
    kind: 'approval',
    mode: 'park',
    tool: 'refund',
    arguments: { item: 'lamp' },
    state: 'decided',
    decision: 'approve',
    reason: 'Known customer.',
  })
  expect(await scenario.ended(run.id)).toMatchObject({ state: 'completed', output: 'Refunded.' })
  const calls = scenario.site.callsOf('/refund')
  expect(calls.map(({ method, body }) => ({ method, body }))).toEqual([
    { method: 'POST', body: { item: 'lamp' } },
  ])
  expect(calls[0]?.headers['idempotency-key']).toBe(`effect_${run.id.slice('run_'.length)}_call_a`)

  const again = await decide(String(approvalId), { decision: 'approve' })
  expect([again.status, again.body.code]).toEqual([409, 'approval_decided'])
  expect(scenario.site.callsOf('/refund')).toHaveLength(1)
})

test('a rejected call is never made, and the model is told so with the reason', async () => {
  const agent = await scenario.agent([callsTools(['call_a', 'scrap', { item: 'lamp' }]), says('Then not.')], {
    tools: [siteTool(scenario.site, 'scrap', { approval: 'always' })],
  })
  const run = await scenario.run(agent, 'Scrap the lamp.')
  const [approvalId] = await pendingOf(run.id)
  await decide(String(approvalId), { decision: 'reject', reason: 'It still works.' })
  expect(await scenario.ended(run.id)).toMatchObject({ state: 'completed', output: 'Then not.' })
  expect(toldAbout(agent, 'call_a')).toBe('A person rejected this call. Reason: It still works.')
  expect(scenario.site.callsOf('/scrap')).toHaveLength(0)
  const completed = (await scenario.events(run.id)).find((event) => event.type === 'tool.completed')
  expect(completed?.data).toMatchObject({ call_id: 'call_a', status: 'rejected' })
})

test('two approvals of one step are decided one by one: each call follows its own decision', async () => {
  const agent = await scenario.agent(
    [
      callsTools(['call_a', 'ship', { item: 'lamp' }], ['call_b', 'ship', { item: 'pen' }]),
      says('One shipped.'),
    ],
    { tools: [siteTool(scenario.site, 'ship', { approval: 'always' })] },
  )
  const run = await scenario.run(agent, 'Ship both.')
  const [first, second] = run.waiting_for.approvals
  expect([first.call_id, second.call_id]).toEqual(['call_a', 'call_b'])

  await decide(second.approval_id, { decision: 'approve' })
  await scenario.until(run.id, 'run.waiting', 2)
  const between = (await scenario.call('GET', `/v1/runs/${run.id}`)).body
  expect(between.state).toBe('waiting')
  expect(between.waiting_for.approvals).toEqual([first])

  await decide(first.approval_id, { decision: 'reject' })
  expect(await scenario.ended(run.id)).toMatchObject({ state: 'completed', output: 'One shipped.' })
  expect(scenario.site.callsOf('/ship').map((call) => call.body)).toEqual([{ item: 'pen' }])
  expect(agent.requests()).toHaveLength(2)
})

test('decisions of two people at the same moment are both heard', async () => {
  const agent = await scenario.agent(
    [callsTools(['call_a', 'pack', { item: 'lamp' }], ['call_b', 'pack', { item: 'pen' }]), says('Packed.')],
    { tools: [siteTool(scenario.site, 'pack', { approval: 'always' })] },
  )
  const run = await scenario.run(agent, 'Pack both.')
  const ids: string[] = run.waiting_for.approvals.map(
    (approval: { approval_id: string }) => approval.approval_id,
  )
  const replies = await Promise.all(ids.map((id) => decide(id, { decision: 'approve' })))
  expect(replies.map((reply) => reply.status)).toEqual([200, 200])
  expect(await scenario.ended(run.id)).toMatchObject({ state: 'completed', output: 'Packed.' })
  expect(scenario.site.callsOf('/pack')).toHaveLength(2)
})

test('of the same decision given twice at once, one is taken and the other refused', async () => {
  const agent = await scenario.agent([callsTools(['call_a', 'print', { item: 'label' }]), says('Printed.')], {
    tools: [siteTool(scenario.site, 'print', { approval: 'always' })],
  })
  const run = await scenario.run(agent, 'Print.')
  const id = run.waiting_for.approvals[0].approval_id
  const replies = await Promise.all([
    decide(id, { decision: 'approve' }),
    decide(id, { decision: 'approve' }),
  ])
  expect(replies.map((reply) => reply.status).toSorted()).toEqual([200, 409])
  expect(await scenario.ended(run.id)).toMatchObject({ state: 'completed' })
  expect(scenario.site.callsOf('/print')).toHaveLength(1)
})

test('a decision of the wrong kind is refused naming the field, and nothing is decided', async () => {
  const agent = await scenario.agent([callsTools(['call_a', 'weigh', { item: 'lamp' }])], {
    tools: [siteTool(scenario.site, 'weigh', { approval: 'always' })],
  })
  const run = await scenario.run(agent, 'Weigh.')
  const id = run.waiting_for.approvals[0].approval_id
  const wrong = await decide(id, { decision: 'happened', result: {} })
  expect([wrong.status, wrong.body.code, wrong.body.errors]).toEqual([
    400,
    'invalid_request',
    [{ field: 'decision', message: 'this question takes one of: approve, reject' }],
  ])
  const result = await decide(id, { decision: 'approve', result: { weight: 1 } })
  expect([result.status, result.body.errors]).toEqual([
    400,
    [{ field: 'result', message: 'only "happened" takes a result' }],
  ])
  const word = await decide(id, { decision: 'perhaps' })
  expect([word.status, word.body.errors[0].field]).toEqual([400, 'decision'])
  expect(await pendingOf(run.id)).toEqual([id])
  const unknown = await decide(printId('approval', newId()), { decision: 'approve' })
  expect([unknown.status, unknown.body.code]).toEqual([404, 'approval_not_found'])
})

test('outputs are refused while the run waits for an approval, and handed in after it', async () => {
  const agent = await scenario.agent(
    [callsTools(['call_a', 'label', { item: 'lamp' }], ['call_b', 'ask', {}]), says('Both.')],
    { tools: [siteTool(scenario.site, 'label', { approval: 'always' }), clientTool('ask')] },
  )
  const run = await scenario.run(agent, 'Both.')
  expect(run.waiting_for.type).toBe('approval')
  const outputs = { outputs: [{ call_id: 'call_b', output: 1 }] }
  const early = await scenario.call('POST', `/v1/runs/${run.id}/tool-outputs`, outputs)
  expect([early.status, early.body.code]).toEqual([409, 'not_waiting_for_that'])
  await decide(run.waiting_for.approvals[0].approval_id, { decision: 'approve' })
  await scenario.until(run.id, 'run.waiting', 2)
  const waiting = (await scenario.call('GET', `/v1/runs/${run.id}`)).body
  expect(waiting.waiting_for).toEqual({
    type: 'tool_outputs',
    calls: [{ call_id: 'call_b', tool: 'ask', arguments: {} }],
  })
  expect((await scenario.call('POST', `/v1/runs/${run.id}/tool-outputs`, outputs)).status).toBe(200)
  expect(await scenario.ended(run.id)).toMatchObject({ state: 'completed', output: 'Both.' })
})

test('a deferred approval lets the run finish; the decision starts a new run that makes the call once and answers', async () => {
  const agent = await scenario.agent(
    [callsTools(['call_a', 'wire', { item: '100' }]), says('A person has to look at that.')],
    { tools: [siteTool(scenario.site, 'wire', { approval: 'always' })] },
  )
  const first = await scenario.ended(
    await scenario.startDeferring(agent, 'Wire 100.', { metadata: { order: 7 } }),
  )
  expect(first).toMatchObject({ state: 'completed', output: 'A person has to look at that.' })
  const [approvalId] = await pendingOf(first.id)
  expect(JSON.parse(String(toldAbout(agent, 'call_a')))).toEqual({
    status: 'pending_approval',
    message: 'A person has been asked; the call is made when they approve it.',
    approval_id: parseId('approval', String(approvalId)),
  })
  expect(scenario.site.callsOf('/wire')).toHaveLength(0)

  agent.script(says('The 100 are on their way.'))
  expect((await decide(String(approvalId), { decision: 'approve' })).status).toBe(200)
  const runs = (await scenario.call('GET', `/v1/runs?thread_id=${first.thread_id}`)).body.data
  expect(runs).toHaveLength(2)
  const second = await scenario.ended(runs[0].id)
  expect(second).toMatchObject({
    state: 'completed',
    output: 'The 100 are on their way.',
    parent_run_id: first.id,
    thread_id: first.thread_id,
    source: 'approval',
    metadata: { order: 7 },
  })
  expect(scenario.site.callsOf('/wire').map((call) => call.body)).toEqual([{ item: '100' }])
  const again = await decide(String(approvalId), { decision: 'approve' })
  expect([again.status, again.body.code]).toEqual([409, 'approval_decided'])
  expect(scenario.site.callsOf('/wire')).toHaveLength(1)
})
