import { afterAll, beforeAll, expect } from 'vitest'
import { xpanderRequirements } from '../../src/dialects/xpander/requirements.ts'
import { taskSchema } from '../../src/dialects/xpander/tasks/wire-tasks.ts'
import { parseId } from '../../src/lib/ids.ts'
import type { JsonObject } from '../../src/lib/json.ts'
import { callsTools, says, siteTool } from '../support/scenario.ts'
import { verifies } from '../support/verifies.ts'
import { readTaskEvents, startXpanderTasks, type XpanderTasks } from '../support/xpander-tasks.ts'

let xpander: XpanderTasks

beforeAll(async () => {
  xpander = await startXpanderTasks()
  xpander.scenario.site.answer('/look', () => ({ body: { found: 1 } }))
})
afterAll(async () => {
  await xpander?.[Symbol.asyncDispose]()
})

const promise = (ids: string[], sentence: string, run: () => Promise<void>) =>
  verifies(xpanderRequirements, ids, sentence, run)

const ids = (page: { items: { id: string }[] }): string[] => page.items.map(({ id }) => id)

promise(
  [
    'xpander.task.shape',
    'xpander.task.tokens',
    'xpander.task.agent_version',
    'xpander.task.secrets',
    'xpander.task.unavailable',
    'xpander.tasks.get',
    'xpander.status.completed',
  ],
  'a task prints every field',
  async () => {
    const agent = await xpander.agent([says('Hi.')])
    const { id } = await xpander.invoke(agent, 'Hi')
    const task = await xpander.task(id)
    expect(Object.keys(task).toSorted()).toEqual(Object.keys(taskSchema.shape).toSorted())
    expect(taskSchema.safeParse(task).success).toBe(true)
    expect(task).toMatchObject({
      status: 'completed',
      agent_version: '2',
      tokens: { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 },
      user_tokens: null,
      user_oidc_token: null,
      deep_planning: { enabled: false, tasks: [] },
      pending_eca_request: null,
      worker_id: null,
    })
    expect((await xpander.call('GET', '/v1/tasks/no-such-task')).status).toBe(404)
  },
)

promise(
  ['xpander.thread.follow_up', 'xpander.thread.new_id', 'xpander.task.is_continuous', 'xpander.tasks.thread'],
  'two turns are one task with four messages',
  async () => {
    const agent = await xpander.agent([says('One.'), says('Two.')])
    await xpander.invoke(agent, 'First?', { id: 'turns' })
    const second = await xpander.invoke(agent, 'Second?', { id: 'turns' })
    expect(second).toMatchObject({
      id: 'turns',
      result: 'Two.',
      is_continuous: true,
      input: { text: 'Second?' },
    })
    expect(await xpander.task('turns')).toEqual(second)
    const list = await xpander.call('GET', `/v1/agents/${agent.uuid}/tasks`)
    expect([list.body.total, ids(list.body)]).toEqual([1, ['turns']])
    const { body: messages } = await xpander.call('GET', '/v1/tasks/turns/thread')
    expect(messages.map(({ id, role, content }: Record<string, string>) => [id, role, content])).toEqual([
      ['turns_user_1', 'user', 'First?'],
      ['turns_agent_1', 'assistant', 'One.'],
      ['turns_user_2', 'user', 'Second?'],
      ['turns_agent_2', 'assistant', 'Two.'],
    ])
    expect(messages[1].metrics).toEqual({ input_tokens: 11, output_tokens: 7, total_tokens: 18 })
    expect(Math.abs(messages[0].created_at - Date.now() / 1000)).toBeLessThan(600)
    expect(agent.requests()[1]?.body?.['messages']).toMatchObject([
      { content: 'First?' },
      { content: 'One.' },
      { content: 'Second?' },
    ])
  },
)

promise(
  [
    'xpander.thread.queue',
    'xpander.status.pending',
    'xpander.status.executing',
    'xpander.tasks.stop',
    'xpander.status.stopped',
  ],
  'a turn waits for the one before it, and stopping the task ends both',
  async () => {
    const gate = Promise.withResolvers<void>()
    const agent = await xpander.agent([{ pieces: [{ wait: gate.promise }, { text: 'One.' }] }, says('Two.')])
    const path = `/v1/agents/${agent.uuid}/invoke/async`
    await xpander.call('POST', path, { id: 'queue', input: { text: 'First' } })
    await agent.asked(1)
    expect((await xpander.task('queue')).status).toBe('executing')
    await xpander.call('POST', path, { id: 'queue', input: { text: 'Second' } })
    expect((await xpander.task('queue')).status).toBe('pending')
    const stopped = await xpander.call('POST', '/v1/tasks/queue/stop')
    expect(stopped.body).toMatchObject({ status: 'stopped', is_manually_stopped: true, result: null })
    expect(stopped.body.finished_at).not.toBeNull()
    const again = await xpander.call('POST', '/v1/tasks/queue/stop', {})
    expect([again.status, again.body]).toEqual([200, stopped.body])
    gate.resolve()
    const { body: runs } = await xpander.scenario.call('GET', `/v1/runs?agent_id=${agent.id}`)
    expect(runs.data.map(({ state }: { state: string }) => state)).toEqual(['cancelled', 'cancelled'])
    expect(agent.requests()).toHaveLength(1)
    expect((await xpander.call('POST', '/v1/tasks/no-such/stop')).status).toBe(404)
  },
)

promise(['xpander.tasks.stop'], 'stopping a task ends every turn, however many wait', async () => {
  const gate = Promise.withResolvers<void>()
  const agent = await xpander.agent([{ pieces: [{ wait: gate.promise }, { text: 'One.' }] }])
  const begin = () =>
    xpander.call('POST', `/v1/agents/${agent.uuid}/invoke/async`, { id: 'many', input: { text: 'Hi' } })
  await begin()
  await agent.asked(1)
  await Promise.all(Array.from({ length: 104 }, begin))
  expect((await xpander.call('POST', '/v1/tasks/many/stop')).body.status).toBe('stopped')
  const { body: runs } = await xpander.scenario.call('GET', `/v1/runs?agent_id=${agent.id}&limit=200`)
  expect(runs.data.map(({ state }: { state: string }) => state)).toEqual(
    Array.from({ length: 105 }, () => 'cancelled'),
  )
  gate.resolve()
})

promise(['xpander.status.stopped'], 'what a condition stopped, nobody stopped by hand', async () => {
  const agent = await xpander.agent([says('ABORT')], {
    strategies: {
      stop: { on_failure: false, when: { type: 'contains', term: 'ABORT', path: null, value: null } },
    },
  })
  const task = await xpander.invoke(agent, 'Hi')
  expect([task.status, task.is_manually_stopped]).toEqual(['stopped', false])
  expect(await xpander.task(task.id)).toEqual(task)
})

promise(
  ['xpander.status.failed', 'xpander.status.error', 'xpander.task.execution_attempts', 'xpander.tasks.list'],
  'an agent that fails its task is told from an error, also in lists',
  async () => {
    const refused = { status: 400, body: { error: { message: 'No.' } } }
    const agent = await xpander.agent([says('no'), says('no'), says('no'), refused], {
      output: { format: 'json' },
    })
    const failed = await xpander.invoke(agent, 'Hi')
    const error = await xpander.invoke(agent, 'Hi')
    expect([failed.status, error.status]).toEqual(['failed', 'error'])
    for (const task of [failed, error]) {
      const { body } = await xpander.call('GET', `/v1/agents/${agent.uuid}/tasks?status=${task.status}`)
      expect([body.total, ids(body), body.items[0].result]).toEqual([1, [task.id], task.result])
    }
    const retried = await xpander.agent([refused, says('Yes.')], { strategies: { retry: { attempts: 1 } } })
    const task = await xpander.invoke(retried, 'Hi')
    expect([task.status, task.execution_attempts, task.result]).toEqual(['completed', 2, 'Yes.'])
    expect((await xpander.task(task.id)).execution_attempts).toBe(2)
  },
)

promise(
  [
    'xpander.tasks.list',
    'xpander.tasks.list.bad',
    'xpander.tasks.of_agent',
    'xpander.invoke.triggering_agent_id',
  ],
  'tasks are listed in pages and found by what they say',
  async () => {
    const agent = await xpander.agent(Array.from({ length: 5 }, () => says('x')))
    const made: string[] = []
    for (const index of [1, 2, 3, 4]) {
      const user = { id: `u${index % 2}`, email: 'a@example.com' }
      const more: JsonObject =
        index === 4 ? { parent_execution_id: made[0] ?? '', triggering_agent_id: 'trigger-1' } : {}
      made.push((await xpander.invoke(agent, { text: `No ${index}`, user }, more)).id)
    }
    const list = async (query: string) => (await xpander.call('GET', `/v1/tasks?${query}`)).body
    const own = `agent_id=${agent.uuid}`
    const first = await list(`${own}&per_page=3`)
    expect([ids(first), first.total, first.total_pages, first.page]).toEqual([
      made.slice(1).toReversed(),
      4,
      2,
      1,
    ])
    expect(ids(await list(`${own}&per_page=3&page=2`))).toEqual([made[0]])
    expect(ids(await list(`${own}&page=9`))).toEqual([])
    expect(ids(await list(`${own}&user_id=u1`))).toEqual([made[2], made[0]])
    expect(ids(await list(`${own}&parent_task_id=${made[0]}`))).toEqual([made[3]])
    expect(ids(await list(`${own}&triggering_agent_id=trigger-1`))).toEqual([made[3]])
    expect((await list(`${own}&status=completed`)).total).toBe(4)
    expect((await list(`${own}&status=paused`)).total).toBe(0)
    expect((await list(`${own}&internal_status=of-my-own`)).total).toBe(0)
    expect((await list('agent_id=no-such-agent')).total).toBe(0)
    expect(first.items[0]).toMatchObject({
      id: made[3],
      agent_id: agent.uuid,
      user_id: 'u0',
      parent_task_id: made[0],
      triggering_agent_id: 'trigger-1',
      status: 'completed',
      source_node_type: 'sdk',
      result: 'x',
      title: 'No 4',
    })
    for (const [query, kind] of [
      ['status=running', 'enum'],
      ['per_page=51', 'less_than_equal'],
      ['page=0', 'greater_than_equal'],
    ]) {
      const { status, body } = await xpander.call('GET', `/v1/tasks?${query}`)
      expect([status, body.detail[0].type, body.detail[0].loc[0]]).toEqual([422, kind, 'query'])
    }
    expect((await xpander.call('GET', '/v1/agents/00000000-0000-4000-8000-000000000000/tasks')).status).toBe(
      404,
    )
  },
)

promise(['xpander.tasks.delete'], 'deleting a task that runs stops and removes it', async () => {
  const agent = await xpander.agent([{ pieces: [{ wait: new Promise(() => {}) }] }, says('New.')])
  await xpander.call('POST', `/v1/agents/${agent.uuid}/invoke/async`, { id: 'gone', input: { text: 'Hi' } })
  const request = await agent.asked(1)
  const { status, body } = await xpander.call('DELETE', '/v1/tasks/gone')
  expect([status, body]).toEqual([204, null])
  await request.aborted
  for (const [method, path] of [
    ['GET', ''],
    ['DELETE', ''],
    ['GET', '/thread'],
    ['POST', '/stop'],
  ] as const) {
    expect((await xpander.call(method, `/v1/tasks/gone${path}`)).status).toBe(404)
  }
  const again = await xpander.invoke(agent, 'Hi', { id: 'gone' })
  expect([again.result, again.is_continuous]).toEqual(['New.', false])
})

promise(
  ['xpander.invoke.duplicate', 'xpander.tasks.delete'],
  'what is taken once is begun anew after its task was deleted',
  async () => {
    const strategies = { deduplicate: { selectors: ['input.text'], minutes: 10 } }
    const agent = await xpander.agent([says('First.'), says('Anew.')], { strategies })
    const first = await xpander.invoke(agent, 'Event 8')
    expect((await xpander.call('DELETE', `/v1/tasks/${first.id}`)).status).toBe(204)
    expect((await xpander.call('GET', `/v1/tasks/${first.id}`)).status).toBe(404)
    const body = { input: { text: 'Event 8' } }
    const again = await xpander.call('POST', `/v1/agents/${agent.uuid}/invoke`, body)
    expect([again.body.result, again.headers.get('x-duplicate-of')]).toEqual(['Anew.', null])
    const third = await xpander.call('POST', `/v1/agents/${agent.uuid}/invoke`, body)
    expect([third.body.result, third.headers.get('x-duplicate-of')]).toEqual(['Anew.', again.body.id])
  },
)

promise(
  ['xpander.tasks.full_thread', 'xpander.task.used_mutating_tools'],
  'the full conversation has the calls, and the sub-tasks beside it',
  async () => {
    const agent = await xpander.agent(
      [callsTools(['c1', 'look', { item: 'x' }]), says('Seen.'), says('Part.')],
      { tools: [siteTool(xpander.scenario.site, 'look', { effects: 'none' })] },
    )
    const parent = await xpander.invoke(agent, 'Look', { id: 'full' })
    expect(parent.used_mutating_tools).toBe(false)
    const child = await xpander.invoke(agent, 'Part', { parent_execution_id: 'full' })
    const { body } = await xpander.call('GET', '/v1/tasks/full/thread/full')
    expect(Object.keys(body).toSorted()).toEqual(['root', child.id].toSorted())
    expect(body.root.map(({ role, content }: Record<string, string>) => [role, content])).toEqual([
      ['user', 'Look'],
      ['assistant', ''],
      ['tool', '{"found":1}'],
      ['assistant', 'Seen.'],
    ])
    expect(body.root[1].tool_calls).toEqual([
      { id: 'c1', type: 'function', function: { name: 'look', arguments: '{"item":"x"}' } },
    ])
    expect(body[child.id].map(({ content }: { content: string }) => content)).toEqual(['Part', 'Part.'])
    const { body: plain } = await xpander.call('GET', '/v1/tasks/full/thread')
    expect(plain).toHaveLength(2)
  },
)

promise(
  ['xpander.thread.other_dialects'],
  'a conversation of another API is a task under its own id, and goes on as one',
  async () => {
    const agent = await xpander.agent([says('One.'), says('Two.')])
    const run = await xpander.scenario.run(agent, 'First')
    const id = parseId('thread', run.thread_id) ?? ''
    expect(await xpander.task(id)).toMatchObject({ id, result: 'One.', title: 'First', source: 'api' })
    const second = await xpander.invoke(agent, 'Second', { id })
    expect(second).toMatchObject({ id, result: 'Two.', is_continuous: true })
    // What it is called there may be what a task of this API is called.
    const { thread_id: other } = await xpander.scenario.ended(
      await xpander.scenario.startDeferring(agent, 'Third', { thread: { namespace: 'make', key: 'turns' } }),
    )
    const otherId = parseId('thread', other) ?? ''
    expect(await xpander.task(otherId)).toMatchObject({ id: otherId, input: { text: 'Third' } })
    expect(await xpander.task('turns')).toMatchObject({ id: 'turns', input: { text: 'Second?' } })
  },
)

promise(['xpander.tasks.events'], 'the latest turn is followed, and resumed after an id', async () => {
  const agent = await xpander.agent([says('Hel', 'lo.')])
  const task = await xpander.invoke(agent, 'Hi')
  const path = `/xpander/v1/tasks/${task.id}/events`
  const follow = (headers = {}) => xpander.scenario.server.open('GET', path, undefined, { headers })
  const text = await (await follow()).text()
  const blocks = text.slice(0, -2).split('\n\n')
  const seen = blocks.map((block) => /^id: (\S+)\ndata: (.*)$/.exec(block) ?? [])
  const types = seen.map(([, , data = '{}']) => JSON.parse(data).type)
  expect([types[0], types.at(-1)]).toEqual(['task_created', 'task_finished'])
  const rest = await (await follow({ 'last-event-id': seen[1]?.[1] })).text()
  expect(rest.slice(0, -2).split('\n\n')).toEqual(blocks.slice(2))
  expect((await follow({ 'last-event-id': 'nonsense' })).status).toBe(422)
  expect(readTaskEvents(text.replaceAll(/^id: .*\n/gm, '')).at(-1)?.data).toEqual(task)
})

promise(['xpander.callback'], 'a notification carries the task, and the texts of the settings', async () => {
  const { site } = xpander.scenario
  site.answer('/notice', () => ({ body: {} }))
  const agent = await xpander.agent([says('Done.')])
  const hook = {
    url: `${site.url}/notice`,
    headers: { 'x-team': 'ops' },
    subject: 'Ready',
    body: '{title} {content} {other}',
  }
  const settings = { notification_settings: { on_success: { webhook: [hook] } } }
  const patched = await xpander.call('PATCH', `/v1/agents/${agent.uuid}`, settings)
  expect(patched.status, JSON.stringify(patched.body)).toBe(200)
  const task = await xpander.invoke(agent, 'Hi')
  const { body, headers } = await site.called('/notice')
  expect(body).toEqual({ event: 'on_success', task, subject: 'Ready', body: 'Hi Done. {other}' })
  expect(headers['x-team']).toBe('ops')
})
