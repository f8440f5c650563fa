import { parseId } from '../../../src/lib/ids.ts'
import { isJsonObject, type JsonValue } from '../../../src/lib/json.ts'
import { idOf, type Caller, type LawFixtures } from './law-fixtures.ts'
import { createAgent as createNativeAgent } from './native.ts'

const prefix = '/xpander'

/** An agent with a webhook, whose tool needs an approval. */
async function createAgent(caller: Caller): Promise<string> {
  const id = parseId('agent', await createNativeAgent(caller)) ?? ''
  await caller.call('PATCH', `${prefix}/v1/agents/${id}`, { source_nodes: [{ type: 'webhook' }] })
  return id
}

/** A task that waits for an approval. */
async function createTask(caller: Caller): Promise<string> {
  const path = `${prefix}/v1/agents/${await createAgent(caller)}/invoke`
  return idOf(await caller.call('POST', path, { input: { text: 'Where is order ORD-1042?' } }))
}

const name = () => `fixture_${crypto.randomUUID().slice(0, 8)}`

/** Nothing listens at its address. */
async function createFunction({ call }: Caller): Promise<string> {
  const body = {
    name: name(),
    description: 'Looks up an order.',
    input_schema: { type: 'object', properties: { order_id: { type: 'string' } }, required: ['order_id'] },
    http: { method: 'GET', url: 'http://127.0.0.1:9/orders/{order_id}', headers: {} },
  }
  return idOf(await call('POST', `${prefix}/v1/custom_functions`, body))
}

/** An agent with a function, and the function as its tool. */
async function createAgentTool(caller: Caller): Promise<Record<string, string>> {
  const agentId = await createAgent(caller)
  const toolId = await createFunction(caller)
  const body: JsonValue = { type: 'custom_function', custom_function_id: toolId }
  const tools = await caller.call('POST', `${prefix}/v1/agents/${agentId}/tools`, body)
  const added = Array.isArray(tools) && tools.some((tool) => isJsonObject(tool) && tool['id'] === toolId)
  if (!added) throw new Error('The tool was not added.')
  return { agent_id: agentId, tool_id: toolId }
}

export const xpanderFixtures: LawFixtures = {
  prefix,
  values: {
    agent_id: createAgent,
    task_id: createTask,
    custom_function_id: createFunction,
    // The first version that this API shows.
    version: async () => '2',
    internal_identifier: async () => 'openai',
    // Names are unique.
    name: async () => name(),
  },
  together: { tool_id: createAgentTool },
  refusedByState: {},
  workspaceParameters: [],
  commonParameters: ['internal_identifier'],
  ownKeys: {
    'xpander.webhook.invoke': { unknown: 403 },
    'xpander.webhook.invoke_without_slash': { unknown: 403 },
  },
  codeOf: () => null,
}
