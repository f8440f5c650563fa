import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  callsTools,
  says,
  siteTool,
  startScenario,
  type Scenario,
  type ScenarioAgent,
} from '../support/scenario.ts'
import type { Reply } from '../support/server.ts'

/** A private agent of the owner, an open one, and a member of the workspace who looks at both. */
let scenario: Scenario
let hidden: ScenarioAgent
let open: ScenarioAgent
let memberKey = ''
const runs = new Map<ScenarioAgent, { id: string; thread_id: string; approvalId: string }>()

beforeAll(async () => {
  scenario = await startScenario()
  scenario.site.answer('/', () => ({ body: { done: true } }))
  const parked = (): ReturnType<Scenario['agent']> =>
    scenario.agent([callsTools(['call_a', 'pay', { item: 'bill' }]), says('Paid.')], {
      tools: [siteTool(scenario.site, 'pay', { approval: 'always' })],
    })
  hidden = await parked()
  open = await parked()
  for (const agent of [open, hidden]) {
    const run = await scenario.run(agent, 'Pay.')
    runs.set(agent, { ...run, approvalId: run.waiting_for.approvals[0].approval_id })
  }
  // The hidden one's are the newest: a page for the member has to read past them.
  for (let count = 0; count < 2; count++) await scenario.call('POST', '/v1/threads', { agent_id: hidden.id })
  await scenario.call('PATCH', `/v1/agents/${hidden.id}`, { visibility: 'private' })
  const member = (await scenario.call('POST', '/v1/members', { name: 'Mo', role: 'member' })).body
  const { members, keys } = scenario.server.server.services.access
  const owner = await scenario.server.server.services.access.authenticate(scenario.server.ownerKey)
  const found = (await members.list(owner, { limit: 10, after: null })).find(
    ({ name }) => name === member.name,
  )
  const principal = {
    ...owner,
    userId: found?.userId ?? '',
    role: 'member' as const,
    scopes: new Set(['runs:write', 'usage:read'] as const),
  }
  const { secret } = await keys.create(principal, { name: 'Mo', scopes: ['runs:write', 'usage:read'] })
  memberKey = secret ?? ''
})

afterAll(async () => {
  await scenario[Symbol.asyncDispose]()
})

const asMember = (method: string, path: string, body?: unknown): Promise<Reply> =>
  scenario.server.call(method, path, body, { key: memberKey })
const idsOf = ({ body }: Reply): string[] => body.data.map((item: { id: string }) => item.id)
const of = (agent: ScenarioAgent) => {
  const run = runs.get(agent)
  if (!run) throw new Error('This agent has no run.')
  return run
}

test('threads of a private agent are not there for other members', async () => {
  const { thread_id: thread } = of(hidden)
  for (const [method, path] of [
    ['GET', `/v1/threads/${thread}`],
    ['GET', `/v1/threads/${thread}/messages`],
    ['DELETE', `/v1/threads/${thread}`],
  ] as const) {
    const reply = await asMember(method, path)
    expect([path, reply.status, reply.body.code]).toEqual([path, 404, 'thread_not_found'])
  }
  expect(idsOf(await asMember('GET', `/v1/threads?agent_id=${hidden.id}`))).toEqual([])
  expect(idsOf(await asMember('GET', '/v1/threads?limit=1'))).toEqual([of(open).thread_id])
  expect((await scenario.call('GET', `/v1/threads/${thread}`)).status).toBe(200)
  expect((await scenario.call('GET', '/v1/threads')).body.data).toHaveLength(4)
})

test('approvals of a private agent are not there for other members, and cannot be decided by them', async () => {
  const { approvalId } = of(hidden)
  const read = await asMember('GET', `/v1/approvals/${approvalId}`)
  expect([read.status, read.body.code]).toEqual([404, 'approval_not_found'])
  const decided = await asMember('POST', `/v1/approvals/${approvalId}`, { decision: 'approve' })
  expect([decided.status, decided.body.code]).toEqual([404, 'approval_not_found'])
  expect(scenario.site.callsOf('/pay')).toHaveLength(0)
  expect(idsOf(await asMember('GET', '/v1/approvals?limit=1'))).toEqual([of(open).approvalId])
  expect((await scenario.call('GET', `/v1/approvals/${approvalId}`)).body.state).toBe('pending')
})

test('what a private agent used is counted for owners only', async () => {
  for (const agent of [open, hidden]) {
    const { approvalId, id } = of(agent)
    await scenario.call('POST', `/v1/approvals/${approvalId}`, { decision: 'approve' })
    await scenario.ended(id)
  }
  const groups = ({ body }: Reply): string[] => body.data.map((row: { group: string }) => row.group)
  expect(groups(await asMember('GET', '/v1/usage?group_by=agent'))).toEqual([open.id])
  expect(groups(await scenario.call('GET', '/v1/usage?group_by=agent')).toSorted()).toEqual(
    [open.id, hidden.id].toSorted(),
  )
})
