import { afterAll, beforeAll, expect } from 'vitest'
import { runEndpoints } from '../../src/dialects/make/endpoints/runs.ts'
import { makeRequirements } from '../../src/dialects/make/requirements.ts'
import type { Endpoint, ReplyWith } from '../../src/http/endpoint.ts'
import { newId, printId } from '../../src/lib/ids.ts'
import type { JsonObject } from '../../src/lib/json.ts'
import { startMakeRuns, type MakeAgent, type MakeRuns } from '../support/make-runs.ts'
import { callsTools, says } from '../support/scenario.ts'
import { verifies } from '../support/verifies.ts'

let make: MakeRuns

beforeAll(async () => {
  make = await startMakeRuns()
})

afterAll(async () => {
  await make[Symbol.asyncDispose]()
})

const ask = (content: string, threadId: string): JsonObject => ({
  messages: [{ role: 'user', content }],
  config: {},
  threadId,
})
const post = (path: string, body?: JsonObject) =>
  make.team.call('POST', `${path}?teamId=${make.team.teamId}`, body)
const remove = (path: string) => make.team.call('DELETE', `${path}?teamId=${make.team.teamId}`)

verifies(
  makeRequirements,
  ['make.threads.read'],
  'a thread holds what its runs answered, oldest first, those of the native API included',
  async () => {
    const agent = await make.agent([
      says('One.'),
      { status: 400, body: { error: { message: 'No.' } } },
      says('Three.'),
    ])
    const first = await make.run(agent, ask('1', 'orders / 7'))
    const second = await make.run(agent, ask('2', 'orders / 7'))
    expect([first.status, second.status]).toEqual([200, 502])
    const runs = (await make.scenario.call('GET', `/v1/runs?agent_id=${agent.id}`)).body.data
    const native = await make.scenario.run(agent, '3', { thread_id: runs[0].thread_id })

    const listed = await make.get(`${agent.path}/threads`)
    expect(listed.body).toEqual([
      { threadId: 'orders / 7', createdAt: expect.any(String), updatedAt: expect.any(String) },
    ])
    const { status, body } = await make.get(`${agent.path}/threads/${encodeURIComponent('orders / 7')}`)
    expect(status).toBe(200)
    expect(body.threadId).toBe('orders / 7')
    expect(body.iterations.map(({ state, response, error }: JsonObject) => [state, response, error])).toEqual(
      [
        ['completed', 'One.', null],
        ['failed', '', second.body],
        ['completed', 'Three.', null],
      ],
    )
    const { state: _state, createdAt: _createdAt, error: _error, ...iteration } = body.iterations[0]
    expect(iteration).toEqual(first.body)
    expect(printId('run', body.iterations[2].lastAgentIterationId)).toBe(native.id)
    // Nobody told that run the time.
    expect(body.iterations[2].executionSteps[0].content).toBe('Resolve refund requests.')
    expect(body.executionSteps).toHaveLength(8)
    const newest = await make.get(`${agent.path}/threads/orders%20%2F%207?pg[limit]=1&pg[offset]=1`)
    expect(newest.body.iterations.map(({ state }: JsonObject) => state)).toEqual(['failed'])
  },
)

verifies(
  makeRequirements,
  ['make.threads.delete'],
  'a deleted thread is not found, and its threadId begins anew',
  async () => {
    const agent = await make.agent([says('One.'), says('Two.')])
    await make.run(agent, ask('I am Ana.', 'gone'))
    const path = `${agent.path}/threads/gone`
    const deleted = await remove(path)
    expect([deleted.status, deleted.body]).toEqual([204, ''])
    const missing = await make.get(path)
    expect([missing.status, missing.body.code]).toEqual([404, 'SC404'])
    expect((await remove(path)).status).toBe(404)
    const fresh = await make.run(agent, ask('Who am I?', 'gone'))
    expect(fresh.body.threadId).toBe('gone')
    expect(agent.sent()[1]?.messages).toHaveLength(2)
    expect((await make.get(path)).body.iterations).toHaveLength(1)
    expect((await make.get(`${agent.path}/runs`)).body).toHaveLength(2)
  },
)

verifies(
  makeRequirements,
  ['make.runs.history'],
  'runs are listed newest first, read by their iteration, and cancelled',
  async () => {
    const agent = await make.agent([says('One.'), { hang: true }])
    const other = await make.agent([])
    const { body: one } = await make.run(agent, ask('1', 'a'))
    const cancelled = make.run(agent, ask('2', 'b'))
    await agent.asked(2)
    const listed = (await make.get(`${agent.path}/runs`)).body
    expect(listed).toEqual([
      {
        agentIterationId: expect.any(String),
        threadId: 'b',
        state: 'running',
        response: null,
        createdAt: expect.any(String),
        finishedAt: null,
      },
      {
        agentIterationId: one.lastAgentIterationId,
        threadId: 'a',
        state: 'completed',
        response: 'One.',
        createdAt: expect.any(String),
        finishedAt: expect.any(String),
      },
    ])
    const path = `${agent.path}/runs/${listed[0].agentIterationId}`
    expect((await make.get(path)).body).toMatchObject({ state: 'running', response: '', executionTimeMs: 0 })
    const busy = await remove(`${agent.path}/threads/b`)
    expect([busy.status, busy.body.code]).toEqual([409, 'SC409'])
    expect((await post(`${path}/cancel`)).body).toMatchObject({ state: 'cancelled', threadId: 'b' })
    expect(await cancelled).toMatchObject({
      status: 409,
      body: { detail: 'The run was cancelled: Cancelled by request.', message: 'Conflict', code: 'SC409' },
    })
    const again = await post(`${path}/cancel`)
    expect([again.status, again.body.code]).toEqual([409, 'SC409'])

    const read = await make.get(`${agent.path}/runs/${one.lastAgentIterationId}`)
    expect(read.body).toEqual({ ...one, state: 'completed', createdAt: listed[1].createdAt, error: null })
    for (const wrong of [`${other.path}/runs/${one.lastAgentIterationId}`, `${agent.path}/runs/${newId()}`]) {
      const reply = await make.get(wrong)
      expect([reply.status, reply.body.code]).toEqual([404, 'SC404'])
    }
  },
)

verifies(
  makeRequirements,
  ['make.run.thread_busy'],
  'runs of one thread take turns, and one that waits too long is cancelled and answers 409',
  async () => {
    const gate = Promise.withResolvers<void>()
    const agent = await make.agent([
      { pieces: [{ wait: gate.promise }, { text: 'First.' }] },
      says('Second.'),
    ])
    const first = make.run(agent, ask('1', 'busy'))
    await agent.asked(1)
    const refused = (await impatient(agent, ask('2', 'busy'), 150)) as ReplyWith // not a whole run
    expect([refused.status, refused.body]).toEqual([
      409,
      {
        detail: 'Another run of this thread has not finished within 0.15 seconds.',
        message: 'Conflict',
        code: 'SC409',
      },
    ])
    const second = make.run(agent, ask('3', 'busy'))
    const states = async () =>
      (await make.get(`${agent.path}/runs`)).body.map(({ state }: JsonObject) => state)
    while ((await states()).length < 3);
    expect(await states()).toEqual(['queued', 'cancelled', 'running'])
    gate.resolve()
    expect((await first).body.response).toBe('First.')
    expect((await second).body.response).toBe('Second.')
    expect(agent.requests()).toHaveLength(2)
  },
)

/** A run through the endpoint itself, with another patience than the server's. */
async function impatient(agent: MakeAgent, body: JsonObject, patience: number): Promise<unknown> {
  const { services } = make.scenario.server.server
  const [endpoint] = runEndpoints(services, { patience })
  const request = {
    params: { agentId: agent.uuid },
    query: { teamId: make.team.teamId },
    body,
    principal: await services.access.authenticate(make.team.key),
    headers: () => undefined,
    signal: new AbortController().signal,
    dialect: 'make',
    resourceId: newId(),
  } as unknown as Parameters<Endpoint['handle']>[0] // all that the handler reads
  return await endpoint?.handle(request)
}

interface PrintedApproval {
  id: string
  status: string
  decision: string | null
}

const approvalsOf = async (agent: MakeAgent, query = ''): Promise<PrintedApproval[]> =>
  (await make.get(`${agent.path}/approvals${query}`)).body

verifies(
  makeRequirements,
  ['make.approvals.pending', 'make.approvals.decide'],
  'a call that needs approval waits for it, and is made once after it on the same thread',
  async () => {
    make.scenario.site.answer('/refund', () => ({ body: { refunded: true } }))
    const refund = await make.tool('refund')
    const agent = await make.agent(
      [
        callsTools(['c1', 'refund', { item: 'lamp' }]),
        says('A person has to look at that.'),
        says('The lamp is refunded.'),
      ],
      { settings: { scenarios: [{ makeScenarioId: refund, approvalMode: 'approval-required' }] } },
    )
    const asked = await make.run(agent, {
      ...ask('Refund it.', 'r1'),
      config: { additionalSystemPrompt: 'Be kind.' },
    })
    expect([asked.status, asked.body.response]).toEqual([200, 'A person has to look at that.'])
    const [pending, ...others] = await approvalsOf(agent, '?status=pending')
    expect(others).toEqual([])
    expect(pending).toMatchObject({
      status: 'pending',
      decision: null,
      name: 'refund',
      args: { item: 'lamp' },
      toolCallId: 'c1',
      agentIterationId: asked.body.lastAgentIterationId,
    })
    expect(asked.body.executionSteps[3].toolResponse).toMatchObject({
      toolCallId: 'c1',
      name: 'refund',
      status: 'pending_approval',
      approvalId: pending?.id,
    })
    expect(make.scenario.site.callsOf('/refund')).toHaveLength(0)

    const path = `${agent.path}/approvals/${pending?.id}`
    const wrong = await post(path, { decision: 'reject', args: { item: 'pen' } })
    expect([wrong.status, wrong.body.suberrors]).toEqual([
      400,
      [{ name: 'args', message: 'args goes only with approve' }],
    ])
    const approved = await post(path, { decision: 'approve', args: { item: 'pen' } })
    expect(approved.status).toBe(200)
    expect(approved.body).toMatchObject({ response: 'The lamp is refunded.', threadId: 'r1' })
    expect(make.scenario.site.callsOf('/refund').map(({ body }) => body)).toEqual([{ item: 'pen' }])
    const steps = approved.body.executionSteps
    expect(steps.map(({ role }: JsonObject) => role)).toEqual([
      'system',
      'user',
      'assistant',
      'tool',
      'assistant',
    ])
    expect(steps[0].content).toMatch(
      /^Resolve refund requests\.\nBe kind\.\nCurrent time \(ISO\): \S+\+00:00$/,
    )
    expect(steps[2].toolCalls).toEqual([
      { id: steps[2].toolCalls[0].id, name: 'refund', args: { item: 'pen' }, makeScenarioId: refund },
    ])
    expect(steps[3].toolResponse).toMatchObject({ status: 'success', output: { refunded: true } })

    const again = await post(path, { decision: 'approve' })
    expect([again.status, again.body.code]).toEqual([409, 'SC409'])
    expect(make.scenario.site.callsOf('/refund')).toHaveLength(1)
    expect((await approvalsOf(agent)).map(({ status, decision }) => [status, decision])).toEqual([
      ['decided', 'approve'],
    ])
    const { body: thread } = await make.get(`${agent.path}/threads/r1`)
    expect(thread.iterations.map(({ response }: JsonObject) => response)).toEqual([
      'A person has to look at that.',
      'The lamp is refunded.',
    ])
    expect(thread.iterations[1].executionSteps).toEqual(steps)
  },
)

verifies(
  makeRequirements,
  ['make.approvals.decide'],
  'a rejected call is never made, and the agent is told why; other agents and teams cannot decide',
  async () => {
    make.scenario.site.answer('/scrap', () => ({ body: {} }))
    const scrap = await make.tool('scrap')
    const agent = await make.agent(
      [callsTools(['c1', 'scrap', { item: 'lamp' }]), says('Asked.'), says('Then not.')],
      { settings: { scenarios: [{ makeScenarioId: scrap, approvalMode: 'manual' }] } },
    )
    const other = await make.agent([])
    await make.run(agent, ask('Scrap it.', 's1'))
    const [pending] = await approvalsOf(agent)
    const foreign = await post(`${other.path}/approvals/${pending?.id}`, { decision: 'approve' })
    expect([foreign.status, foreign.body.code]).toEqual([404, 'SC404'])
    const rejected = await post(`${agent.path}/approvals/${pending?.id}`, {
      decision: 'reject',
      reason: 'It works.',
    })
    expect(rejected.body.response).toBe('Then not.')
    expect(rejected.body.executionSteps[3].toolResponse).toMatchObject({
      status: 'error',
      output: 'A person rejected this call. Reason: It works.',
    })
    expect(make.scenario.site.callsOf('/scrap')).toHaveLength(0)
  },
)
