import { expect, test } from 'vitest'
import type { AgentDefinition } from '../../../core/agents/agent.ts'
import { emptyDefinition } from '../../../core/agents/definition.ts'
import type { AgentTool, HttpTool, WorkspaceTool } from '../../../core/tools/tool.ts'
import type { AppError } from '../../../errors.ts'
import { readTools, type SentTools } from './graph.ts'
import { printTools } from './graph-print.ts'
import { printLlmSettings } from './llm-settings.ts'
import type { GraphItemInput } from './wire-graph.ts'

const first = '01980f4e-0000-7000-8000-000000000001'
const second = '01980f4e-0000-7000-8000-000000000002'
const client = '01980f4e-0000-7000-8000-000000000003'
const model = { provider: 'openai', name: 'gpt-5.2' }

const http: HttpTool = {
  kind: 'http',
  name: 'find_order',
  description: 'Finds an order.',
  parameters: {},
  approval: 'never',
  method: 'GET',
  url: 'https://shop.example/{order_id}',
  headers: {},
  effects: 'none',
  checkUrl: null,
  timeoutSeconds: 15,
}
const inline: AgentTool = { ...http, name: 'inline' }
const onClient: AgentTool = {
  kind: 'function',
  name: 'ask',
  description: null,
  parameters: {},
  approval: 'never',
}
const server: AgentTool = {
  ...onClient,
  kind: 'mcp',
  name: 'wiki',
  url: 'https://wiki.example/mcp',
  headers: { 'X-Key': '***' },
  allowedTools: null,
}
const thinking: AgentTool = { ...onClient, kind: 'builtin', name: 'think' }

function shared(id: string, definition: WorkspaceTool['definition']): WorkspaceTool {
  const at = new Date(0)
  return { id, number: 1, workspaceId: first, revision: 1, definition, createdAt: at, updatedAt: at }
}

const known = [
  shared(first, http),
  shared(second, { ...http, name: 'find_customer' }),
  shared(client, { ...onClient, name: 'ask' }),
]
const definitions = new Map(known.map(({ id, definition }) => [`${id}/newest`, definition]))
const refers = (toolId: string): AgentTool => ({ kind: 'reference', toolId, revision: null, approval: null })

function agentWith(...tools: AgentTool[]): AgentDefinition {
  return { ...emptyDefinition('Desk'), tools }
}

function changed(agent: AgentDefinition, sent: SentTools): AgentDefinition {
  const { tools, extension } = readTools(sent, agent, { known, models: [model] })
  return { ...agent, tools, extensions: { ...agent.extensions, xpander: extension } }
}

const print = (agent: AgentDefinition) => printTools(agent, definitions)
const fn = (id: string, more: Partial<GraphItemInput> = {}): GraphItemInput => {
  return { item_id: id, type: 'tool', sub_type: 'custom_function', targets: [], ...more }
}

function refusal(sent: SentTools): Pick<AppError, 'code'> & { field: string | undefined } {
  try {
    changed(agentWith(), sent)
  } catch (error) {
    const { code, fields } = error as AppError // what the reader throws
    return { code, field: fields[0]?.field }
  }
  throw new Error('It was taken.')
}

test('an item is printed whole, with what was not sent at its default', () => {
  const { graph, attached_tools: attached } = print(changed(agentWith(), { graph: [fn(first)] }))
  expect(graph).toEqual([
    {
      id: first,
      item_id: first,
      name: 'find_order',
      type: 'tool',
      sub_type: 'custom_function',
      targets: [],
      settings: null,
      llm_settings: [],
      is_first: false,
    },
  ])
  expect(attached).toEqual([{ id: 'xpander-custom-functions', operation_ids: [first] }])
})

test('an item without a sub-type is a function where its id is that of one', () => {
  expect(changed(agentWith(), { graph: [fn(first, { sub_type: null })] }).tools).toEqual([refers(first)])
})

test('attached functions that are not in the graph are put behind it', () => {
  const attachedTools = [{ id: 'xpander-custom-functions', operation_ids: [first, second] }]
  const agent = changed(agentWith(), { graph: [fn(second, { id: 'g1' })], attachedTools })
  expect(print(agent).graph.map(({ id }) => id)).toEqual(['g1', first])
})

test('attached functions alone are all that the agent has; items of others go', () => {
  const before = changed(agentWith(inline), { graph: [fn(first, { id: 'g1' }), fn(second)] })
  const attachedTools = [{ id: 'xpander-custom-functions', operation_ids: [first] }]
  const after = changed(before, { attachedTools })
  expect(after.tools).toEqual([inline, refers(first)])
  expect(print(after).graph.map(({ id }) => id)).toEqual(['g1', 'inline'])
})

test('what is not sent stays as it is', () => {
  const before = changed(agentWith(inline), { graph: [fn(first, { id: 'g1' })] })
  expect(changed(before, {})).toEqual(before)
})

test('a graph that comes back as it was printed changes nothing', () => {
  const agent = agentWith(inline, refers(first), refers(second))
  const { graph, attached_tools: attachedTools } = print(agent)
  const after = changed(agent, { graph, attachedTools })
  expect(after).toEqual({ ...agent, extensions: { xpander: { graph: [], llm_settings: null } } })
})

test('a label that is the name of the function follows it', () => {
  const agent = changed(agentWith(), { graph: [fn(first, { id: 'g1', name: 'find_order' })] })
  const renamed = new Map([[`${first}/newest`, { ...http, name: 'look_up_order' }]])
  expect(printTools(agent, renamed).graph[0]?.name).toBe('look_up_order')
})

test('a graph takes away functions and leaves what this API cannot name', () => {
  const agent = agentWith(refers(first), inline, onClient, server, thinking, refers(client))
  expect(changed(agent, { graph: null }).tools).toEqual([inline, onClient, server, thinking, refers(client)])
})

test('a reference that stays keeps what another API said with it', () => {
  const pinned: AgentTool = { kind: 'reference', toolId: first, revision: 3, approval: 'always' }
  expect(changed(agentWith(pinned), { graph: [fn(first)] }).tools).toEqual([pinned])
})

test('tools made elsewhere are items, which change nothing when they come back', () => {
  const agent = agentWith(inline, onClient, server, refers(client), thinking)
  const { graph } = print(agent)
  expect(graph.map(({ item_id: id, type, sub_type: sub, name }) => [id, type, sub, name])).toEqual([
    ['inline', 'tool', 'operation', 'inline'],
    ['ask', 'tool', 'local_tool', 'ask'],
    ['wiki', 'mcp', null, 'wiki'],
    [client, 'tool', 'local_tool', 'ask'],
  ])
  expect(graph[2]?.settings).toEqual({
    mcp_settings: {
      type: 'remote',
      name: 'wiki',
      url: 'https://wiki.example/mcp',
      transport: 'streamable-http',
      auth_type: 'custom_headers',
      headers: { 'X-Key': '***' },
      allowed_tools: [],
    },
  })
  const after = changed(agent, { graph: [...graph, fn(first)] })
  expect(after.tools).toEqual([...agent.tools, refers(first)])
  expect(print(after).graph.map(({ id }) => id)).toEqual([first, 'inline', 'ask', 'wiki', client])
})

test('an item of a tool made elsewhere cannot be changed', () => {
  const [item] = print(agentWith(server)).graph
  const graph = [{ ...item, item_id: 'wiki', type: 'mcp' as const, settings: { mcp_settings: { url: 'x' } } }]
  expect(() => changed(agentWith(server), { graph })).toThrow('graph[0].type: "mcp" is not available')
})

test('what another API does to the functions shows in the graph', () => {
  const agent = changed(agentWith(), { graph: [fn(first, { id: 'g1' })] })
  expect(print({ ...agent, tools: [refers(second)] }).graph.map(({ id }) => id)).toEqual([second])
  const both = { ...agent, tools: [refers(first), refers(second)] }
  expect(print(both).graph.map(({ id }) => id)).toEqual(['g1', second])
})

test.each<[string, GraphItemInput]>([
  ['graph[0].type', { item_id: 'x', type: 'agent' }],
  ['graph[0].type', { item_id: 'x', type: 'xpsleep-agent-delay' }],
  ['graph[0].type', { item_id: 'SendMail', type: 'tool' }],
  ['graph[0].sub_type', { item_id: 'x', type: 'tool', sub_type: 'operation' }],
  ['graph[0].sub_type', { item_id: 'x', type: 'tool', sub_type: 'local_tool' }],
  ['graph[0].targets', fn(first, { targets: ['g2'] })],
  [
    'graph[0].settings.advanced_filtering_options',
    fn(first, { settings: { advanced_filtering_options: { searchables: ['title'] } } }),
  ],
  ['graph[0].settings.hitl_options', fn(first, { settings: { hitl_options: { title: 'Sure?' } } })],
  [
    'graph[0].settings.hitl_options',
    fn(first, { settings: { hitl_options: { should_approve_with_current_user: false } } }),
  ],
  [
    'graph[0].settings.hitl_options',
    fn(first, { settings: { hitl_options: { should_approve_with_current_user: 1 } } }),
  ],
  ['graph[0].settings.use_cache', fn(first, { settings: { use_cache: true } })],
  ['graph[0].settings.mcp_settings', fn(first, { settings: { mcp_settings: { url: 'https://a.example' } } })],
  ['graph[0].llm_settings[0]', fn(first, { llm_settings: [{ type: 'after', ...model, model: model.name }] })],
])('what is not done here is refused at %s', (field, item) => {
  expect(refusal({ graph: [item] })).toEqual({ code: 'feature_unavailable', field })
})

test('an id of no function is refused where it stands', () => {
  const other = '01980f4e-0000-7000-8000-000000000009'
  expect(refusal({ graph: [fn(first), fn(other)] })).toEqual({
    code: 'invalid_request',
    field: 'graph[1].item_id',
  })
  expect(refusal({ graph: [fn(client)] }).field).toBe('graph[0].item_id')
  const attachedTools = [{ id: 'xpander-custom-functions', operation_ids: [first, other] }]
  expect(refusal({ attachedTools })).toEqual({
    code: 'invalid_request',
    field: 'attached_tools[0].operation_ids[1]',
  })
  expect(refusal({ graph: [fn(first), fn(first)] }).field).toBe('graph[1].item_id')
})

test('another connection than that of custom functions is refused', () => {
  expect(refusal({ attachedTools: [{ id: first, operation_ids: ['a'] }] })).toEqual({
    code: 'feature_unavailable',
    field: 'attached_tools[0].id',
  })
})

test('settings that ask for nothing, and source nodes, come back as they were sent', () => {
  const settings = {
    instructions: null,
    schemas: { input: {}, output: null },
    hitl_options: { title: null, should_approve_with_current_user: true },
    coding_agent_settings: { type: 'codex' },
    use_cache: false,
  }
  const node: GraphItemInput = {
    id: 's',
    item_id: 'sdk',
    type: 'source_node',
    sub_type: 'sdk',
    targets: ['g1'],
  }
  const item = fn(first, { id: 'g1', name: 'Order lookup', is_first: true, settings })
  const { graph } = print(changed(agentWith(), { graph: [node, item] }))
  expect(graph[0]).toMatchObject({ id: 's', type: 'source_node', targets: ['g1'], name: null })
  expect(graph[1]).toMatchObject({ name: 'Order lookup', is_first: true, settings })
})

test("an entry that records the agent's own model is kept until the model is another", () => {
  const entry = { type: 'before', provider: 'openai', model: 'gpt-5.2', temperature: 0 }
  const agent = changed(agentWith(), { llmSettings: [{ provider: 'OpenAI', model: 'gpt-5.2' }] })
  expect(printLlmSettings(agent, model)).toEqual([{ ...entry, provider: 'OpenAI' }])
  expect(printLlmSettings(agent, { ...model, name: 'gpt-4o' })).toEqual([])
  expect(printLlmSettings(changed(agent, { llmSettings: [] }), model)).toEqual([])
})

test('an entry may record the model that the agent had before the same request', () => {
  const context = { known, models: [{ ...model, name: 'gpt-4o' }, model] as const }
  const { extension } = readTools(
    { llmSettings: [{ provider: 'openai', model: 'gpt-5.2' }] },
    agentWith(),
    context,
  )
  expect(extension['llm_settings']).not.toBeNull()
})

test.each([
  [{ type: 'after' as const, provider: 'openai', model: 'gpt-5.2' }],
  [{ type: 'before' as const, provider: 'anthropic', model: 'claude-sonnet-4-5-20250929' }],
  [{}],
])('an entry that asks for a pass is refused: %j', (entry) => {
  expect(refusal({ llmSettings: [entry] })).toEqual({ code: 'feature_unavailable', field: 'llm_settings[0]' })
})
