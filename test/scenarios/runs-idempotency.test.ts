import { afterAll, beforeAll, expect, test } from 'vitest'
import { newId } from '../../src/lib/ids.ts'
import { withinOneDay } from '../support/one-day.ts'
import {
  callsTools,
  clientTool,
  says,
  startScenario,
  type Scenario,
  type ScenarioAgent,
} from '../support/scenario.ts'
import { allEvents } from '../support/sse-client.ts'

let scenario: Scenario

beforeAll(async () => {
  scenario = await startScenario()
})

afterAll(async () => {
  await scenario[Symbol.asyncDispose]()
})

const post = (agent: ScenarioAgent, key: string, body: object) =>
  scenario.call('POST', `/v1/agents/${agent.id}/runs`, body, { 'idempotency-key': key })

test('a repeated request answers the same run, and the model is called once', async () => {
  const agent = await scenario.agent([says('Once.')])
  const key = newId()
  const first = await post(agent, key, { input: 'Go.' })
  const second = await post(agent, key, { input: 'Go.' })
  expect([first.status, second.status]).toEqual([200, 200])
  expect(second.body).toEqual(first.body)
  expect([first.headers.get('idempotent-replayed'), second.headers.get('idempotent-replayed')]).toEqual([
    null,
    'true',
  ])
  expect(agent.requests()).toHaveLength(1)
})

test('a repeated streamed request is given the run again from its first event', async () => {
  const agent = await scenario.agent([says('Once.')])
  const headers = { 'idempotency-key': newId() }
  const body = { input: 'Go.', stream: true }
  const first = await scenario.server.open('POST', `/v1/agents/${agent.id}/runs`, body, { headers })
  const events = await allEvents(first)
  const second = await scenario.server.open('POST', `/v1/agents/${agent.id}/runs`, body, { headers })
  expect(second.headers.get('idempotent-replayed')).toBe('true')
  expect(await allEvents(second)).toEqual(events)
  expect(events.map((event) => event.id)).toEqual(['1', '2', '3', '4', '5', '6', '7', '8'])
  expect(agent.requests()).toHaveLength(1)
})

test('a repeated streamed request while the run goes on follows the same run', async () => {
  const gate = Promise.withResolvers<void>()
  const agent = await scenario.agent([
    { pieces: [{ text: 'Half ' }, { wait: gate.promise }, { text: 'and half.' }] },
  ])
  const headers = { 'idempotency-key': newId() }
  const body = { input: 'Go.', stream: true }
  const open = () => scenario.server.open('POST', `/v1/agents/${agent.id}/runs`, body, { headers })
  const first = await open()
  await agent.asked(1)
  const second = await open()
  gate.resolve()
  const [one, two] = await Promise.all([allEvents(first), allEvents(second)])
  expect(two).toEqual(one)
  expect(one.at(-1)?.data.output).toBe('Half and half.')
  expect(agent.requests()).toHaveLength(1)
})

test('a repeated background request answers 202 with the same run as it is by then', async () => {
  const agent = await scenario.agent([says('Once.')])
  const key = newId()
  const first = await post(agent, key, { input: 'Go.', background: true })
  await scenario.ended(first.body.id)
  const second = await post(agent, key, { input: 'Go.', background: true })
  expect([first.status, second.status]).toEqual([202, 202])
  expect([first.body.state, second.body.state]).toEqual(['queued', 'completed'])
  expect(second.body.id).toBe(first.body.id)
  expect((await scenario.call('GET', `/v1/runs?agent_id=${agent.id}`)).body.data).toHaveLength(1)
})

test('a repeated request for a run that waits answers the run that waits', async () => {
  const agent = await scenario.agent([callsTools(['call_a', 'ask', {}])], { tools: [clientTool('ask')] })
  const key = newId()
  const first = await post(agent, key, { input: 'Go.' })
  const second = await post(agent, key, { input: 'Go.' })
  expect(second.body).toEqual(first.body)
  expect(second.body.state).toBe('waiting')
})

test('another request under the same key is refused', async () => {
  const agent = await scenario.agent([says('Once.')])
  const key = newId()
  await post(agent, key, { input: 'Go.' })
  const other = await post(agent, key, { input: 'Stop.' })
  expect([other.status, other.body.code]).toEqual([422, 'idempotency_mismatch'])
  const elsewhere = await post(await scenario.agent([]), key, { input: 'Go.' })
  expect([elsewhere.status, elsewhere.body.code]).toEqual([422, 'idempotency_mismatch'])
})

test('the key of a run that was refused for a passing reason may be used again', async () => {
  await withinOneDay()
  const agent = await scenario.agent([says('One.')], { limits: { runs_per_day: 1 } })
  await scenario.run(agent, 'Go.')
  const key = newId()
  expect((await post(agent, key, { input: 'Go.' })).status).toBe(429)
  await scenario.call('PATCH', `/v1/agents/${agent.id}`, { limits: { runs_per_day: null } })
  agent.script(says('Two.'))
  expect((await post(agent, key, { input: 'Go.' })).body).toMatchObject({
    state: 'completed',
    output: 'Two.',
  })
})
