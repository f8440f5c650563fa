import { afterAll, beforeAll, expect } from 'vitest'
import { runEndpoints } from '../../src/dialects/make/endpoints/runs.ts'
import type { MakeServices } from '../../src/dialects/make/index.ts'
import { makeRequirements } from '../../src/dialects/make/requirements.ts'
import { dispatchRun, type RunRequest } from '../../src/dialects/make/run-starter.ts'
import { armFaultPoint } from '../../src/lib/fault-point.ts'
import { newId, printId } from '../../src/lib/ids.ts'
import type { JsonObject } from '../../src/lib/json.ts'
import { startMakeRuns, type MakeAgent, type MakeRuns } from '../support/make-runs.ts'
import { callsTools, says } from '../support/scenario.ts'
import type { ScriptedAnswer } from '../support/scripted-answer.ts'
import { verifies } from '../support/verifies.ts'

let make: MakeRuns

beforeAll(async () => {
  make = await startMakeRuns()
  make.scenario.site.answer('/', () => ({ body: { done: true } }))
})

afterAll(async () => {
  await make[Symbol.asyncDispose]()
})

const ask = (content: string, more: JsonObject = {}): JsonObject => ({
  messages: [{ role: 'user', content }],
  config: {},
  ...more,
})

interface Question {
  agent: MakeAgent
  /** Path of the question. */
  path: string
  args(): Promise<unknown>
}

/** An agent whose run has ended with a question about a call of a tool with this name. */
async function questionAbout(tool: string, ...answers: ScriptedAnswer[]): Promise<Question> {
  const makeScenarioId = await make.tool(tool)
  const agent = await make.agent(
    [callsTools(['c1', tool, { item: 'lamp' }]), says('A person has to look at that.'), ...answers],
    { settings: { scenarios: [{ makeScenarioId, approvalMode: 'manual' }] } },
  )
  await make.run(agent, ask('Do it.', { threadId: tool }))
  const list = `${agent.path}/approvals`
  const [pending] = (await make.get(list)).body
  const args = async () => (await make.get(list)).body[0].args
  return { agent, path: `${list}/${pending.id}`, args }
}

async function decide(
  { path }: Question,
  body: JsonObject,
  options: { key?: string; signal?: AbortSignal } = {},
): Promise<{ status: number; body: JsonObject }> {
  const { key, signal } = options
  const reply = await fetch(`${make.scenario.server.url}/api/v2${path}?teamId=${make.team.teamId}`, {
    method: 'POST',
    headers: {
      authorization: `Token ${make.team.key}`,
      'content-type': 'application/json',
      ...(key !== undefined && { 'idempotency-key': key }),
    },
    body: JSON.stringify(body),
    ...(signal && { signal }),
  })
  return { status: reply.status, body: (await reply.json()) as JsonObject } // this server prints it
}

verifies(
  makeRequirements,
  ['make.approvals.decide', 'make.run.idempotency'],
  'a decision whose client has gone is repeated with its Idempotency-Key, and answers with the same run',
  async () => {
    const gate = Promise.withResolvers<void>()
    const slow = { pieces: [{ wait: gate.promise }, { text: 'It is done.' }] }
    const question = await questionAbout('mend', slow)
    const gone = new AbortController()
    const first = decide(question, { decision: 'approve' }, { key: 'mend-1', signal: gone.signal })
    await question.agent.asked(3)
    gone.abort()
    await expect(first).rejects.toThrow()
    const again = decide(question, { decision: 'approve' }, { key: 'mend-1' })
    gate.resolve()
    expect(await again).toMatchObject({ status: 200, body: { response: 'It is done.', threadId: 'mend' } })
    expect(await decide(question, { decision: 'approve' }, { key: 'mend-1' })).toEqual(await again)
    expect(make.scenario.site.callsOf('/mend')).toHaveLength(1)

    const other = await decide(question, { decision: 'approve' }, { key: 'mend-2' })
    expect([other.status, other.body['code']]).toEqual([409, 'SC409'])
  },
)

verifies(
  makeRequirements,
  ['make.approvals.decide', 'make.run.crash'],
  'a decision whose process ended before its run was stored is the same one when it is repeated',
  async () => {
    const question = await questionAbout('paint', says('It is painted.'))
    const { approvals, access } = make.scenario.server.server.services
    const principal = await access.authenticate(make.team.key)
    const id = question.path.split('/').at(-1) ?? ''
    const startedRunId = newId()
    const decision = { decision: 'approve', reason: null, result: null } as const
    armFaultPoint('run.answer_recorded', 1, () => {
      throw new Error('The process ends here.')
    })
    await expect(approvals.decide(principal, id, { ...decision, startedRunId })).rejects.toThrow('ends here')
    await expect(
      approvals.decide(principal, id, { ...decision, startedRunId: newId() }),
    ).rejects.toMatchObject({
      code: 'approval_decided',
    })
    const decided = await approvals.decide(principal, id, { ...decision, startedRunId })
    expect(decided.startedRunId).toBe(startedRunId)
    expect(await make.scenario.ended(printId('run', startedRunId))).toMatchObject({
      output: 'It is painted.',
    })
    expect(make.scenario.site.callsOf('/paint')).toHaveLength(1)
  },
)

verifies(
  makeRequirements,
  ['make.approvals.decide'],
  'a decision that cannot be carried out leaves the question as it was, its args included',
  async () => {
    const question = await questionAbout('sell', says('It is sold.'))
    const enable = (enabled: boolean) =>
      make.scenario.call('PATCH', `/v1/agents/${question.agent.id}`, { enabled })
    expect((await enable(false)).status).toBe(200)
    const refused = await decide(question, { decision: 'approve', args: { item: 'house' } })
    expect(refused.status).toBeGreaterThanOrEqual(400)
    expect(await question.args()).toEqual({ item: 'lamp' })
    await enable(true)
    expect((await decide(question, { decision: 'approve' })).body).toMatchObject({ response: 'It is sold.' })
    expect(make.scenario.site.callsOf('/sell').map(({ body }) => body)).toEqual([{ item: 'lamp' }])
  },
)

verifies(
  makeRequirements,
  ['make.run.thread_busy'],
  'a run that gets its turn at the last moment is not cancelled any more',
  async () => {
    const gate = Promise.withResolvers<void>()
    const tried = Promise.withResolvers<void>()
    const agent = await make.agent([
      { pieces: [{ wait: gate.promise }, { text: 'First.' }] },
      { pieces: [{ wait: tried.promise }, { text: 'Second.' }] },
    ])
    const first = make.run(agent, ask('1', { threadId: 'late' }))
    await agent.asked(1)
    const { services } = make.scenario.server.server
    const { answers } = services
    const lateAnswers: typeof answers = {
      ...answers,
      async cancelQueued(...given) {
        gate.resolve()
        await agent.asked(2)
        return await answers.cancelQueued(...given).finally(tried.resolve)
      },
    }
    const [endpoint] = runEndpoints({ ...services, answers: lateAnswers }, { patience: 50 })
    const request = await requestOf(agent, ask('2', { threadId: 'late' }))
    expect(await endpoint?.handle(request as never)).toMatchObject({ response: 'Second.' }) // all that the handler reads
    expect((await first).body.response).toBe('First.')
  },
)

verifies(
  makeRequirements,
  ['make.callback.crash'],
  'a callback that a process left without its run names the thread of the run that is begun again',
  async () => {
    make.scenario.site.answer('/called', () => ({ body: {} }))
    const agent = await make.agent([says('Hello.')])
    const services = make.scenario.server.server.services as MakeServices
    const callbackUrl = `${make.scenario.site.url}/called`
    const request = await requestOf(agent, ask('Hi', { callbackUrl }))
    const reached = Promise.withResolvers<void>()
    const create = (): Promise<never> => {
      reached.resolve()
      return new Promise(() => {}) // the process ends here
    }
    void dispatchRun({ ...services, runs: { ...services.runs, create } }, request)
    await reached.promise
    const { threadId } = await dispatchRun(services, request)
    const called = await make.scenario.site.called('/called')
    expect(called.headers['x-make-thread-id']).toBe(threadId)
    expect(called.body).toMatchObject({ response: 'Hello.', threadId })
  },
)

/** All that a run's handler reads of a request. */
async function requestOf(agent: MakeAgent, body: JsonObject): Promise<RunRequest> {
  return {
    params: { agentId: agent.uuid },
    query: { teamId: make.team.teamId },
    body,
    principal: await make.scenario.server.server.services.access.authenticate(make.team.key),
    headers: () => undefined,
    signal: new AbortController().signal,
    dialect: 'make',
    resourceId: newId(),
  } as unknown as RunRequest // the rest is not read
}
