import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { JsonObject } from '../../src/lib/json.ts'
import {
  callsTools,
  clientTool,
  says,
  siteTool,
  startScenario,
  type Scenario,
  type ScenarioAgent,
} from '../support/scenario.ts'

/**
 * One server goes away while a call of every policy is under way: the intents are committed and the receipts are not.
 * What its successor on the same directory does with each is what the tests are about.
 */
const policies = {
  none: { effects: 'none' },
  idempotent: { effects: 'idempotent' },
  happened: { effects: 'checkable', check: '/check-yes' },
  missed: { effects: 'checkable', check: '/check-no' },
  unsure: { effects: 'checkable', check: '/check-broken' },
  once: { effects: 'once' },
  again: { effects: 'once' },
  abandoned: { effects: 'once' },
} as const

type Name = keyof typeof policies

let scenario: Scenario
const agents = new Map<string, ScenarioAgent>()
const runs = new Map<string, string>()
let clientRun = ''
let clientAgent: ScenarioAgent

beforeAll(async () => {
  scenario = await startScenario()
  const { site } = scenario
  for (const [name, policy] of Object.entries(policies)) {
    const { effects } = policy
    const more: JsonObject = 'check' in policy ? { check_url: site.url + policy.check } : {}
    const method: JsonObject = name === 'none' ? { method: 'GET', url: `${site.url}/${name}/{item}` } : {}
    const tool = siteTool(site, name, { effects, ...more, ...method })
    const agent = await scenario.agent([callsTools([`call_${name}`, name, { item: 'lamp' }])], {
      tools: [tool],
    })
    agents.set(name, agent)
    // Nobody answers before the server is gone.
    site.answer(`/${name}`, () => new Promise(() => {}))
    runs.set(name, await scenario.start(agent, 'Do it.'))
    await site.called(`/${name}`)
  }
  clientAgent = await scenario.agent([callsTools(['call_c', 'ask', {}], ['call_d', 'slow', { item: 'x' }])], {
    tools: [clientTool('ask'), siteTool(site, 'slow', { effects: 'idempotent' })],
  })
  site.answer('/slow', () => new Promise(() => {}))
  clientRun = await scenario.start(clientAgent, 'Ask.')
  await site.called('/slow')
  await scenario.restart(() => {
    for (const name of [...Object.keys(policies), 'slow'])
      site.answer(`/${name}`, () => ({ body: { did: name } }))
    site.answer('/check-yes', () => ({ body: { happened: true, result: { receipt: 7 } } }))
    site.answer('/check-no', () => ({ body: { happened: false } }))
    site.answer('/check-broken', () => ({ status: 500, body: {} }))
    for (const agent of agents.values()) agent.script(says('Settled.'))
    clientAgent.script(says('Asked.'))
  })
})

afterAll(async () => {
  await scenario[Symbol.asyncDispose]()
})

const runOf = (name: Name): string => runs.get(name) ?? ''
const keysOf = (name: Name): (string | undefined)[] =>
  scenario.site.callsOf(`/${name}`).map((call) => call.headers['idempotency-key'])
const keyOf = (name: Name): string => `effect_${runOf(name).slice('run_'.length)}_call_${name}`

async function resultOf(name: Name): Promise<JsonObject> {
  const completed = (await scenario.events(runOf(name))).filter((event) => event.type === 'tool.completed')
  expect(completed).toHaveLength(1)
  return completed[0]?.data
}

/** The one question that the run waits for. */
async function questionOf(name: Name): Promise<string> {
  const waiting = await scenario.until(runOf(name), 'run.waiting')
  expect(waiting.data.waiting_for).toEqual({
    type: 'needs_decision',
    approvals: [
      {
        approval_id: expect.stringMatching(/^approval_/),
        call_id: `call_${name}`,
        tool: name,
        arguments: { item: 'lamp' },
      },
    ],
  })
  return waiting.data.waiting_for.approvals[0].approval_id
}

describe('after the loss of a receipt', () => {
  test('a call that changes nothing is made again', async () => {
    expect(await scenario.ended(runOf('none'))).toMatchObject({ state: 'completed', output: 'Settled.' })
    expect(scenario.site.callsOf('/none')).toHaveLength(2)
    expect(await resultOf('none')).toMatchObject({ status: 'ok', output: { did: 'none' } })
  })

  test('an idempotent call is made again with the same key', async () => {
    expect(await scenario.ended(runOf('idempotent'))).toMatchObject({
      state: 'completed',
      output: 'Settled.',
    })
    expect(keysOf('idempotent')).toEqual([keyOf('idempotent'), keyOf('idempotent')])
    expect(await resultOf('idempotent')).toMatchObject({ status: 'ok', output: { did: 'idempotent' } })
  })

  test('a checkable call that happened is not made again: its result is taken over', async () => {
    expect(await scenario.ended(runOf('happened'))).toMatchObject({ state: 'completed', output: 'Settled.' })
    expect(keysOf('happened')).toEqual([keyOf('happened')])
    const [check] = scenario.site.callsOf('/check-yes')
    expect([check?.method, check?.headers['idempotency-key']]).toEqual(['GET', keyOf('happened')])
    expect(await resultOf('happened')).toMatchObject({ status: 'ok', output: { receipt: 7 } })
  })

  test('a checkable call that did not happen is made again with the same key', async () => {
    expect(await scenario.ended(runOf('missed'))).toMatchObject({ state: 'completed', output: 'Settled.' })
    expect(keysOf('missed')).toEqual([keyOf('missed'), keyOf('missed')])
    expect(await resultOf('missed')).toMatchObject({ status: 'ok', output: { did: 'missed' } })
  })

  test('a checkable call that nobody knows about is decided by a person', async () => {
    const question = await questionOf('unsure')
    expect(keysOf('unsure')).toHaveLength(1)
    const reply = await scenario.call('POST', `/v1/approvals/${question}`, {
      decision: 'happened',
      result: { seen: 'by hand' },
    })
    expect([reply.status, reply.body.kind, reply.body.decision]).toEqual([200, 'needs_decision', 'happened'])
    expect(await scenario.ended(runOf('unsure'))).toMatchObject({ state: 'completed', output: 'Settled.' })
    expect(await resultOf('unsure')).toMatchObject({ status: 'ok', output: { seen: 'by hand' } })
    expect(keysOf('unsure')).toHaveLength(1)
  })

  test('a call that must happen once waits for a person, who may say that it happened', async () => {
    const question = await questionOf('once')
    const approval = (await scenario.call('GET', `/v1/approvals/${question}`)).body
    expect(approval).toMatchObject({
      kind: 'needs_decision',
      mode: 'park',
      state: 'pending',
      call_id: 'call_once',
    })
    const wrong = await scenario.call('POST', `/v1/approvals/${question}`, { decision: 'approve' })
    expect([wrong.status, wrong.body.errors]).toEqual([
      400,
      [{ field: 'decision', message: 'this question takes one of: happened, again, give_up' }],
    ])
    await scenario.call('POST', `/v1/approvals/${question}`, { decision: 'happened' })
    expect(await scenario.ended(runOf('once'))).toMatchObject({ state: 'completed', output: 'Settled.' })
    expect(keysOf('once')).toEqual([keyOf('once')])
    expect(await resultOf('once')).toMatchObject({ status: 'ok', output: null })
  })

  test('or who may have it made again, with the same key', async () => {
    const question = await questionOf('again')
    await scenario.call('POST', `/v1/approvals/${question}`, { decision: 'again' })
    expect(await scenario.ended(runOf('again'))).toMatchObject({ state: 'completed', output: 'Settled.' })
    expect(keysOf('again')).toEqual([keyOf('again'), keyOf('again')])
  })

  test('or who may give the run up', async () => {
    const question = await questionOf('abandoned')
    await scenario.call('POST', `/v1/approvals/${question}`, { decision: 'give_up' })
    expect(await scenario.ended(runOf('abandoned'))).toMatchObject({
      state: 'failed',
      error: {
        code: 'effect_given_up',
        message: 'The outcome of abandoned is unknown and the run was given up.',
      },
    })
    expect(keysOf('abandoned')).toHaveLength(1)
  })

  test('a client-executed call is asked again with the same call id', async () => {
    const waiting = await scenario.until(clientRun, 'run.waiting')
    expect(waiting.data.waiting_for).toEqual({
      type: 'tool_outputs',
      calls: [{ call_id: 'call_c', tool: 'ask', arguments: {} }],
    })
    const outputs = [{ call_id: 'call_c', output: 'yes' }]
    expect((await scenario.call('POST', `/v1/runs/${clientRun}/tool-outputs`, { outputs })).status).toBe(200)
    expect(await scenario.ended(clientRun)).toMatchObject({ state: 'completed', output: 'Asked.' })
  })

  test('the journal says that the run was taken up again, under a higher fence', async () => {
    const events = await scenario.events(runOf('none'))
    const segments = events.filter(({ type }) => type === 'run.started' || type === 'run.resumed')
    expect(segments.map(({ type, data }) => [type, data.reason])).toEqual([
      ['run.started', undefined],
      ['run.resumed', 'recovered'],
    ])
    expect(segments[1]?.data.fence).toBeGreaterThan(segments[0]?.data.fence)
  })
})
