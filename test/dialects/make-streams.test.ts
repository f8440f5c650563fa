import { afterAll, beforeAll, expect } from 'vitest'
import { makeRequirements } from '../../src/dialects/make/requirements.ts'
import { printId } from '../../src/lib/ids.ts'
import { startMakeRuns, type MakeRuns } from '../support/make-runs.ts'
import type { ParsedJson } from '../support/parsed-json.ts'
import { callsTools, says } from '../support/scenario.ts'
import { verifies } from '../support/verifies.ts'

let make: MakeRuns
let findOrder: number

beforeAll(async () => {
  make = await startMakeRuns()
  make.scenario.site.answer('/find_order', () => ({ body: { state: 'shipped' } }))
  findOrder = await make.tool('find_order')
})

afterAll(async () => {
  await make[Symbol.asyncDispose]()
})

interface WireEvent {
  event: string
  id: string
  data: ParsedJson
}

const block = /^event:(\w+)\nid:([0-9a-f-]{36})\ndata:(\{[^\n]*\})$/

/** Reads a stream by its bytes: anything that is not framed exactly so is refused. */
function readBlocks(text: string): WireEvent[] {
  expect(text.endsWith('\n\n')).toBe(true)
  return text
    .slice(0, -2)
    .split('\n\n')
    .map((one) => {
      const [, event = '', id = '', data = ''] = block.exec(one) ?? expect.fail(`not framed so: ${one}`)
      return { event, id, data: JSON.parse(data) }
    })
}

verifies(
  makeRequirements,
  ['make.stream.framing'],
  "a stream is framed byte by byte as the vendor's sample is",
  async () => {
    const agent = await make.agent([says('Hello.\nBye.')])
    const response = await make.stream(agent, 'Hi')
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('text/event-stream')
    expect(response.headers.get('cache-control')).toBe('no-cache')
    expect(response.headers.get('x-accel-buffering')).toBe('no')
    const text = await response.text()
    const [system, question, answer, done] = readBlocks(text)
    const time = /Z?(\d{4}-\d\d-\d\dT[\d:.]+\+00:00)/.exec(system?.data.content)?.[1] ?? ''
    const run = system?.data.agentIterationId
    expect(text).toBe(
      `event:step\nid:${system?.id}\ndata:{"role":"system","content":"Resolve refund requests.\\nCurrent time (ISO): ${time}","id":"${system?.data.id}","agentIterationId":"${run}"}\n\n` +
        `event:step\nid:${question?.id}\ndata:{"role":"user","content":"Hi","id":"${question?.data.id}","agentIterationId":"${run}","index":1}\n\n` +
        `event:step\nid:${answer?.id}\ndata:{"role":"assistant","content":"Hello.\\nBye.","id":"${answer?.data.id}","agentIterationId":"${run}","index":2,"tokenUsage":{"promptTokens":11,"completionTokens":7,"totalTokens":18},"executionTimeMs":${answer?.data.executionTimeMs}}\n\n` +
        `event:done\nid:${done?.id}\ndata:${JSON.stringify(done?.data)}\n\n`,
    )
    const ids = [system, question, answer, done].map((event) => event?.id)
    expect(new Set([...ids, system?.data.id, question?.data.id, answer?.data.id]).size).toBe(7)
  },
)

verifies(
  makeRequirements,
  ['make.stream.steps'],
  'the steps of a stream put together are what done carries, and what the thread holds',
  async () => {
    const agent = await make.agent([callsTools(['c1', 'find_order', { item: '1182' }]), says('It left.')], {
      settings: { scenarios: [{ makeScenarioId: findOrder }] },
    })
    const events = readBlocks(await (await make.stream(agent, 'Where?')).text())
    expect(events.map(({ event }) => event)).toEqual(['step', 'step', 'step', 'step', 'step', 'done'])
    const empty = { executionTimeMs: 0, tokenUsage: null, toolCalls: [], toolResponse: null, index: 0 }
    const reply = events.at(-1)?.data
    expect(events.slice(0, -1).map(({ data }) => ({ ...empty, ...data }))).toEqual(reply.executionSteps)
    expect(reply).toMatchObject({ response: 'It left.', jsonResponse: null })
    const thread = await make.get(`${agent.path}/threads/${reply.threadId}`)
    expect(thread.body.iterations).toEqual([
      { ...reply, state: 'completed', createdAt: expect.any(String), error: null },
    ])
  },
)

verifies(
  makeRequirements,
  ['make.stream.error'],
  'a failure before the first byte is an HTTP error, and one after it an error event',
  async () => {
    const agent = await make.agent([{ status: 400, body: { error: { message: 'No.' } } }])
    const refused = await make.stream(agent, { messages: [] })
    expect([refused.status, await refused.json()]).toMatchObject([400, { code: 'SC400' }])
    const events = readBlocks(await (await make.stream(agent, 'Hi')).text())
    expect(events.map(({ event }) => event)).toEqual(['step', 'step', 'error'])
    expect(events.at(-1)?.data).toMatchObject({ code: 'SC502', message: 'Bad Gateway' })
  },
)

verifies(
  makeRequirements,
  ['make.stream.deltas'],
  'with deltas=1 the text comes as it is written, under the id of its step',
  async () => {
    const gate = Promise.withResolvers<void>()
    const agent = await make.agent([{ pieces: [{ text: 'Hel' }, { wait: gate.promise }, { text: 'lo.' }] }])
    const response = await make.stream(agent, 'Hi', { query: '&deltas=1' })
    const decoder = new TextDecoder()
    let text = ''
    for await (const chunk of response.body ?? []) {
      text += decoder.decode(chunk as Uint8Array, { stream: true })
      // The first part is here before the model has written the second.
      if (text.includes('event:delta')) gate.resolve()
    }
    const events = readBlocks(text)
    expect(events.map(({ event }) => event)).toEqual(['step', 'step', 'delta', 'delta', 'step', 'done'])
    const [, , first, second, step] = events
    expect([first?.data, second?.data]).toEqual([
      { id: step?.data.id, delta: 'Hel' },
      { id: step?.data.id, delta: 'lo.' },
    ])
  },
)

verifies(
  makeRequirements,
  ['make.stream.restart'],
  'a model that breaks off ends a stream that showed its text, and only such a one; the run goes on',
  async () => {
    const broken = { pieces: [{ text: 'Hel' }], ending: 'drop' as const }
    const agent = await make.agent([broken, says('Hello.'), broken, says('Hello.')])
    const shown = readBlocks(await (await make.stream(agent, 'Hi', { query: '&deltas=1' })).text())
    expect(shown.map(({ event }) => event)).toEqual(['step', 'step', 'delta', 'error'])
    expect(shown.at(-1)?.data.code).toBe('SC502')
    const ended = await make.scenario.ended(printId('run', shown[0]?.data.agentIterationId))
    expect(ended).toMatchObject({ state: 'completed', output: 'Hello.' })
    const whole = readBlocks(await (await make.stream(agent, 'Hi')).text())
    expect(whole.map(({ event }) => event)).toEqual(['step', 'step', 'step', 'done'])
  },
)
