import { afterAll, beforeAll, expect } from 'vitest'
import { invocationEndpoints } from '../../src/dialects/xpander/endpoints/invocation.ts'
import { xpanderRequirements } from '../../src/dialects/xpander/requirements.ts'
import { EventStream, type Endpoint, type SseMessage } from '../../src/http/endpoint.ts'
import { newId } from '../../src/lib/ids.ts'
import { callsTools, says, siteTool } from '../support/scenario.ts'
import { verifies } from '../support/verifies.ts'
import { chunksOf, readTaskEvents, startXpanderTasks, type XpanderTasks } from '../support/xpander-tasks.ts'

let xpander: XpanderTasks

beforeAll(async () => {
  xpander = await startXpanderTasks()
  xpander.scenario.site.answer('/open_ticket', () => ({ body: { id: 'OPS-7' } }))
  xpander.scenario.site.answer('/broken', () => ({ status: 500, body: { error: 'No.' } }))
})
afterAll(async () => {
  await xpander?.[Symbol.asyncDispose]()
})

const promise = (ids: string[], sentence: string, run: () => Promise<void>) =>
  verifies(xpanderRequirements, ids, sentence, run)

const tool = (name: string, more = {}) => siteTool(xpander.scenario.site, name, more)

promise(
  ['xpander.stream.framing', 'xpander.stream.order', 'xpander.stream.chunks', 'xpander.stream.events'],
  'a stream is data lines, from task_created to task_finished, and its chunks are the result',
  async () => {
    const agent = await xpander.agent([says('Ticket ', 'one\nis ', 'open.')])
    const response = await xpander.open(agent, 'Hi')
    expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/)
    const events = readTaskEvents(await response.text())
    const types = events.map(({ type }) => type).filter((type) => type !== 'chunk')
    expect(types).toEqual(['task_created', 'task_updated', 'task_finished'])
    expect(events.slice(0, 2).map(({ data }) => data.status)).toEqual(['pending', 'executing'])
    expect(chunksOf(events)).toBe('Ticket one\nis open.')
    expect(Object.keys(events[0] ?? {})).toEqual(['type', 'task_id', 'organization_id', 'time', 'data'])
    const last = events.at(-1)
    expect(last?.data).toMatchObject({ status: 'completed', result: 'Ticket one\nis open.' })
    expect(new Set(events.map(({ task_id: id }) => id))).toEqual(new Set([last?.data.id]))
    expect(last?.time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/)
    expect(await xpander.task(last?.data.id)).toEqual(last?.data)
  },
)

promise(
  ['xpander.stream.tools', 'xpander.stream.remarks', 'xpander.stream.chunks', 'xpander.stream.order'],
  'calls stand between what was said before them, which is a thought, and the result',
  async () => {
    const agent = await xpander.agent(
      [
        {
          pieces: [
            { text: 'Let me ' },
            { text: 'see.' },
            { toolCalls: [{ id: 'c1', name: 'open_ticket', arguments: '{"item":"disk"}' }] },
          ],
        },
        callsTools(['c2', 'broken', { item: 'x' }]),
        says('Ticket OPS-7 ', 'is open.'),
      ],
      { tools: [tool('open_ticket'), tool('broken')] },
    )
    const events = await xpander.stream(agent, 'Disk full')
    const shown = events.filter(({ type }) => type !== 'chunk')
    expect(shown.map(({ type }) => type)).toEqual([
      'task_created',
      'task_updated',
      'think',
      'tool_call_request',
      'tool_call_result',
      'tool_call_request',
      'tool_call_result',
      'task_finished',
    ])
    expect(shown[2]?.data).toBe('Let me see.')
    expect(shown[3]?.data).toEqual({
      request_id: 'c1',
      operation_id: 'open_ticket',
      tool_call_id: 'c1',
      graph_node_id: 'open_ticket',
      tool_name: 'open_ticket',
      payload: { item: 'disk' },
      reasoning: null,
    })
    expect(shown[4]?.data).toMatchObject({ request_id: 'c1', result: { id: 'OPS-7' }, is_error: false })
    expect(shown[6]?.data).toMatchObject({ request_id: 'c2', is_error: true })
    expect(chunksOf(events)).toBe('Ticket OPS-7 is open.')
    expect(events.at(-1)?.data).toMatchObject({
      result: 'Ticket OPS-7 is open.',
      used_mutating_tools: true,
      last_executed_node_id: 'broken',
    })
  },
)

promise(['xpander.stream.think'], 'reasoning and the thinking tools are thoughts, not calls', async () => {
  const agent = await xpander.agent(
    [
      {
        pieces: [
          { reasoning: 'Hm, ' },
          { reasoning: 'disks.' },
          {
            toolCalls: [
              { id: 'c1', name: 'think', arguments: '{"title":"Plan","thought":"Look first."}' },
              {
                id: 'c2',
                name: 'analyze',
                arguments: '{"title":"Look","result":"full","analysis":"It is full."}',
              },
            ],
          },
        ],
      },
      says('Full.'),
    ],
    { tools: [{ type: 'think' }, { type: 'analyze' }] },
  )
  const events = await xpander.stream(agent, 'Disk?')
  expect(events.map(({ type, data }) => [type, typeof data === 'string' ? data : ''])).toEqual([
    ['task_created', ''],
    ['task_updated', ''],
    ['think', 'Hm, disks.'],
    ['think', 'Look first.'],
    ['analyze', 'It is full.'],
    ['chunk', 'Full.'],
    ['task_finished', ''],
  ])
})

promise(
  ['xpander.stream.chunks.live'],
  'an agent without tools is heard while it speaks; its answer is completed when the reader goes',
  async () => {
    const gate = Promise.withResolvers<void>()
    const agent = await xpander.agent([
      { pieces: [{ text: 'Hel' }, { wait: gate.promise }, { text: 'lo.' }] },
    ])
    const gone = new AbortController()
    const response = await xpander.open(agent, 'Hi', { id: 'live-1' }, gone.signal)
    let text = ''
    for await (const bytes of response.body ?? []) {
      text += Buffer.from(bytes).toString()
      if (text.includes('"Hel"')) break
    }
    gone.abort()
    gate.resolve()
    const rest = await xpander.scenario.server.open('GET', '/xpander/v1/tasks/live-1/events')
    expect(await rest.text()).toContain('"task_finished"')
    expect((await xpander.task('live-1')).result).toBe('Hello.')
  },
)

promise(
  ['xpander.stream.chunks.held', 'xpander.stream.chunks'],
  'answers of earlier rounds, refused forms and failed attempts are no chunks',
  async () => {
    const rounds = await xpander.agent([says('Draft.'), says('Final.')], {
      strategies: { iterate: { times: 2, until: null } },
    })
    const heard = await xpander.stream(rounds, 'Write')
    expect([chunksOf(heard), heard.find(({ type }) => type === 'think')?.data]).toEqual(['Final.', 'Draft.'])
    const form = await xpander.agent([says('Yes.'), says('{"open":true}')], { output: { format: 'json' } })
    expect(chunksOf(await xpander.stream(form, 'Open?'))).toBe('{"open":true}')
    const retried = await xpander.agent([{ pieces: [{ text: 'Hal' }], ending: 'complete' }, says('unused')], {
      strategies: { retry: { attempts: 1 } },
    })
    expect(chunksOf(await xpander.stream(retried, 'Hi'))).toBe('Hal')
  },
)

promise(['xpander.stream.failed'], 'a task that fails says why in its last event', async () => {
  const agent = await xpander.agent([{ status: 400, body: { error: { message: 'No.' } } }])
  const events = await xpander.stream(agent, 'Hi')
  expect(events.map(({ type }) => type)).toEqual(['task_created', 'task_updated', 'task_finished'])
  const last = events.at(-1)?.data
  expect(last.status).toBe('error')
  expect(last).toEqual(await xpander.task(last.id))
})

promise(
  ['xpander.stream.restart'],
  'a model that breaks off ends a stream that showed its text; the task has the answer',
  async () => {
    const gate = Promise.withResolvers<void>()
    const broken = { pieces: [{ text: 'Hel' }, { wait: gate.promise }], ending: 'drop' as const }
    const agent = await xpander.agent([broken, says('Hello.')])
    const response = await xpander.open(agent, 'Hi', { id: 'restart-1' })
    let heard = ''
    for await (const bytes of response.body ?? []) {
      heard += Buffer.from(bytes).toString()
      if (heard.includes('"Hel"')) gate.resolve()
    }
    const events = readTaskEvents(heard)
    expect(events.map(({ type }) => type)).toEqual(['task_created', 'task_updated', 'chunk', 'task_finished'])
    expect(events.at(-1)?.data).toMatchObject({ status: 'error', id: 'restart-1' })
    expect(events.at(-1)?.data.result).toContain('read it for the result')
    // Whoever reads it from its first event afterwards hears only what counts.
    const again = await xpander.scenario.server.open('GET', '/xpander/v1/tasks/restart-1/events')
    const text = await again.text()
    const chunks = [...text.matchAll(/data: (\{"type":"chunk".*)/g)].map(
      ([, json = '']) => JSON.parse(json).data,
    )
    expect(chunks.join('')).toBe('Hello.')
    expect((await xpander.task('restart-1')).result).toBe('Hello.')
  },
)

promise(
  ['xpander.stream.paused'],
  'a paused task ends its stream as it is when nobody decides in time',
  async () => {
    const agent = await xpander.agent([callsTools(['c1', 'open_ticket', { item: 'x' }])], {
      tools: [tool('open_ticket', { approval: 'always' })],
    })
    const { server } = xpander.scenario.server
    const endpoints = invocationEndpoints(server.services, { patience: 50 })
    const invoke = endpoints.find(({ id }) => id === 'xpander.agents.invoke_stream')
    const request = {
      principal: await server.services.access.authenticate(xpander.scenario.server.ownerKey),
      params: { agent_id: agent.uuid },
      query: {},
      body: { input: { text: 'Hi' } },
      headers: () => undefined,
      signal: new AbortController().signal,
      dialect: 'xpander',
      resourceId: newId(),
    } as unknown as Parameters<Endpoint['handle']>[0] // all that the handler reads
    const reply = await invoke?.handle(request)
    if (!(reply instanceof EventStream)) throw new Error('It is no stream.')
    const messages: SseMessage[] = []
    for await (const some of reply.source) messages.push(...[some].flat())
    const events = messages.map(({ data }) => JSON.parse(data))
    expect(events.map(({ type, data }) => [type, data.status])).toEqual([
      ['task_created', 'pending'],
      ['task_updated', 'executing'],
      ['tool_call_request', undefined],
      ['task_updated', 'paused'],
      ['task_finished', 'paused'],
    ])
  },
)
