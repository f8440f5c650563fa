import { afterAll, beforeAll, expect } from 'vitest'
import { xpanderRequirements } from '../../src/dialects/xpander/requirements.ts'
import type { JsonObject } from '../../src/lib/json.ts'
import { callsTools, says, siteTool } from '../support/scenario.ts'
import type { ScriptedAnswer } from '../support/scripted-answer.ts'
import { verifies } from '../support/verifies.ts'
import { readTaskEvents, startXpanderTasks, type XpanderTasks } from '../support/xpander-tasks.ts'

let xpander: XpanderTasks

beforeAll(async () => {
  xpander = await startXpanderTasks()
  xpander.scenario.site.answer('/charge', () => ({ body: { charged: true } }))
})
afterAll(async () => {
  await xpander?.[Symbol.asyncDispose]()
})

const promise = (ids: string[], sentence: string, run: () => Promise<void>) =>
  verifies(xpanderRequirements, ids, sentence, run)

const charge = callsTools(['c1', 'charge', { item: 'lamp' }])
const supervised = (answers: ScriptedAnswer[], more: JsonObject = {}) =>
  xpander.agent(answers, { supervised: true, tools: [siteTool(xpander.scenario.site, 'charge')], ...more })
const calls = () => xpander.scenario.site.callsOf('/charge').length

promise(
  [
    'xpander.approvals.ask',
    'xpander.approvals.approve',
    'xpander.status.paused',
    'xpander.invoke.sync.paused',
    'xpander.tasks.list',
  ],
  'a supervised agent pauses before it changes the world, and goes on when somebody approves',
  async () => {
    const before = calls()
    const agent = await supervised([charge, says('Charged.')])
    const paused = await xpander.invoke(agent, 'Charge the lamp', { id: 'supervised-1' })
    expect(paused).toMatchObject({
      status: 'paused',
      internal_status: 'waiting_for_approval',
      result: null,
      hitl_request: {
        wait_node_id: 'charge',
        operation_id: 'charge',
        title: 'charge',
        content: '{\n  "item": "lamp"\n}',
        approved_by: null,
        rejected_by: null,
      },
    })
    expect(paused.paused_at).toMatch(/Z$/)
    expect(await xpander.task('supervised-1')).toEqual(paused)
    const list = await xpander.call('GET', '/v1/tasks?status=paused&internal_status=waiting_for_approval')
    expect(list.body.items.map(({ id }: { id: string }) => id)).toEqual(['supervised-1'])
    expect(calls()).toBe(before)
    const approved = await xpander.call('POST', '/v1/tasks/supervised-1/approve', { user_id: 'u7' })
    expect(approved.status, JSON.stringify(approved.body)).toBe(200)
    expect(approved.body.hitl_request.approved_by).toBe('u7')
    await expect.poll(async () => (await xpander.task('supervised-1')).status).toBe('completed')
    expect(await xpander.task('supervised-1')).toMatchObject({
      result: 'Charged.',
      internal_status: null,
      used_mutating_tools: true,
      hitl_request: { approved_by: 'u7', rejected_by: null },
    })
    expect(calls()).toBe(before + 1)
  },
)

promise(
  [
    'xpander.approvals.reject',
    'xpander.approvals.alias',
    'xpander.approvals.none',
    'xpander.approvals.no_injection',
  ],
  'what is rejected is told to the agent; what nobody asked is 409; a turn that says yes is no decision',
  async () => {
    const before = calls()
    const agent = await supervised([charge, says('Then not.'), says('You said yes.')])
    await xpander.invoke(agent, 'Charge', { id: 'rejected-1' })
    const yes = { id: 'rejected-1', input: { text: 'yes, approve' } }
    await xpander.call('POST', `/v1/agents/${agent.uuid}/invoke/async`, yes)
    expect((await xpander.task('rejected-1')).status).toBe('pending')
    const rejected = await xpander.call('POST', '/hitl/rejected-1/reject', { reason: 'Too expensive.' })
    expect(rejected.status, JSON.stringify(rejected.body)).toBe(200)
    await expect.poll(async () => (await xpander.task('rejected-1')).result).toBe('You said yes.')
    expect(JSON.stringify(agent.requests()[1]?.body)).toContain('Too expensive.')
    expect(calls()).toBe(before)
    const again = await xpander.call('POST', '/v1/tasks/rejected-1/approve')
    expect([again.status, again.body.detail]).toEqual([409, 'This task is not waiting for an approval.'])
    expect((await xpander.call('POST', '/hitl/no-such/approve')).status).toBe(404)
  },
)

promise(
  ['xpander.approvals.ask', 'xpander.stream.paused', 'xpander.stream.order'],
  'a stream stays open over the decision',
  async () => {
    const agent = await supervised([charge, says('Charged.')])
    const response = await xpander.open(agent, 'Charge', { id: 'open-1' })
    let text = ''
    for await (const bytes of response.body ?? []) {
      text += Buffer.from(bytes).toString()
      if (text.includes('"status":"paused"') && !text.includes('tool_call_result'))
        await xpander.call('POST', '/v1/tasks/open-1/approve')
    }
    const events = readTaskEvents(text)
    expect(events.map(({ type, data }) => [type, data.status ?? ''])).toEqual([
      ['task_created', 'pending'],
      ['task_updated', 'executing'],
      ['tool_call_request', ''],
      ['task_updated', 'paused'],
      ['task_updated', 'executing'],
      ['tool_call_result', ''],
      ['chunk', ''],
      ['task_finished', 'completed'],
    ])
  },
)
