import { afterAll, beforeAll, expect } from 'vitest'
import { toolRequirements } from '../../src/dialects/xpander/requirements/requirements-tools.ts'
import { parseId, printId } from '../../src/lib/ids.ts'
import type { JsonObject } from '../../src/lib/json.ts'
import { callsTools, says, startScenario, type Scenario, type ScenarioAgent } from '../support/scenario.ts'
import { verifies } from '../support/verifies.ts'

let scenario: Scenario
let first: string
let second: string
let functions = 0

beforeAll(async () => {
  scenario = await startScenario()
  scenario.site.answer('/orders/', ({ path }) => ({ body: { order: path.slice('/orders/'.length) } }))
  first = await customFunction()
  second = await customFunction()
})
afterAll(async () => scenario?.[Symbol.asyncDispose]())

const promise = (ids: string[], sentence: string, run: () => Promise<void>) =>
  verifies(toolRequirements, ids, sentence, run)

const call = (method: string, path: string, body?: unknown) =>
  scenario.server.call(method, `/xpander${path}`, body)

/** The id of a new function. */
async function customFunction(): Promise<string> {
  const { status, body } = await call('POST', '/v1/custom_functions', {
    name: `find_order_${(functions += 1)}`,
    description: 'Finds an order.',
    input_schema: {
      type: 'object',
      properties: { order_id: { type: 'string' }, urgent: { type: 'boolean' } },
      required: ['order_id'],
    },
    http: { method: 'GET', url: `${scenario.site.url}/orders/{order_id}` },
  })
  expect(status, JSON.stringify(body)).toBe(201)
  return body.id
}

let agents = 0
const minimal = () => ({ name: `Desk ${(agents += 1)}`, model_provider: 'openai', model_name: 'gpt-5.2' })

/** What the create of an agent answers. */
async function create(more: object = {}) {
  const { status, body } = await call('POST', '/v1/agents', { ...minimal(), ...more })
  expect(status, JSON.stringify(body)).toBe(201)
  return body
}

async function patch(id: string, body: object) {
  const reply = await call('PATCH', `/v1/agents/${id}`, body)
  expect(reply.status, JSON.stringify(reply.body)).toBe(200)
  return reply.body
}

const item = (id: string, more: object = {}) => {
  return { item_id: id, type: 'tool', sub_type: 'custom_function', targets: [], ...more }
}
const attached = (...ids: string[]) => [{ id: 'xpander-custom-functions', operation_ids: ids }]
const itemIds = ({ graph }: { graph: { item_id: string }[] }) => graph.map((one) => one.item_id)
const uuidOf = ({ id }: ScenarioAgent) => parseId('agent', id) ?? ''
/** The agent's tools as the native API has them. */
const nativeTools = async (id: string) =>
  (await scenario.call('GET', `/v1/agents/${printId('agent', id)}`)).body.tools

/** The status and the field of a refused create. */
async function refused(more: object): Promise<[status: number, field: string]> {
  const { status, body } = await call('POST', '/v1/agents', { ...minimal(), ...more })
  const loc = body.detail[0]?.loc
  return [status, Array.isArray(loc) ? loc.slice(1).join('.') : body.detail.split(': ')[0]]
}

promise(
  ['xpander.graph.custom_function', 'xpander.graph.id', 'xpander.graph.name', 'xpander.graph.is_first'],
  'an agent calls the functions of its graph and no others; label and mark are printed',
  async () => {
    const withFunction = await scenario.agent([
      callsTools(['call_1', 'find_order_1', { order_id: '1182' }]),
      says('Shipped.'),
    ])
    const without = await scenario.agent([says('I cannot.')])
    const named = item(first, { id: 'g1', name: 'Order lookup', is_first: true })
    const { graph } = await patch(uuidOf(withFunction), { graph: [named, item(second)] })
    await patch(uuidOf(without), { graph: [] })
    expect(graph).toEqual([
      { ...named, settings: null, llm_settings: [] },
      {
        ...item(second),
        id: second,
        name: 'find_order_2',
        settings: null,
        llm_settings: [],
        is_first: false,
      },
    ])
    const run = await scenario.run(withFunction, 'Where is 1182?')
    await scenario.run(without, 'Where is 1182?')
    expect([run.state, run.output]).toEqual(['completed', 'Shipped.'])
    expect(scenario.site.callsOf('/orders/1182')).toHaveLength(1)
    const names = (agent: ScenarioAgent) => toolNames(agent.requests()[0]?.body)
    expect(names(withFunction)).toEqual(['find_order_1', 'find_order_2'])
    expect(names(without)).toEqual([])
  },
)

/** Names of the tools that a model was told of. */
function toolNames(request: unknown): string[] {
  const { tools = [] } = request as { tools?: { function: { name: string } }[] } // what the OpenAI wire carries
  return tools.map((tool) => tool.function.name)
}

promise(
  ['xpander.graph.item_id', 'xpander.attached_tools.unknown', 'xpander.attached_tools.connectors'],
  'ids of nothing are refused where they stand, and connections are not done',
  async () => {
    const none = '01980f4e-0000-7000-8000-000000000009'
    expect(await refused({ graph: [item(none)] })).toEqual([422, 'graph.0.item_id'])
    expect(await refused({ graph: [{ type: 'tool' }] })).toEqual([422, 'graph.0.item_id'])
    expect(await refused({ attached_tools: attached(first, none) })).toEqual([
      422,
      'attached_tools.0.operation_ids.1',
    ])
    const { body } = await call('POST', '/v1/agents', { ...minimal(), attached_tools: attached(none) })
    expect(body.message).toContain(`"${none}"`)
    const connection = {
      id: '770832b8-c32b-4e4c-9ca2-232fec8099a7',
      operation_ids: ['694bddfcd72d937c39875cf7'],
    }
    expect(await refused({ attached_tools: [connection] })).toEqual([501, 'attached_tools[0].id'])
  },
)

promise(
  [
    'xpander.graph.other_types',
    'xpander.graph.other_sub_types',
    'xpander.graph.targets',
    'xpander.graph.settings.advanced_filtering_options',
    'xpander.graph.settings.hitl_options',
    'xpander.graph.settings.use_cache',
    'xpander.graph.settings.other_kinds',
    'xpander.llm_settings.passes',
  ],
  'what a graph asks for and is not done is refused at the field that asks',
  async () => {
    const documented = [
      { item_id: 'SlackPostMessage', name: 'Send Slack Message', type: 'tool', targets: [] },
      { item_id: 'agent-uuid-here', name: 'Research Agent', type: 'agent', targets: [] },
      {
        item_id: 'mcp-uuid',
        name: 'Notion',
        type: 'mcp',
        targets: [],
        settings: { mcp_settings: { url: 'https://mcp.notion.com/sse', transport: 'sse', name: 'Notion' } },
      },
    ]
    for (const graph of documented) expect(await refused({ graph: [graph] })).toEqual([501, 'graph[0].type'])
    const types = ['human_in_the_loop', 'xpsleep-agent-delay', 'custom_agent', 'coding_agent', 'storage']
    for (const type of types)
      expect(await refused({ graph: [item('x', { type, sub_type: null })] })).toEqual([501, 'graph[0].type'])
    for (const kind of ['operation', 'local_tool'])
      expect(await refused({ graph: [item('x', { sub_type: kind })] })).toEqual([501, 'graph[0].sub_type'])
    expect(await refused({ graph: [item(first), item(second, { targets: ['g1'] })] })).toEqual([
      501,
      'graph[1].targets',
    ])
    const settings: JsonObject = {
      advanced_filtering_options: { searchables: ['title'] },
      hitl_options: { recipients: ['u7'] },
      use_cache: true,
      mcp_settings: { url: 'https://a.example' },
      a2a_options: { url: 'https://a.example' },
      coding_agent_settings: { type: 'other' },
    }
    for (const [name, value] of Object.entries(settings)) {
      expect(await refused({ graph: [item(first, { settings: { [name]: value } })] })).toEqual([
        501,
        `graph[0].settings.${name}`,
      ])
    }
    const after = { type: 'after', provider: 'openai', model: 'gpt-5.2', temperature: 0 }
    expect(await refused({ llm_settings: [after] })).toEqual([501, 'llm_settings[0]'])
    expect(await refused({ llm_settings: [{ ...after, type: 'before', model: 'gpt-4.1' }] })).toEqual([
      501,
      'llm_settings[0]',
    ])
    expect(await refused({ graph: [item(first, { llm_settings: [after] })] })).toEqual([
      501,
      'graph[0].llm_settings[0]',
    ])
  },
)

promise(
  ['xpander.graph.settings.inert', 'xpander.graph.source_node'],
  'source nodes and settings that ask for nothing are kept',
  async () => {
    const settings = {
      instructions: null,
      description: '',
      schemas: null,
      hitl_options: { title: null, recipients: [], should_approve_with_current_user: true },
      coding_agent_settings: { type: 'codex' },
      use_cache: false,
    }
    const node = { id: 's', item_id: 'sdk', type: 'source_node', sub_type: 'sdk', targets: [first] }
    const { id, graph } = await create({ graph: [node, item(first, { settings })] })
    expect(graph[0]).toEqual({ ...node, name: null, settings: null, llm_settings: [], is_first: false })
    expect(graph[1].settings).toEqual(settings)
    expect((await call('GET', `/v1/agents/${id}`)).body.graph).toEqual(graph)
    expect(await nativeTools(id)).toHaveLength(1)
  },
)

promise(
  ['xpander.attached_tools.functions', 'xpander.attached_tools.printed', 'xpander.attached_tools.alone'],
  'attached functions come into the graph by themselves',
  async () => {
    const both = await create({ graph: [item(second, { id: 'g1' })], attached_tools: attached(first) })
    expect(itemIds(both)).toEqual([second, first])
    expect(both.graph[1]).toMatchObject({ name: 'find_order_1', targets: [], sub_type: 'custom_function' })
    expect(both.attached_tools).toEqual(attached(second, first))
    const alone = await patch(both.id, { attached_tools: attached(second) })
    expect([alone.graph.map((one: { id: string }) => one.id), alone.attached_tools]).toEqual([
      ['g1'],
      attached(second),
    ])
    const none = await patch(both.id, { attached_tools: [] })
    expect([none.graph, none.attached_tools, none.tools]).toEqual([[], [], []])
  },
)

promise(
  ['xpander.graph.replaced', 'xpander.graph.reset'],
  'a graph replaces functions, nothing leaves them, and a reset takes them all',
  async () => {
    const { id } = await create({ graph: [item(first)] })
    expect(itemIds(await patch(id, { graph: [item(second)] }))).toEqual([second])
    expect(itemIds(await patch(id, { description: 'Another.' }))).toEqual([second])
    expect(itemIds(await patch(id, { should_reset_graph: true, attached_tools: attached(first) }))).toEqual([
      first,
    ])
    expect(itemIds(await patch(id, { should_reset_graph: true }))).toEqual([])
    expect(await nativeTools(id)).toEqual([])
  },
)

promise(
  ['xpander.graph.elsewhere', 'xpander.graph.edited_elsewhere'],
  'tools of other APIs are shown, left alone, and follow what those do',
  async () => {
    const agent = await scenario.agent([], {
      tools: [
        { type: 'http', name: 'inline', url: 'https://shop.example/x' },
        { type: 'function', name: 'ask_client' },
        { type: 'reference', tool_id: printId('tool', first), approval: 'always' },
      ],
    })
    const id = uuidOf(agent)
    const before = await nativeTools(id)
    const { body: shown } = await call('GET', `/v1/agents/${id}`)
    expect(itemIds(shown)).toEqual([first, 'inline', 'ask_client'])
    expect(await patch(id, { graph: shown.graph, attached_tools: shown.attached_tools })).toMatchObject({
      graph: shown.graph,
      version: shown.version,
    })
    expect(await nativeTools(id)).toEqual(before)
    const emptied = await patch(id, { graph: [] })
    expect(itemIds(emptied)).toEqual(['inline', 'ask_client'])
    expect(await nativeTools(id)).toEqual(before.slice(0, 2))
    const tools = [{ type: 'reference', tool_id: printId('tool', second) }]
    await scenario.call('PATCH', `/v1/agents/${agent.id}`, { tools })
    expect(itemIds((await call('GET', `/v1/agents/${id}`)).body)).toEqual([second])
  },
)

promise(
  ['xpander.llm_settings.own_model', 'xpander.llm_settings.defaults'],
  "entries that record the agent's own model are printed until it has another",
  async () => {
    const entry = { provider: 'openai', model: 'gpt-5.2' }
    const made = await create({ llm_settings: [entry] })
    expect(made.llm_settings).toEqual([{ type: 'before', ...entry, temperature: 0 }])
    const other = await patch(made.id, { model_name: 'gpt-4.1' })
    expect(other.llm_settings).toEqual([])
    expect((await patch(made.id, { llm_settings: [{}] })).llm_settings).toEqual([
      { type: 'before', provider: 'openai', model: 'gpt-4.1', temperature: 0 },
    ])
    const whole = await patch(made.id, { model_name: 'gpt-5.2', llm_settings: [{}] })
    expect(whole.model_name).toBe('gpt-5.2')
    expect((await patch(made.id, { llm_settings: null })).llm_settings).toEqual([])
  },
)

promise(
  ['xpander.tools.resolved', 'xpander.tools.both_forms'],
  'tools of an agent are resolved, in both forms at once',
  async () => {
    const { tools } = await create({ graph: [item(first)] })
    const empty = { type: 'object', properties: {}, required: [] }
    const path = { type: 'object', properties: { order_id: { type: 'string' } }, required: ['order_id'] }
    const query = { type: 'object', properties: { urgent: { type: 'boolean' } }, required: [] }
    expect(tools).toEqual([
      expect.objectContaining({
        id: first,
        type: 'custom_function',
        custom_function_id: first,
        name: 'find_order_1',
        method: 'get',
        path: `/operation/${first}`,
        function_description: 'Finds an order.',
        path_params: path,
        query_params: query,
        body_schema: empty,
        parameters: {
          type: 'object',
          properties: { path_params: path, query_params: query, body_params: empty, headers: empty },
          required: ['path_params'],
        },
      }),
    ])
  },
)
