import type { Principal, Role, Scope } from '../../src/core/access/principal.ts'
import { nativeEndpoints } from '../../src/dialects/native/index.ts'
import type { Endpoint } from '../../src/http/endpoint.ts'
import { serverEndpoints } from '../../src/http/server-endpoints.ts'
import { isJsonObject, type JsonValue } from '../../src/lib/json.ts'
import { checkReply } from './http-reply.ts'
import { startTestServer } from './server.ts'

export interface LawRoute {
  endpoint: Endpoint
  /** From the server's root, parameters in braces. */
  path: string
}

/** A workspace as the laws see it: its owner's key reaches everything in it. */
export interface LawWorkspace {
  ownerKey: string
  createKey(options: { role?: Role; scopes?: Scope[]; expiresAt?: Date; revoked?: boolean }): Promise<string>
}

/**
 * A running server with what the laws over all routes need. They read the endpoint records, so a new endpoint is under
 * them at once; it needs no more than a fixture for a path parameter that is new, and an example in its body's schema.
 */
export interface LawServer extends AsyncDisposable {
  url: string
  routes: LawRoute[]
  workspace: LawWorkspace
  otherWorkspace: LawWorkspace
  /** By the name of a path parameter: makes an object in the workspace of the key and answers what stands in the path. */
  fixtures: Record<string, (call: Caller) => Promise<string>>
}

/** Sends one JSON request with a workspace's owner key and answers the parsed reply; throws unless it is 2xx. */
export type Caller = (method: string, path: string, body?: JsonValue) => Promise<JsonValue>

export function caller(url: string, key: string): Caller {
  return async (method, path, body) => {
    const reply = await fetch(url + path, {
      method,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const text = await reply.text()
    if (!reply.ok) throw new Error(`${method} ${path} answered ${reply.status}: ${text}`)
    return text === '' ? null : (JSON.parse(text) as JsonValue)
  }
}

/** The `id` of what a create answered. */
export function idOf(reply: JsonValue): string {
  if (isJsonObject(reply) && typeof reply['id'] === 'string') return reply['id']
  throw new Error('The reply has no id.')
}

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

async function createAgent(call: Caller): Promise<string> {
  return idOf(await call('POST', '/v1/agents', agent))
}

/** A run that waits for an approval. */
async function createRun(call: Caller): Promise<string> {
  const path = `/v1/agents/${await createAgent(call)}/runs`
  return idOf(await call('POST', path, { input: 'Where is order ORD-1042?' }))
}

async function pendingApproval(call: Caller): Promise<string> {
  const list = await call('GET', `/v1/approvals?run_id=${await createRun(call)}`)
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

const fixtures: LawServer['fixtures'] = {
  agent_id: createAgent,
  run_id: createRun,
  approval_id: pendingApproval,
  thread_id: async (call) => idOf(await call('POST', '/v1/threads', { agent_id: await createAgent(call) })),
  tool_id: async (call) => idOf(await call('POST', '/v1/tools', sharedTool)),
  connection_id: async (call) => idOf(await call('POST', '/v1/connections', connection)),
  key_id: async (call) => idOf(await call('POST', '/v1/keys', { name: 'fixture' })),
  user_id: async (call) => idOf(await call('POST', '/v1/members', { name: 'fixture' })),
  version: async () => '1',
  other_version: async () => '1',
}

/** The whole server with the demo model; every reply is checked against its record's schema. */
export async function startLawServer(): Promise<LawServer> {
  const test = await startTestServer({
    env: { PARLEY_DEFAULT_MODEL: 'demo/demo' },
    hooks: { onReply: checkReply },
  })
  await test.server.recovered
  const { services } = test.server
  const owner = await services.access.authenticate(test.ownerKey)
  const { organizationId, userId: ownerId } = owner
  const { members, keys } = services.access
  const other = await members.createWorkspace({ organizationId, ownerId, name: 'Other' })
  const creator = (principal: Principal): LawWorkspace['createKey'] => {
    return async ({ revoked = false, expiresAt, ...options }) => {
      const { key, secret } = await keys.create(principal, {
        name: 'law',
        ...options,
        ...(expiresAt && { expiresAt }),
      })
      if (revoked) await keys.revoke(principal, key.id)
      return secret ?? ''
    }
  }
  const createOther = creator({ ...owner, workspaceId: other.id })
  const own = serverEndpoints({
    version: '',
    ready: () => ({ status: 'ready', degraded: [] }),
    openApi: () => '',
  })
  return {
    url: test.url,
    routes: [
      ...own.map((endpoint) => ({ endpoint, path: endpoint.path })),
      ...nativeEndpoints(services).map((endpoint) => ({ endpoint, path: `/v1${endpoint.path}` })),
    ],
    workspace: { ownerKey: test.ownerKey, createKey: creator(owner) },
    otherWorkspace: { ownerKey: await createOther({}), createKey: createOther },
    fixtures,
    [Symbol.asyncDispose]: () => test[Symbol.asyncDispose](),
  }
}
