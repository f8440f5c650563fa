import { parseId } from '../../../src/lib/ids.ts'
import { isJsonObject, type JsonValue } from '../../../src/lib/json.ts'
import type { Caller, LawFixtures } from './law-fixtures.ts'
import { createAgent as createNativeAgent } from './native.ts'

const base = '/make/api/v2'

/** An agent whose tool needs an approval. */
async function createAgent(caller: Caller): Promise<string> {
  return parseId('agent', await createNativeAgent(caller)) ?? ''
}

/** What a run names: one that ended with a call which waits for an approval. */
async function createRun(caller: Caller): Promise<Record<string, string>> {
  const agentId = await createAgent(caller)
  const agent = `${base}/ai-agents/v1/agents/${agentId}`
  const query = `?teamId=${caller.workspace.numbers.workspace}`
  const body = { messages: [{ role: 'user', content: 'Where is order ORD-1042?' }] }
  const run = await caller.call('POST', `${agent}/run${query}`, body)
  const approvals = await caller.call('GET', `${agent}/approvals${query}`)
  const [approval] = Array.isArray(approvals) ? approvals : []
  return {
    agentId,
    runId: text(run, 'lastAgentIterationId'),
    threadId: text(run, 'threadId'),
    approvalId: text(approval, 'id'),
  }
}

function text(value: JsonValue | undefined, name: string): string {
  if (isJsonObject(value) && typeof value[name] === 'string') return value[name]
  throw new Error(`The reply has no ${name}.`)
}

/** The newest of what this dialect lists under `name`. */
async function newest({ workspace, call }: Caller, name: 'scenarios' | 'connections'): Promise<string> {
  const reply = await call('GET', `${base}/${name}?teamId=${workspace.numbers.workspace}`)
  const list = isJsonObject(reply) && Array.isArray(reply[name]) ? reply[name] : []
  const numbers = list.map((one) => (isJsonObject(one) ? Number(one['id']) : 0))
  return String(Math.max(...numbers))
}

/** An http tool that agents share: what this dialect calls a scenario. Nothing listens at its address. */
async function createScenario(caller: Caller): Promise<string> {
  const tool: JsonValue = {
    type: 'http',
    name: `lookup_order_${crypto.randomUUID().slice(0, 8)}`,
    description: 'Look up order status by order ID',
    parameters: { type: 'object', properties: { order_id: { type: 'string' } }, required: ['order_id'] },
    url: 'http://127.0.0.1:9/orders/{order_id}',
  }
  await caller.call('POST', '/v1/tools', tool)
  return await newest(caller, 'scenarios')
}

async function createConnection(caller: Caller): Promise<string> {
  const connection = {
    name: 'fixture',
    provider: 'openai',
    credential: 'sk-1',
    base_url: 'http://127.0.0.1:9/v1',
  }
  await caller.call('POST', '/v1/connections', connection)
  return await newest(caller, 'connections')
}

async function createContext(caller: Caller): Promise<string> {
  const { call, workspace } = caller
  const body = { agentId: await createAgent(caller), name: 'notes', content: 'Lamps are shipped on Mondays.' }
  const path = `${base}/ai-agents/v1/contexts?teamId=${workspace.numbers.workspace}`
  return text(await call('POST', path, body), 'id')
}

export const makeFixtures: LawFixtures = {
  prefix: '/make',
  values: {
    teamId: async ({ workspace }) => String(workspace.numbers.workspace),
    organizationId: async ({ workspace }) => String(workspace.numbers.organization),
    agentId: createAgent,
    contextId: createContext,
    scenarioId: createScenario,
    connectionId: createConnection,
    makeConnectionId: createConnection,
    providerId: createConnection,
  },
  together: { runId: createRun, threadId: createRun, approvalId: createRun },
  refusedByState: { 'runs.cancel': { status: 409, code: 'run_finished' } },
  workspaceParameters: ['teamId', 'organizationId'],
  codeOf: () => null,
}
