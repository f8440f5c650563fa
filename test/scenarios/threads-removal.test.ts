import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Principal } from '../../src/core/access/principal.ts'
import { parseId } from '../../src/lib/ids.ts'
import { callsTools, clientTool, says, startScenario, type Scenario } from '../support/scenario.ts'

let scenario: Scenario
let owner: Principal

beforeAll(async () => {
  scenario = await startScenario()
  const { services, ownerKey } = scenario.server.server
  owner = await services.access.authenticate(ownerKey.key)
})
afterAll(async () => {
  await scenario[Symbol.asyncDispose]()
})

const threads = () => scenario.server.server.services.threads
const uuid = (printed: string): string => parseId('thread', printed) ?? ''

test('removing a thread with its runs cancels the queued before the active one, and none of them gets its turn', async () => {
  // The first answer never comes: only a cancel ends the run.
  const agent = await scenario.agent([
    { pieces: [{ text: 'On my ' }], ending: 'hang' },
    says('Never asked for.'),
  ])
  const active = await scenario.start(agent, 'One.')
  await agent.asked(1)
  const { thread_id: thread } = (await scenario.call('GET', `/v1/runs/${active}`)).body
  const queued = [
    await scenario.start(agent, 'Two.', { thread_id: thread }),
    await scenario.start(agent, 'Three.', { thread_id: thread }),
  ]
  expect((await scenario.call('DELETE', `/v1/threads/${thread}`)).body.code).toBe('thread_busy')
  await threads().removeWithRuns(owner, uuid(thread))
  for (const id of [active, ...queued]) {
    const run = (await scenario.call('GET', `/v1/runs/${id}`)).body
    expect([id, run.state]).toEqual([id, 'cancelled'])
    const cancelled = (await scenario.events(id)).find(({ type }) => type === 'run.cancelled')
    expect(cancelled?.data).toMatchObject({ reason: 'Its thread was deleted.' })
  }
  for (const id of queued) {
    expect((await scenario.events(id)).map(({ type }) => type)).not.toContain('run.started')
  }
  expect(agent.requests()).toHaveLength(1)
  expect((await scenario.call('GET', `/v1/threads/${thread}`)).status).toBe(404)
})

test('a run that waits for its client is cancelled with its thread', async () => {
  const agent = await scenario.agent([callsTools(['call_a', 'sign', { item: 'bill' }])], {
    tools: [clientTool('sign')],
  })
  const run = await scenario.run(agent, 'Sign.')
  expect(run.state).toBe('waiting')
  await threads().removeWithRuns(owner, uuid(run.thread_id))
  expect((await scenario.call('GET', `/v1/runs/${run.id}`)).body.state).toBe('cancelled')
})

test('a thread on which nothing goes on is removed at once, once', async () => {
  const agent = await scenario.agent([says('Done.')])
  const run = await scenario.run(agent, 'Go.')
  await threads().removeWithRuns(owner, uuid(run.thread_id))
  expect((await scenario.call('GET', `/v1/runs/${run.id}`)).body.state).toBe('completed')
  const again = threads().removeWithRuns(owner, uuid(run.thread_id))
  await expect(again).rejects.toMatchObject({ code: 'thread_not_found' })
})

test('the newest conversation of the workspace is read with its run', async () => {
  const agent = await scenario.agent([says('Done.')])
  const run = await scenario.run(agent, 'Go.', { metadata: { order: 7 } })
  const { conversations } = scenario.server.server.services
  const { items } = await conversations.list(
    owner,
    { states: ['completed'], metadata: { order: 7 } },
    { limit: 10, offset: 0 },
  )
  expect(items.map((item) => [item.thread.id, item.run.output])).toEqual([[uuid(run.thread_id), 'Done.']])
})
