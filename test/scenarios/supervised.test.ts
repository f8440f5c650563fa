import { afterAll, beforeAll, expect, test } from 'vitest'
import type { JsonObject } from '../../src/lib/json.ts'
import type { Reply } from '../support/server.ts'
import { callsTools, clientTool, says, siteTool, startScenario, type Scenario } from '../support/scenario.ts'

let scenario: Scenario

beforeAll(async () => {
  scenario = await startScenario()
  scenario.site.answer('/', () => ({ body: { done: true } }))
})

afterAll(async () => {
  await scenario[Symbol.asyncDispose]()
})

const supervised = (...tools: JsonObject[]): JsonObject => ({ supervised: true, tools })

const approve = async (run: { waiting_for: { approvals: { approval_id: string }[] } }): Promise<Reply> =>
  await scenario.call('POST', `/v1/approvals/${run.waiting_for.approvals[0]?.approval_id}`, {
    decision: 'approve',
  })

test('a supervised agent asks before every call that can change the world, whatever the tool says', async () => {
  const tool = siteTool(scenario.site, 'charge', { approval: 'never', effects: 'idempotent' })
  const agent = await scenario.agent(
    [callsTools(['call_a', 'charge', { item: 'lamp' }]), says('Charged.')],
    supervised(tool),
  )
  const run = await scenario.run(agent, 'Charge the lamp.')
  expect(run.waiting_for).toMatchObject({
    type: 'approval',
    approvals: [{ call_id: 'call_a', tool: 'charge', arguments: { item: 'lamp' } }],
  })
  expect(scenario.site.callsOf('/charge')).toHaveLength(0)
  expect((await approve(run)).status).toBe(200)
  expect(await scenario.ended(run.id)).toMatchObject({ state: 'completed', output: 'Charged.' })
  expect(scenario.site.callsOf('/charge')).toHaveLength(1)
})

test('what changes nothing is called freely: tools without effects and the built-in ones', async () => {
  const agent = await scenario.agent(
    [callsTools(['call_a', 'look', { item: 'lamp' }], ['call_b', 'get_current_time', {}]), says('Seen.')],
    supervised(siteTool(scenario.site, 'look', { effects: 'none' }), { type: 'get_current_time' }),
  )
  expect(await scenario.run(agent, 'Look at the lamp.')).toMatchObject({
    state: 'completed',
    output: 'Seen.',
  })
  expect(scenario.site.callsOf('/look')).toHaveLength(1)
})

test('a function of the client is handed out only once a person has agreed', async () => {
  const agent = await scenario.agent(
    [callsTools(['call_a', 'open_door', { item: 'front' }]), says('Open.')],
    supervised(clientTool('open_door')),
  )
  const run = await scenario.run(agent, 'Open the door.')
  expect(run.waiting_for).toMatchObject({ type: 'approval' })
  await approve(run)
  const waiting = await scenario.until(run.id, 'run.waiting', 2)
  expect(waiting.data).toMatchObject({
    waiting_for: { type: 'tool_outputs', calls: [{ call_id: 'call_a', tool: 'open_door' }] },
  })
})

test('tools that are given with a run of a supervised agent are supervised too', async () => {
  const agent = await scenario.agent(
    [callsTools(['call_a', 'erase', { item: 'lamp' }]), says('Erased.')],
    supervised(),
  )
  const run = await scenario.run(agent, 'Erase it.', { tools: [siteTool(scenario.site, 'erase')] })
  expect(run.waiting_for).toMatchObject({ type: 'approval', approvals: [{ tool: 'erase' }] })
  expect(scenario.site.callsOf('/erase')).toHaveLength(0)
})

test('a shared tool is supervised by the agent that is, and free where it is not', async () => {
  const { body: tool } = await scenario.call('POST', '/v1/tools', siteTool(scenario.site, 'send'))
  const reference = { type: 'reference', tool_id: tool.id }
  const script = () => [callsTools(['call_a', 'send', { item: 'lamp' }]), says('Sent.')]
  const watched = await scenario.agent(script(), { supervised: true, tools: [reference] })
  const free = await scenario.agent(script(), { tools: [reference] })
  expect((await scenario.run(watched, 'Send it.')).waiting_for).toMatchObject({ type: 'approval' })
  expect((await scenario.run(free, 'Send it.')).state).toBe('completed')
})

test('supervision is the version’s: a run goes on as it began when the agent was changed and the server restarted', async () => {
  const agent = await scenario.agent(
    [
      callsTools(['call_a', 'first', { item: 'lamp' }]),
      callsTools(['call_b', 'second', { item: 'lamp' }]),
      says('Both.'),
    ],
    supervised(siteTool(scenario.site, 'first'), siteTool(scenario.site, 'second')),
  )
  const run = await scenario.run(agent, 'Do both.')
  const changed = await scenario.call('PATCH', `/v1/agents/${agent.id}`, { supervised: false })
  expect(changed.status).toBe(200)
  await scenario.restart()
  await approve(run)
  const waiting = await scenario.until(run.id, 'run.waiting', 2)
  expect(waiting.data).toMatchObject({
    waiting_for: { type: 'approval', approvals: [{ call_id: 'call_b', tool: 'second' }] },
  })
  expect(scenario.site.callsOf('/second')).toHaveLength(0)
})

test('where nobody can be asked the call is deferred, and made when it is approved', async () => {
  const agent = await scenario.agent(
    [callsTools(['call_a', 'book', { item: 'lamp' }]), says('Asked.'), says('Booked.')],
    supervised(siteTool(scenario.site, 'book')),
  )
  const runId = await scenario.startDeferring(agent, 'Book it.')
  expect(await scenario.ended(runId)).toMatchObject({ state: 'completed', output: 'Asked.' })
  expect(scenario.site.callsOf('/book')).toHaveLength(0)
  const { body } = await scenario.call('GET', `/v1/approvals?state=pending&run_id=${runId}`)
  const decided = await scenario.call('POST', `/v1/approvals/${body.data[0].id}`, { decision: 'approve' })
  expect(decided.status).toBe(200)
  await scenario.site.called('/book')
  expect(scenario.site.callsOf('/book')).toHaveLength(1)
})
