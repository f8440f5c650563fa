import type { Role, Scope } from '../../src/core/access/principal.ts'
import { checkReply } from './http-reply.ts'
import { startTestServer, type CallOptions, type Reply, type TestServer } from './server.ts'

/** A whole server as a TalkifAI client sees it; every reply is checked against its record's schema. */
export interface TalkifaiServer extends AsyncDisposable {
  test: TestServer
  /** Below the mount, with a key of the owner. */
  call(method: string, path: string, body?: unknown, options?: CallOptions): Promise<Reply>
  /** The same workspace through Parley's own API. */
  native(method: string, path: string, body?: unknown): Promise<Reply>
  /** A key of the vendor's form in the same organization: of its owner, or of a new person with this role. */
  createKey(options: { role?: Role; scopes?: Scope[] }): Promise<string>
  /** A key of another organization. */
  otherKey: string
  /** What the create of a text agent answers; `more` is put over its fields. */
  agent(more?: object, options?: CallOptions): Promise<Reply['body']>
}

export const textAgent = {
  name: 'Support Chatbot',
  agentArchitecture: 'text',
  model: 'gpt-4o-mini',
  systemPrompt: 'You are a helpful support assistant...',
  language: 'en',
  mode: 'public',
}

export async function startTalkifaiServer(env: Record<string, string> = {}): Promise<TalkifaiServer> {
  const test = await startTestServer({
    env: { PARLEY_DEFAULT_MODEL: 'demo/demo', ...env },
    hooks: { onReply: checkReply },
  })
  const { members, keys, authenticate } = test.server.services.access
  const owner = await authenticate(test.ownerKey)
  const { organizationId, userId: ownerId } = owner
  const other = await members.createWorkspace({ organizationId, ownerId, name: 'Other' })
  const call: TalkifaiServer['call'] = (method, path, body, options) =>
    test.call(method, `/talkifai${path}`, body, options)
  const otherKey = await keys.create({ ...owner, workspaceId: other.id }, { name: 'o', dialect: 'talkifai' })

  return {
    test,
    call,
    native: (method, path, body) => test.call(method, path, body),
    async createKey({ role = 'owner', scopes }) {
      const given = { name: 'talkifai', dialect: 'talkifai', ...(scopes && { scopes }) }
      if (role === 'owner') return (await keys.create(owner, given)).secret ?? ''
      const member = await test.call('POST', '/v1/members', { name: role, role })
      const made = await test.call('POST', '/v1/keys', { ...given, user_id: member.body.id })
      if (made.status !== 201) throw new Error(JSON.stringify([member.body, made.body]))
      return made.body.key
    },
    otherKey: otherKey.secret ?? '',
    async agent(more = {}, options = {}) {
      const { status, body } = await call('POST', '/v1/agents', { ...textAgent, ...more }, options)
      if (status !== 201) throw new Error(`A create answered ${status}: ${JSON.stringify(body)}`)
      return body.data
    },
    [Symbol.asyncDispose]: () => test[Symbol.asyncDispose](),
  }
}
