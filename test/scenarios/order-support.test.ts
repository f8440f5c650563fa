import { afterEach, expect, test } from 'vitest'
import { firstStart } from '../../src/first-start.ts'
import { silentLog } from '../../src/lib/log.ts'
import { printId } from '../../src/lib/ids.ts'
import { temporaryDirectory } from '../support/database.ts'
import { startFakeAnthropic } from '../support/fake-anthropic.ts'
import { startFakeOpenAi } from '../support/fake-openai.ts'
import type { FakeVendor, ScriptedAnswer } from '../support/scripted-answer.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { allEvents, readEvents, type StreamedEvent } from '../support/sse-client.ts'
import { startToolSite, type ToolSite } from '../support/tool-site.ts'

let cleanUp = new AsyncDisposableStack()

afterEach(async () => {
  await cleanUp.disposeAsync()
  cleanUp = new AsyncDisposableStack()
})

/** The tool site, whose orders know where they are. */
async function shop(): Promise<ToolSite> {
  const site = cleanUp.use(await startToolSite())
  site.answer('/orders/', ({ path }) => ({
    body: { order_id: path.slice('/orders/'.length), status: 'shipped' },
  }))
  return site
}

async function orderSupport(server: TestServer, site: ToolSite, more: object = {}): Promise<string> {
  const created = await server.call('POST', '/v1/agents', {
    name: 'Order Support',
    instructions: 'You are a friendly order support agent.',
    tools: [
      {
        type: 'http',
        name: 'lookup_order',
        description: 'Look up order status by order ID',
        parameters: { type: 'object', properties: { order_id: { type: 'string' } }, required: ['order_id'] },
        method: 'GET',
        url: `${site.url}/orders/{order_id}`,
      },
    ],
    ...more,
  })
  expect(created.status).toBe(201)
  return created.body.id
}

const question = 'Where are my orders ORD-1 and ORD-2?'

/** Looks both orders up in one step, then answers in two pieces with a gate between them. */
function conversation(gate: Promise<void>): ScriptedAnswer[] {
  const lookUp = (id: string, order: string) => ({
    id,
    name: 'lookup_order',
    arguments: JSON.stringify({ order_id: order }),
  })
  return [
    {
      pieces: [{ toolCalls: [lookUp('call_1', 'ORD-1'), lookUp('call_2', 'ORD-2')] }],
      usage: { input: 100, output: 40 },
    },
    {
      pieces: [{ text: 'Both orders ' }, { wait: gate }, { text: 'have been shipped.' }],
      usage: { input: 200, cached: 100, output: 10 },
    },
  ]
}

/** Streams the run; opens the gate only once the first text has reached this client. */
async function converse(
  server: TestServer,
  agentId: string,
  gate: PromiseWithResolvers<void>,
): Promise<StreamedEvent[]> {
  const response = await server.open('POST', `/v1/agents/${agentId}/runs`, { input: question, stream: true })
  const events: StreamedEvent[] = []
  for await (const event of readEvents(response)) {
    events.push(event)
    if (event.type === 'message.delta') gate.resolve()
  }
  return events
}

const vendors = [
  {
    wire: 'OpenAI',
    start: startFakeOpenAi,
    env: (url: string) => ({ OPENAI_API_KEY: 'sk-test-key', OPENAI_BASE_URL: url }),
    model: 'openai/gpt-5.2',
    // (200 × 1.75 + 100 × 0.175 + 50 × 14) millionths
    cost: '0.0010675',
  },
  {
    wire: 'Anthropic',
    start: startFakeAnthropic,
    env: (url: string) => ({ ANTHROPIC_API_KEY: 'sk-ant-test-key', ANTHROPIC_BASE_URL: url }),
    model: 'anthropic/claude-sonnet-4-5',
    // (200 × 3 + 100 × 0.3 + 50 × 15) millionths
    cost: '0.00138',
  },
]

test.each(vendors)(
  'order support answers over the $wire wire, as the model speaks',
  async ({ start, env, model, cost }) => {
    const gate = Promise.withResolvers<void>()
    const vendor: FakeVendor = await start({ respond: conversation(gate.promise) })
    cleanUp.defer(() => vendor.close())
    const site = await shop()
    const server = cleanUp.use(await startTestServer({ env: env(vendor.url) }))
    const agentId = await orderSupport(server, site)

    const events = await converse(server, agentId, gate)
    expect(events.map((event) => event.type)).toEqual([
      'run.created',
      'message.created',
      'run.started',
      'step.started',
      'message.completed',
      'step.completed',
      'tool.called',
      'tool.called',
      'tool.completed',
      'tool.completed',
      'step.started',
      'message.delta',
      'message.delta',
      'message.completed',
      'step.completed',
      'run.completed',
    ])
    const results = events.filter((event) => event.type === 'tool.completed')
    expect(results.map(({ data }) => [data.call_id, data.status, data.output]).toSorted()).toEqual([
      ['call_1', 'ok', { order_id: 'ORD-1', status: 'shipped' }],
      ['call_2', 'ok', { order_id: 'ORD-2', status: 'shipped' }],
    ])
    expect(
      site
        .callsOf('/orders/')
        .map((call) => `${call.method} ${call.path}`)
        .toSorted(),
    ).toEqual(['GET /orders/ORD-1', 'GET /orders/ORD-2'])
    expect(events.at(-1)?.data).toEqual({
      output: 'Both orders have been shipped.',
      output_json: null,
      usage: {
        input_tokens: 300,
        cached_input_tokens: 100,
        output_tokens: 50,
        reasoning_tokens: 0,
        total_tokens: 350,
        model_calls: 2,
      },
      cost,
    })
    const run = (await server.call('GET', `/v1/runs?agent_id=${agentId}`)).body.data[0]
    expect(run).toMatchObject({ state: 'completed', model, cost, output: 'Both orders have been shipped.' })
    expect(vendor.requests.filter((request) => request.method === 'POST')).toHaveLength(2)
    expect(JSON.stringify(vendor.requests[1]?.body)).toContain('ORD-2')
  },
)

test('order support answers offline by the demo model, which says what it is', async () => {
  const site = await shop()
  const server = cleanUp.use(await startTestServer())
  const agentId = await orderSupport(server, site, { model: 'demo/demo' })
  const reply = await server.call('POST', `/v1/agents/${agentId}/runs`, { input: 'Where is order ORD-1042?' })
  expect(reply.status).toBe(200)
  expect(reply.body).toMatchObject({ state: 'completed', model: 'demo/demo', cost: '0' })
  expect(reply.body.output).toContain('status is shipped')
  expect(reply.body.output).toContain("(I am Parley's demo model: a set of rules, not a language model.)")
  expect(site.callsOf('/orders/').map((call) => call.path)).toEqual(['/orders/ORD-1042'])
})

test('a new data directory has one agent that has already answered, and a second start makes no other', async () => {
  const dataDir = await temporaryDirectory()
  const env = { PARLEY_EXAMPLES: '1', PARLEY_DEFAULT_MODEL: 'demo/demo' }
  const first = await startTestServer({ dataDir, env })
  const example = await firstStart(first.server, silentLog)
  expect(example?.isNew).toBe(true)
  const run = (await first.call('GET', `/v1/runs/${printId('run', example?.run.id ?? '')}`)).body
  expect(run).toMatchObject({ state: 'completed', source: 'example', model: 'demo/demo' })
  expect(run.input).toEqual([{ type: 'text', text: 'Where is order ORD-1042?' }])
  expect(run.output).toContain('Walnut desk lamp')
  const { body } = await first.call('GET', `/v1/runs/${run.id}/events`)
  const called = body.data.find((event: { type: string }) => event.type === 'tool.called')
  expect(called.data).toMatchObject({ tool: 'lookup_order', arguments: { order_id: 'ORD-1042' } })
  await first[Symbol.asyncDispose]()

  const second = cleanUp.use(await startTestServer({ dataDir, env }))
  const again = await firstStart(second.server, silentLog)
  expect([again?.isNew, again?.agentId, again?.run.id]).toEqual([false, example?.agentId, example?.run.id])
  const agents = (await second.call('GET', '/v1/agents')).body.data
  expect(agents.map((agent: { name: string }) => agent.name)).toEqual(['Order Support'])
  expect((await second.call('GET', '/v1/runs')).body.data).toHaveLength(1)
})

test('the example agent answers a caller of its own in a stream', async () => {
  const server = cleanUp.use(await startTestServer({ env: { PARLEY_DEFAULT_MODEL: 'demo/demo' } }))
  const example = await firstStart(server.server, silentLog)
  const path = `/v1/agents/${printId('agent', example?.agentId ?? '')}/runs`
  const events = await allEvents(
    await server.open('POST', path, { input: 'Where is order ORD-1044?', stream: true }),
  )
  expect(events.at(-1)?.type).toBe('run.completed')
  expect(events.at(-1)?.data.output).toContain('Ceramic teapot')
})
