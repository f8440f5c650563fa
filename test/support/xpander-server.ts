import type { Role, Scope } from '../../src/core/access/principal.ts'
import { parseCurl } from './curl.ts'
import { checkReply } from './http-reply.ts'
import { startTestServer, type CallOptions, type Reply, type TestServer } from './server.ts'

/** A whole server as an xpander client sees it; every reply is checked against its record's schema. */
export interface XpanderServer extends AsyncDisposable {
  test: TestServer
  /** Below the mount, with a key of the owner. */
  call(method: string, path: string, body?: unknown, options?: CallOptions): Promise<Reply>
  /** The same workspace through Parley's own API. */
  native(method: string, path: string, body?: unknown): Promise<Reply>
  /** Sends a documented `curl` command with a key of the vendor's form in place of its placeholder. */
  curl(command: string): Promise<Reply>
  /** A key of the vendor's form in the same organization: of its owner, or of a new person with this role. */
  createKey(options: { role?: Role; scopes?: Scope[] }): Promise<string>
  /** A key of another organization. */
  otherKey: string
  /** The id of the organization: that of the workspace. */
  organizationId: string
  /** The owner of the key that `call` uses. */
  ownerId: string
  /** What the create of an agent answers; `more` is put over its fields. Each has a name of its own. */
  agent(more?: object, options?: CallOptions): Promise<Reply['body']>
}

export async function startXpanderServer(env: Record<string, string> = {}): Promise<XpanderServer> {
  const test = await startTestServer({
    env: { PARLEY_DEFAULT_MODEL: 'demo/demo', ...env },
    hooks: { onReply: checkReply },
  })
  const { members, keys, authenticate } = test.server.services.access
  const owner = await authenticate(test.ownerKey)
  const { organizationId, workspaceId, userId: ownerId } = owner
  const other = await members.createWorkspace({ organizationId, ownerId, name: 'Other' })
  const otherKey = await keys.create({ ...owner, workspaceId: other.id }, { name: 'o', dialect: 'xpander' })
  const call: XpanderServer['call'] = (method, path, body, options) =>
    test.call(method, `/xpander${path}`, body, options)
  const createKey: XpanderServer['createKey'] = async ({ role = 'owner', scopes }) => {
    const given = { name: 'xpander', dialect: 'xpander', ...(scopes && { scopes }) }
    if (role === 'owner') return (await keys.create(owner, given)).secret ?? ''
    const member = await test.call('POST', '/v1/members', { name: role, role })
    const made = await test.call('POST', '/v1/keys', { ...given, user_id: member.body.id })
    if (made.status !== 201) throw new Error(JSON.stringify([member.body, made.body]))
    return made.body.key
  }
  const key = await createKey({})
  let agents = 0

  return {
    test,
    call,
    native: (method, path, body) => test.call(method, path, body),
    async curl(command) {
      const { method, url, headers, body } = parseCurl(command)
      const path = url.replace('https://api.xpander.ai', '/xpander')
      return test.call(method, path, body ?? undefined, {
        headers: { ...headers, 'x-api-key': key, authorization: `Bearer ${key}` },
      })
    },
    createKey,
    otherKey: otherKey.secret ?? '',
    organizationId: workspaceId,
    ownerId,
    async agent(more = {}, options = {}) {
      agents += 1
      const { status, body } = await call('POST', '/v1/agents', { name: `Agent ${agents}`, ...more }, options)
      if (status !== 201) throw new Error(`A create answered ${status}: ${JSON.stringify(body)}`)
      return body
    },
    [Symbol.asyncDispose]: () => test[Symbol.asyncDispose](),
  }
}
