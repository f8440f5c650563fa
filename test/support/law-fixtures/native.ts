import { isJsonObject, type JsonValue } from '../../../src/lib/json.ts'
import { idOf, type Caller, type LawFixtures } from './law-fixtures.ts'

/** An agent whose tool needs an approval, so that a run of it stays where it is until it is answered. */
const agent: JsonValue = {
  name: 'Shop',
  tools: [
    {
      type: 'http',
      name: 'lookup_order',
      description: 'Look up order status by order ID',
      parameters: { type: 'object', properties: { order_id: { type: 'string' } }, required: ['order_id'] },
      url: 'https://shop.example/orders/{order_id}',
      approval: 'always',
    },
  ],
}

export async function createAgent({ call }: Caller): Promise<string> {
  return idOf(await call('POST', '/v1/agents', agent))
}

/** A run that waits for an approval. */
export async function createRun(caller: Caller): Promise<string> {
  const path = `/v1/agents/${await createAgent(caller)}/runs`
  return idOf(await caller.call('POST', path, { input: 'Where is order ORD-1042?' }))
}

async function pendingApproval(caller: Caller): Promise<string> {
  const list = await caller.call('GET', `/v1/approvals?run_id=${await createRun(caller)}`)
  const [approval] = isJsonObject(list) && Array.isArray(list['data']) ? list['data'] : []
  return idOf(approval ?? null)
}

/** A stored connection to a port at which nothing listens: the laws call nobody. */
const connection = {
  name: 'fixture',
  provider: 'openai',
  credential: 'sk-fixture',
  base_url: 'http://127.0.0.1:9/v1',
}
const sharedTool = { type: 'function', name: 'open_ticket', description: 'Opens a ticket.' }
/** An area has 100 numbers, which are soon gone. */
let areas = 0
const phoneNumber = () => ({ area_code: `${201 + (areas++ % 8)}`, name: 'fixture' })

async function made({ call }: Caller, path: string, body: JsonValue): Promise<string> {
  return idOf(await call('POST', path, body))
}

export const nativeFixtures: LawFixtures = {
  prefix: '',
  values: {
    agent_id: createAgent,
    run_id: createRun,
    approval_id: pendingApproval,
    thread_id: async (caller) => made(caller, '/v1/threads', { agent_id: await createAgent(caller) }),
    tool_id: async (caller) => made(caller, '/v1/tools', sharedTool),
    connection_id: async (caller) => made(caller, '/v1/connections', connection),
    phone_number_id: async (caller) => made(caller, '/v1/phone-numbers', phoneNumber()),
    key_id: async (caller) => made(caller, '/v1/keys', { name: 'fixture' }),
    user_id: async (caller) => made(caller, '/v1/members', { name: 'fixture' }),
    version: async () => '1',
    other_version: async () => '1',
  },
  refusedByState: {
    'agents.publish': { status: 409, code: 'nothing_to_publish' },
    'runs.submit_tool_outputs': { status: 409, code: 'not_waiting_for_that' },
  },
  workspaceParameters: [],
  codeOf: (body) => (isJsonObject(body) && typeof body['code'] === 'string' ? body['code'] : null),
}
