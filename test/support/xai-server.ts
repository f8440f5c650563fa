import type { Role, Scope } from '../../src/core/access/principal.ts'
import { checkReply } from './http-reply.ts'
import { parseCurl } from './curl.ts'
import { startTestServer, type CallOptions, type Reply, type TestServer } from './server.ts'

/** A whole server as an xAI client sees it; every reply is checked against its record's schema. */
export interface XaiServer extends AsyncDisposable {
  test: TestServer
  /** With a key of xAI's form, at the bare paths that xAI's own host has. */
  call(method: string, path: string, body?: unknown, options?: CallOptions): Promise<Reply>
  /** The same workspace through Parley's own API. */
  native(method: string, path: string, body?: unknown): Promise<Reply>
  /** Sends a documented `curl` command; `ids` replaces the ids that it names. */
  curl(command: string, ids?: Record<string, string>): Promise<Reply>
  /** A key of the same team. */
  createKey(options: { role?: Role; scopes?: Scope[] }): Promise<string>
  /** A key of another team. */
  otherTeam: string
  /** The id of a new agent. */
  agent(body?: object): Promise<string>
  /** The id of a new phone number. */
  phoneNumber(areaCode?: string): Promise<string>
}

export async function startXaiServer(env: Record<string, string> = {}): Promise<XaiServer> {
  const test = await startTestServer({
    env: { PARLEY_DEFAULT_MODEL: 'demo/demo', ...env },
    hooks: { onReply: checkReply },
  })
  const { members, keys, authenticate } = test.server.services.access
  const owner = await authenticate(test.ownerKey)
  const { organizationId, userId: ownerId } = owner
  const other = await members.createWorkspace({ organizationId, ownerId, name: 'Other' })
  const makeKey = async (workspaceId: string, options: { role?: Role; scopes?: Scope[] }) => {
    const made = await keys.create({ ...owner, workspaceId }, { name: 'xai', dialect: 'xai', ...options })
    return made.secret ?? ''
  }
  const key = await makeKey(owner.workspaceId, {})
  const call: XaiServer['call'] = (method, path, body, options) =>
    test.call(method, path, body, { key, ...options })

  async function made(reply: Promise<Reply>): Promise<Reply['body']> {
    const { status, body } = await reply
    if (status !== 200) throw new Error(`A create answered ${status}: ${JSON.stringify(body)}`)
    return body
  }

  return {
    test,
    call,
    native: (method, path, body) => test.call(method, path, body),
    async curl(command, ids = {}) {
      const named = Object.entries(ids).reduce((text, [from, to]) => text.replaceAll(from, to), command)
      const { method, url, headers, body } = parseCurl(named, { XAI_API_KEY: key })
      const path = url.replace('https://api.x.ai', '')
      return test.call(method, path, body ?? undefined, { headers })
    },
    createKey: (options) => makeKey(owner.workspaceId, options),
    otherTeam: await makeKey(other.id, {}),
    agent: async (body = { name: 'Desk' }) => (await made(call('POST', '/v1/agents', body))).agent.agent_id,
    async phoneNumber(areaCode = '415') {
      const body = { area_code: areaCode, name: 'Line' }
      return (await made(call('POST', '/v1/phone-numbers', body))).phone_number.phone_number_id
    },
    [Symbol.asyncDispose]: () => test[Symbol.asyncDispose](),
  }
}
