import { afterAll, beforeAll, expect } from 'vitest'
import { xpanderRequirements } from '../../src/dialects/xpander/requirements.ts'
import type { JsonObject } from '../../src/lib/json.ts'
import { callsTools, says } from '../support/scenario.ts'
import {
  messagesOf,
  promiseDifferences,
  startXpanderPairs,
  type Pair,
  type Seen,
  type XpanderPairs,
} from '../support/xpander-pairs.ts'
import { verifies } from '../support/verifies.ts'

// What a graph says over a function, and what a task adds to its calls: two that differ in it alone, and what differs.

let pairs: XpanderPairs
let functionId: string
beforeAll(async () => {
  pairs = await startXpanderPairs()
  pairs.site.answer('/tickets', () => ({ body: { id: 7, reporter_email: 'ada@example.com' } }))
  functionId = await customFunction('open_ticket')
})
afterAll(async () => await pairs?.[Symbol.asyncDispose]())

async function customFunction(name: string, more: JsonObject = {}): Promise<string> {
  const { status, body } = await pairs.xpander.call('POST', '/v1/custom_functions', {
    name,
    description: 'Opens a ticket.',
    input_schema: {
      type: 'object',
      properties: {
        title: { type: 'string', description: 'What it is about.' },
        project: { type: 'string' },
        meta: { type: 'object', properties: { channel: { type: 'string' } } },
      },
      required: ['title', 'project'],
    },
    http: { method: 'POST', url: `${pairs.site.url}/tickets` },
    ...more,
  })
  expect(status, JSON.stringify(body)).toBe(201)
  return body.id
}

const item = (settings: JsonObject | null) => {
  return { id: 'g1', item_id: functionId, type: 'tool', sub_type: 'custom_function', targets: [], settings }
}
const over = (settings: JsonObject | null): JsonObject => ({ graph: [item(settings)] })
const input = (properties: JsonObject) => over({ schemas: { input: { type: 'object', properties } } })
const output = (properties: JsonObject) => over({ schemas: { output: { type: 'object', properties } } })
const opens = (args: JsonObject) => ({
  answers: [callsTools(['c1', 'open_ticket', args]), says('Done.')],
})

/** The function as the model is shown it. */
function shown({ requests }: Seen) {
  const tools = requests[0]?.body?.['tools'] as { function: JsonObject }[] // as the wire has it
  return tools[0]?.function ?? {}
}
const schemaShown = (seen: Seen) => (shown(seen)['parameters'] ?? {}) as { [name: string]: JsonObject } // as above
const sent = () => pairs.site.callsOf('/tickets').at(-1)?.body
const answered = (seen: Seen) =>
  JSON.parse(String(messagesOf(seen).find(({ role }) => role === 'tool')?.content)) as unknown

const ofAgents: Pair[] = [
  {
    id: 'xpander.graph.settings.instructions',
    values: () => [over({ instructions: 'Only for incidents.' }), over(null)],
    differs: (seen) => shown(seen)['description'],
    expected: ['Opens a ticket.\nOnly for incidents.', 'Opens a ticket.'],
  },
  {
    id: 'xpander.graph.settings.description',
    values: () => [over({ description: 'Calls for help.' }), over(null)],
    differs: (seen) => shown(seen)['description'],
    expected: ['Calls for help.', 'Opens a ticket.'],
  },
  {
    id: 'xpander.graph.settings.schemas',
    title: 'a description of an argument',
    values: () => [input({ title: { description: 'At most ten words.' } }), input({})],
    differs: (seen) => schemaShown(seen)['properties']?.['title'],
    expected: [
      { type: 'string', description: 'At most ten words.' },
      { type: 'string', description: 'What it is about.' },
    ],
  },
  {
    id: 'xpander.graph.settings.schemas',
    title: 'isBlocked of an argument',
    values: () => [input({ body_params: { properties: { project: { isBlocked: true } } } }), over(null)],
    both: () => opens({ title: 'Fire', project: 'GUESS' }),
    differs: (seen) => [Object.keys(schemaShown(seen)['properties'] ?? {}), sent()],
    expected: [
      [['title', 'meta'], { title: 'Fire' }],
      [['title', 'project', 'meta'], { title: 'Fire', project: 'GUESS' }],
    ],
  },
  {
    id: 'xpander.graph.settings.schemas',
    title: 'permanentValue of an argument',
    values: () => [
      input({ body_params: { properties: { project: { type: 'string', permanentValue: 'OPS' } } } }),
      input({ project: { permanentValue: 'HR' } }),
    ],
    both: () => opens({ title: 'Fire', project: 'GUESS' }),
    differs: (seen) => [schemaShown(seen)['required'], sent()],
    expected: [
      [['title'], { title: 'Fire', project: 'OPS' }],
      [['title'], { title: 'Fire', project: 'HR' }],
    ],
  },
  {
    id: 'xpander.graph.settings.schemas',
    title: 'a value within an argument',
    values: () => [
      input({
        body_params: { properties: { meta: { properties: { channel: { permanentValue: 'phone' } } } } },
      }),
      over(null),
    ],
    both: () => opens({ title: 'Fire', project: 'OPS' }),
    differs: () => sent(),
    expected: [
      { title: 'Fire', project: 'OPS', meta: { channel: 'phone' } },
      { title: 'Fire', project: 'OPS' },
    ],
  },
  {
    id: 'xpander.graph.settings.schemas',
    title: 'isBlocked of a result',
    values: () => [output({ reporter_email: { isBlocked: true } }), output({})],
    both: () => opens({ title: 'Fire', project: 'OPS' }),
    differs: answered,
    expected: [{ id: 7 }, { id: 7, reporter_email: 'ada@example.com' }],
  },
  {
    id: 'xpander.graph.settings.schemas',
    title: 'permanentValue of a result',
    values: () => [output({ reporter_email: { permanentValue: 'a person' } }), over(null)],
    both: () => opens({ title: 'Fire', project: 'OPS' }),
    differs: answered,
    expected: [
      { id: 7, reporter_email: 'a person' },
      { id: 7, reporter_email: 'ada@example.com' },
    ],
  },
]

promiseDifferences(() => pairs, 'agents', ofAgents)

promiseDifferences(() => pairs, 'tasks', [
  {
    id: 'xpander.invoke.payload_extension',
    values: [
      { payload_extension: { body_params: { tenant: 'acme', meta: { channel: 'phone' } } } },
      { payload_extension: { project: 'HR' } },
    ],
    both: () => ({
      agent: input({ project: { permanentValue: 'OPS' } }),
      ...opens({ title: 'Fire', meta: { urgent: true } }),
    }),
    differs: ({ task }) => [sent(), task.payload_extension],
    expected: [
      [
        { title: 'Fire', meta: { urgent: true, channel: 'phone' }, project: 'OPS', tenant: 'acme' },
        { body_params: { tenant: 'acme', meta: { channel: 'phone' } } },
      ],
      [{ title: 'Fire', meta: { urgent: true }, project: 'OPS' }, { project: 'HR' }],
    ],
  },
])

const promise = (ids: string[], sentence: string, run: () => Promise<void>) =>
  verifies(xpanderRequirements, ids, sentence, run)

promise(
  ['xpander.graph.settings.schemas', 'xpander.tools.resolved', 'xpander.graph.edited_elsewhere'],
  'settings over a function are printed as they were sent, tools as the model sees them, and other APIs leave both',
  async () => {
    const { xpander } = pairs
    const settings = {
      instructions: 'Only for incidents.',
      schemas: {
        input: { properties: { body_params: { properties: { project: { permanentValue: 'OPS' } } } } },
      },
    }
    const made = await xpander.agent(over(settings))
    expect(made.graph[0].settings).toEqual(settings)
    const [tool] = made.tools
    expect([tool.function_description, Object.keys(tool.body_schema.properties)]).toEqual([
      'Opens a ticket.\nOnly for incidents.',
      ['title', 'meta'],
    ])
    const path = `/v1/agents/${made.id}`
    const again = (await xpander.call('PATCH', path, { graph: made.graph })).body
    expect([again.version, again.graph]).toEqual([2, made.graph])
    const { body: other } = await xpander.native('GET', `/v1/agents?limit=1`)
    const id = other.data[0].id
    const tools = other.data[0].tools.map((one: JsonObject) => ({ ...one, approval: 'always' }))
    expect((await xpander.native('PATCH', `/v1/agents/${id}`, { tools })).status).toBe(200)
    const after = (await xpander.call('GET', path)).body
    expect([after.version, after.graph]).toEqual([3, made.graph])
    const bare = tools.map((one: JsonObject) => ({ ...one, overlay: null }))
    await xpander.native('PATCH', `/v1/agents/${id}`, { tools: bare })
    const anew = (await xpander.call('GET', path)).body
    expect(anew.graph[0].settings).toEqual({ instructions: null, description: null, schemas: null })
    expect((await xpander.call('PATCH', path, { graph: [item(null)] })).body.graph[0].settings).toBeNull()
  },
)

promise(
  ['xpander.graph.settings.schemas', 'xpander.invoke.payload_extension'],
  'what cannot be said over a call is refused where it stands',
  async () => {
    const { xpander } = pairs
    const refused = async (settings: JsonObject) => {
      const { status, body } = await xpander.call('POST', '/v1/agents', { name: 'Never', ...over(settings) })
      return [status, status === 422 ? body.detail[0].loc.join('.') : body.detail.split(':')[0]]
    }
    const at = 'graph[0].settings.schemas.input.properties'
    const wrong = (properties: JsonObject) => refused({ schemas: { input: { properties } } })
    expect(await wrong({ headers: { properties: { 'x-team': { permanentValue: 'ops' } } } })).toEqual([
      501,
      `${at}.headers`,
    ])
    expect(await wrong({ body_params: { permanentValue: {} } })).toEqual([
      422,
      'body.graph.0.settings.schemas.input.properties.body_params',
    ])
    expect(await wrong({ project: { isBlocked: 'yes' } })).toEqual([
      422,
      'body.graph.0.settings.schemas.input.properties.project.isBlocked',
    ])
    expect(await wrong({ project: 'OPS' })).toEqual([
      422,
      'body.graph.0.settings.schemas.input.properties.project',
    ])
    expect(await refused({ schemas: { input: { properties: [] } } })).toEqual([
      422,
      'body.graph.0.settings.schemas.input.properties',
    ])
    expect(await refused({ schemas: { output: { isBlocked: true } } })).toEqual([
      422,
      'body.graph.0.settings.schemas.output',
    ])
    expect(await refused({ schemas: { output: 1 } })).toEqual([422, 'body.graph.0.settings.schemas.output'])
    const { id } = await xpander.agent()
    const invoke = (extension: unknown) =>
      xpander.call('POST', `/v1/agents/${id}/invoke`, { input: { text: 'Hi' }, payload_extension: extension })
    const headers = await invoke({ headers: { 'x-team': 'ops' } })
    expect([headers.status, headers.body.detail.split(':')[0]]).toEqual([501, 'payload_extension.headers'])
    const text = await invoke({ body_params: 'all' })
    expect([text.status, text.body.detail[0].loc]).toEqual([
      422,
      ['body', 'payload_extension', 'body_params'],
    ])
    const long = await invoke({ note: 'x'.repeat(65_536) })
    expect([long.status, long.body.detail[0].loc]).toEqual([422, ['body', 'payload_extension']])
  },
)

promise(
  ['xpander.graph.settings.schemas', 'xpander.approvals.ask'],
  'a person who is asked sees what a call is made with',
  async () => {
    const { xpander } = pairs
    const { task } = await pairs.see({
      agent: { ...input({ project: { permanentValue: 'OPS' } }), is_supervised: true },
      ...opens({ title: 'Fire' }),
    })
    expect(task.status).toBe('paused')
    expect(JSON.parse(task.hitl_request.content)).toEqual({ title: 'Fire', project: 'OPS' })
    const before = pairs.site.callsOf('/tickets').length
    expect((await xpander.call('POST', `/v1/tasks/${task.id}/approve`, {})).status).toBe(200)
    const { body } = await pairs.site.called('/tickets', before + 1)
    expect(body).toEqual({ title: 'Fire', project: 'OPS' })
  },
)
