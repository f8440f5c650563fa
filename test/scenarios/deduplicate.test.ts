import { afterAll, beforeAll, expect, test } from 'vitest'
import { newId, printId } from '../../src/lib/ids.ts'
import type { JsonObject } from '../../src/lib/json.ts'
import { withinOneDay } from '../support/one-day.ts'
import {
  callsTools,
  says,
  siteTool,
  startScenario,
  type Scenario,
  type ScenarioAgent,
} from '../support/scenario.ts'
import type { Reply } from '../support/server.ts'

let scenario: Scenario

beforeAll(async () => {
  scenario = await startScenario()
  scenario.site.answer('/', () => ({ body: { done: true } }))
})

afterAll(async () => {
  await scenario[Symbol.asyncDispose]()
})

const deduplicate = (selectors: string[], more: JsonObject = {}): JsonObject => ({
  strategies: { deduplicate: { selectors, minutes: 10 } },
  ...more,
})

const ask = (agent: ScenarioAgent, input: string, more: JsonObject = {}, headers = {}): Promise<Reply> =>
  scenario.call('POST', `/v1/agents/${agent.id}/runs`, { input, ...more }, headers)

test('what was asked before is not begun again, and the answer names the run that was', async () => {
  const agent = await scenario.agent([says('One.'), says('Two.')], deduplicate(['order.id']))
  const first = await ask(agent, '{"order":{"id":7},"at":"noon"}')
  expect([first.status, first.body.output]).toEqual([200, 'One.'])
  const repeated = await ask(agent, '{"order":{"id":7},"at":"night"}')
  expect(repeated.status).toBe(409)
  expect(repeated.body).toMatchObject({ code: 'duplicate_run', facts: { run_id: first.body.id } })
  expect(agent.requests()).toHaveLength(1)
  const other = await ask(agent, '{"order":{"id":8}}')
  expect([other.status, other.body.output]).toEqual([200, 'Two.'])
})

test('without any of the selected values every request is begun', async () => {
  const agent = await scenario.agent([says('One.'), says('Two.')], deduplicate(['order.id', 'ticket']))
  expect((await ask(agent, 'The same.')).status).toBe(200)
  expect((await ask(agent, 'The same.')).status).toBe(200)
})

test('of requests that come at once exactly one is begun, and the others name it', async () => {
  const agent = await scenario.agent([says('Once.')], deduplicate(['text']))
  const replies = await Promise.all(Array.from({ length: 12 }, () => ask(agent, 'Now.')))
  const begun = replies.filter(({ status }) => status === 200)
  expect(begun).toHaveLength(1)
  const named = replies.filter(({ status }) => status === 409).map(({ body }) => body.facts.run_id)
  expect(named).toEqual(Array.from({ length: 11 }, () => begun[0]?.body.id))
  expect(agent.requests()).toHaveLength(1)
})

test('a request that was refused does not stand in the way of the same one afterwards', async () => {
  const agent = await scenario.agent([says('Now.')], deduplicate(['text']))
  const unknownThread = await ask(agent, 'Hi.', { thread_id: 'thread_0000000000000000000000' })
  expect([unknownThread.status, unknownThread.body.code]).toEqual([404, 'thread_not_found'])
  const badTool = await ask(agent, 'Hi.', { tools: [siteTool(scenario.site, 'x', { url: 'no url' })] })
  expect(badTool.status).toBe(400)
  expect((await ask(agent, 'Hi.')).status).toBe(200)
})

test('a repeated request uses up nothing of the day, and one that the day refuses may come again', async () => {
  await withinOneDay()
  const agent = await scenario.agent(
    [says('1'), says('2'), says('3')],
    deduplicate(['text'], { limits: { runs_per_day: 2 } }),
  )
  expect((await ask(agent, 'one')).status).toBe(200)
  for (const _time of [1, 2, 3]) expect((await ask(agent, 'one')).body.code).toBe('duplicate_run')
  expect((await ask(agent, 'two')).status).toBe(200)
  expect((await ask(agent, 'three')).body.code).toBe('daily_limit_reached')
  await scenario.call('PATCH', `/v1/agents/${agent.id}`, { limits: { runs_per_day: 3 } })
  expect((await ask(agent, 'three')).status).toBe(200)
})

test('a request that is repeated with its Idempotency-Key is no duplicate of itself', async () => {
  const agent = await scenario.agent([says('Once.')], deduplicate(['text']))
  const headers = { 'idempotency-key': 'deduplicate-1' }
  const first = await ask(agent, 'Hi.', {}, headers)
  const again = await ask(agent, 'Hi.', {}, headers)
  expect([again.status, again.body.id]).toEqual([200, first.body.id])
})

test('the same run asked for twice keeps its place', async () => {
  const agent = await scenario.agent([says('Once.'), says('Once.')], deduplicate(['text']))
  const id = newId()
  await scenario.startDeferring(agent, 'Hi.', { id })
  await expect(scenario.startDeferring(agent, 'Hi.', { id })).rejects.not.toMatchObject({
    code: 'duplicate_run',
  })
  expect((await ask(agent, 'Hi.')).body).toMatchObject({
    code: 'duplicate_run',
    facts: { run_id: printId('run', id) },
  })
})

test('what a caller says was asked is looked at in place of the text', async () => {
  const agent = await scenario.agent([says('1'), says('2')], deduplicate(['invoice']))
  await scenario.startDeferring(agent, 'Same text.', { payload: { invoice: 1 } })
  await scenario.startDeferring(agent, 'Same text.', { payload: { invoice: 2 } })
  await expect(
    scenario.startDeferring(agent, 'Other text.', { payload: { invoice: 1 } }),
  ).rejects.toMatchObject({
    code: 'duplicate_run',
  })
})

test('a restart forgets nothing, and neither does a new version of the agent', async () => {
  const agent = await scenario.agent([says('Once.')], deduplicate(['text']))
  await ask(agent, 'Hi.')
  await scenario.call('PATCH', `/v1/agents/${agent.id}`, { instructions: 'Be brief.' })
  await scenario.restart()
  expect((await ask(agent, 'Hi.')).body.code).toBe('duplicate_run')
})

test('runs that make approved calls are part of what was asked for, not asked for again', async () => {
  const agent = await scenario.agent(
    [
      callsTools(['call_a', 'pay', { item: 'a' }], ['call_b', 'pay', { item: 'b' }]),
      says('Asked.'),
      says('1'),
      says('2'),
    ],
    deduplicate(['text'], { tools: [siteTool(scenario.site, 'pay', { approval: 'always' })] }),
  )
  const runId = await scenario.startDeferring(agent, 'Pay both.')
  await scenario.ended(runId)
  const { body } = await scenario.call('GET', `/v1/approvals?state=pending&run_id=${runId}`)
  for (const { id } of body.data) {
    expect((await scenario.call('POST', `/v1/approvals/${id}`, { decision: 'approve' })).status).toBe(200)
  }
  await scenario.site.called('/pay', 2)
})

test('selectors and minutes that mean nothing are refused by name', async () => {
  const create = (value: JsonObject) =>
    scenario.call('POST', '/v1/agents', { name: 'A', strategies: { deduplicate: value } })
  const fieldsOf = ({ body }: Reply) => body.errors.map(({ field }: { field: string }) => field)
  const wrong = await create({ selectors: ['a', ''], minutes: 0 })
  expect(wrong.status).toBe(400)
  const both = ['strategies.deduplicate.minutes', 'strategies.deduplicate.selectors']
  expect(fieldsOf(wrong)).toEqual(both)
  expect(fieldsOf(await create({ selectors: [], minutes: 43_201 }))).toEqual(both)
  expect(fieldsOf(await create({ selectors: ['a'.repeat(201)], minutes: 1 }))).toEqual(both.slice(1))
  const most = Array.from({ length: 20 }, (_value, index) => `a.${index}`)
  expect((await create({ selectors: most, minutes: 43_200 })).status).toBe(201)
})
