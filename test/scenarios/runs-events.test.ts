import { afterAll, beforeAll, expect, test } from 'vitest'
import { callsTools, clientTool, says, siteTool, startScenario, type Scenario } from '../support/scenario.ts'
import { allEvents, readEvents } from '../support/sse-client.ts'

let scenario: Scenario

beforeAll(async () => {
  scenario = await startScenario()
  scenario.site.answer('/', () => ({ body: { done: true } }))
})

afterAll(async () => {
  await scenario[Symbol.asyncDispose]()
})

const eventStream = { accept: 'text/event-stream' }

/** A finished run of thirteen events. */
async function finishedRun(): Promise<string> {
  const agent = await scenario.agent([callsTools(['call_a', 'work', { item: 'x' }]), says('Done.')], {
    tools: [siteTool(scenario.site, 'work')],
  })
  return (await scenario.run(agent, 'Go.')).id
}

function follow(runId: string, options: { after?: number; lastEventId?: string } = {}): Promise<Response> {
  const query = options.after === undefined ? '' : `?after=${options.after}`
  const headers: Record<string, string> = { ...eventStream }
  if (options.lastEventId !== undefined) headers['last-event-id'] = options.lastEventId
  return scenario.server.open('GET', `/v1/runs/${runId}/events${query}`, undefined, { headers })
}

const idsOf = async (response: Response): Promise<number[]> =>
  (await allEvents(response)).map((event) => Number(event.id))
const upTo13From = (first: number): number[] =>
  Array.from({ length: 14 - first }, (_, index) => first + index)

test('a finished run can be followed from every position by Last-Event-ID, and the stream ends', async () => {
  const runId = await finishedRun()
  for (let last = 0; last <= 13; last++) {
    expect(await idsOf(await follow(runId, { lastEventId: String(last) }))).toEqual(upTo13From(last + 1))
  }
})

test('the same with after; Last-Event-ID wins over it', async () => {
  const runId = await finishedRun()
  for (const after of [0, 6, 12, 13, 1000]) {
    expect(await idsOf(await follow(runId, { after }))).toEqual(upTo13From(Math.min(after, 13) + 1))
  }
  expect(await idsOf(await follow(runId, { after: 2, lastEventId: '11' }))).toEqual([12, 13])
})

test('a Last-Event-ID that is no number of an event is refused', async () => {
  const reply = await follow(await finishedRun(), { lastEventId: 'seven' })
  expect(reply.status).toBe(400)
  const { errors } = (await reply.json()) as { errors: unknown } // the problem form of every error
  expect(errors).toEqual([{ field: 'Last-Event-ID', message: 'must be the id of an event of this run' }])
})

test('a follower who comes back in the middle of a run gets what was missed, then what is new, each once', async () => {
  const gate = Promise.withResolvers<void>()
  const agent = await scenario.agent([
    { pieces: [{ text: 'One ' }, { wait: gate.promise }, { text: 'two.' }] },
  ])
  const runId = await scenario.start(agent, 'Count.')
  await scenario.until(runId, 'message.delta')
  const followers = await Promise.all(
    [0, 1, 2, 3, 4, 5].map((last) => follow(runId, { lastEventId: String(last) })),
  )
  gate.resolve()
  const seen = await Promise.all(followers.map(idsOf))
  expect(seen).toEqual([
    [1, 2, 3, 4, 5, 6, 7, 8, 9],
    [2, 3, 4, 5, 6, 7, 8, 9],
    [3, 4, 5, 6, 7, 8, 9],
    [4, 5, 6, 7, 8, 9],
    [5, 6, 7, 8, 9],
    [6, 7, 8, 9],
  ])
  const deltas = (await scenario.events(runId)).filter((event) => event.type === 'message.delta')
  expect(deltas.map((event) => event.data.text)).toEqual(['One ', 'two.'])
})

test('a stream stays open while the run waits, over the answer, to the end', async () => {
  const agent = await scenario.agent([callsTools(['call_a', 'ask', {}]), says('Thanks.')], {
    tools: [clientTool('ask')],
  })
  const response = await scenario.server.open('POST', `/v1/agents/${agent.id}/runs`, {
    input: 'Ask.',
    stream: true,
  })
  const types: string[] = []
  for await (const { type, data } of readEvents(response)) {
    types.push(type)
    if (type !== 'run.waiting') continue
    const outputs = [{ call_id: data.waiting_for.calls[0].call_id, output: 'yes' }]
    const { body } = await scenario.call('GET', `/v1/runs?state=waiting&agent_id=${agent.id}`)
    await scenario.call('POST', `/v1/runs/${body.data[0].id}/tool-outputs`, { outputs })
  }
  expect(types.slice(7)).toEqual([
    'run.waiting',
    'tool.outputs_received',
    'run.resumed',
    'step.started',
    'message.delta',
    'message.completed',
    'step.completed',
    'run.completed',
  ])
})

test('a run goes on when the client of its stream goes away', async () => {
  const gate = Promise.withResolvers<void>()
  const agent = await scenario.agent([
    { pieces: [{ text: 'On ' }, { wait: gate.promise }, { text: 'and on.' }] },
  ])
  const client = new AbortController()
  const response = await scenario.server.open(
    'POST',
    `/v1/agents/${agent.id}/runs`,
    { input: 'Go.', stream: true },
    { signal: client.signal },
  )
  let runId = ''
  for await (const event of readEvents(response)) {
    if (event.type === 'message.delta') break
  }
  client.abort()
  runId = (await scenario.call('GET', `/v1/runs?agent_id=${agent.id}`)).body.data[0].id
  gate.resolve()
  expect(await scenario.ended(runId)).toMatchObject({ state: 'completed', output: 'On and on.' })
})

test('the list of events is paged by their numbers', async () => {
  const runId = await finishedRun()
  const page = async (query: string) => (await scenario.call('GET', `/v1/runs/${runId}/events?${query}`)).body
  const first = await page('limit=5')
  expect(first.data.map((event: { seq: number }) => event.seq)).toEqual([1, 2, 3, 4, 5])
  expect([first.has_more, first.next_cursor]).toEqual([true, 5])
  const last = await page('limit=8&after=5')
  expect(last.data.map((event: { seq: number }) => event.seq)).toEqual([6, 7, 8, 9, 10, 11, 12, 13])
  expect([last.has_more, last.next_cursor]).toEqual([false, null])
  expect(await page('after=13')).toEqual({ data: [], has_more: false, next_cursor: null })
})

test('an event has one form in the list and on the stream: its number is the id, its type the event', async () => {
  const agent = await scenario.agent([says('Hi.')])
  const run = await scenario.run(agent, 'Hello.')
  const text = await (await follow(run.id)).text()
  const [created, message, started] = text.split('\n\n')
  const { data } = (await scenario.call('GET', `/v1/runs/${run.id}/events`)).body
  const [first, second, third] = data.map((event: { at: string }) => event.at)
  expect(created).toBe(
    `id: 1\nevent: run.created\ndata: {"seq":1,"type":"run.created","run_id":"${run.id}","at":"${first}","data":` +
      `{"agent_id":"${agent.id}","agent_version":1,"thread_id":"${run.thread_id}","dialect":"native","source":"api",` +
      `"parent_run_id":null,"metadata":{}}}`,
  )
  expect(message).toBe(
    `id: 2\nevent: message.created\ndata: {"seq":2,"type":"message.created","run_id":"${run.id}","at":"${second}","data":` +
      `{"role":"user","content":[{"type":"text","text":"Hello."}]}}`,
  )
  expect(started).toBe(
    `id: 3\nevent: run.started\ndata: {"seq":3,"type":"run.started","run_id":"${run.id}","at":"${third}","data":{"fence":1}}`,
  )
  expect(text.endsWith('\n\n')).toBe(true)
  const streamed = text
    .trimEnd()
    .split('\n\n')
    .map((block) => JSON.parse(block.split('\ndata: ')[1] ?? ''))
  expect(data).toEqual(streamed)
})

test('a follower that reads slowly falls behind, catches up, and has missed nothing', async () => {
  const gate = Promise.withResolvers<void>()
  const pieces = Array.from({ length: 40 }, (_, index) => ({ text: `${index} `.padEnd(60_000, '.') }))
  const agent = await scenario.agent([{ pieces: [{ text: 'Go. ' }, { wait: gate.promise }, ...pieces] }])
  const runId = await scenario.start(agent, 'Much.')
  await scenario.until(runId, 'message.delta')
  const slow = await follow(runId)
  const quick = scenario.ended(runId)
  gate.resolve()
  const run = await quick
  let text = ''
  const ids: number[] = []
  for await (const { id, type, data } of readEvents(slow)) {
    ids.push(Number(id))
    if (type === 'message.delta') text += data.text
  }
  expect(text).toBe(run.output)
  expect(text.length).toBe(2_400_004)
  expect(ids).toEqual(Array.from({ length: ids.length }, (_, index) => index + 1))
})
