import { afterAll, beforeAll, expect, test } from 'vitest'
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

const approving = () =>
  scenario.agent([callsTools(['call_a', 'refund', { item: 'lamp' }]), says('Refunded.')], {
    tools: [siteTool(scenario.site, 'refund', { approval: 'always' })],
  })

const remove = async ({ id }: ScenarioAgent) =>
  expect((await scenario.call('DELETE', `/v1/agents/${id}`)).status).toBe(204)

const approvalOf = async (runId: string) =>
  (await scenario.call('GET', `/v1/approvals?run_id=${runId}`)).body.data[0]

test('a run that waits for a person ends when its agent is deleted, and its question with it', async () => {
  const [agent, other] = [await approving(), await approving()]
  const run = await scenario.run(agent, 'Refund the lamp.')
  const kept = await scenario.run(other, 'Refund the lamp.')
  expect([run.state, kept.state]).toEqual(['waiting', 'waiting'])
  await remove(agent)
  expect(await scenario.ended(run.id)).toMatchObject({ state: 'cancelled', waiting_for: null })
  const events = await scenario.events(run.id)
  expect(events.at(-1)).toMatchObject({
    type: 'run.cancelled',
    data: { reason: 'Its agent was deleted while it waited for an answer.' },
  })
  const question = await approvalOf(run.id)
  expect(question.state).toBe('void')
  const late = await scenario.call('POST', `/v1/approvals/${question.id}`, { decision: 'approve' })
  expect([late.status, late.body.code]).toEqual([409, 'approval_decided'])
  expect(scenario.site.callsOf('/refund')).toHaveLength(0)

  const { id } = await approvalOf(kept.id)
  expect((await scenario.call('POST', `/v1/approvals/${id}`, { decision: 'approve' })).status).toBe(200)
  expect(await scenario.ended(kept.id)).toMatchObject({ state: 'completed', output: 'Refunded.' })
})

test('a run that waits for its client ends when its agent is deleted', async () => {
  const agent = await scenario.agent([callsTools(['call_a', 'open_ticket', { item: 'lamp' }])], {
    tools: [clientTool('open_ticket')],
  })
  const run = await scenario.run(agent, 'Open a ticket.')
  expect(run.state).toBe('waiting')
  await remove(agent)
  expect(await scenario.ended(run.id)).toMatchObject({ state: 'cancelled' })
  const outputs = [{ call_id: 'call_a', output: 7 }]
  const late = await scenario.call('POST', `/v1/runs/${run.id}/tool-outputs`, { outputs })
  expect([late.status, late.body.code]).toEqual([409, 'run_finished'])
})

test('a decision on a call that was deferred is refused once the agent is deleted', async () => {
  const agent = await approving()
  const run = await scenario.ended(await scenario.startDeferring(agent, 'Refund the lamp.'))
  const { id } = await approvalOf(run.id)
  await remove(agent)
  const late = await scenario.call('POST', `/v1/approvals/${id}`, { decision: 'approve' })
  expect([late.status, late.body.code]).toEqual([404, 'agent_not_found'])
})
