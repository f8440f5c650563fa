import { afterAll, beforeAll, expect } from 'vitest'
import { chatRequirements } from '../../src/dialects/talkifai/requirements-chat.ts'
import { says, type ScenarioAgent } from '../support/scenario.ts'
import type { Reply } from '../support/server.ts'
import { startTalkifaiChat, type TalkifaiChat } from '../support/talkifai-chat.ts'
import { verifies } from '../support/verifies.ts'

let chat: TalkifaiChat
const widget = { id: '', key: '' }
const shop = 'https://shop.example'

beforeAll(async () => {
  chat = await startTalkifaiChat()
  Object.assign(widget, await createWidgetKey(['shop.example']))
})

afterAll(async () => await chat[Symbol.asyncDispose]())

const promise = (ids: string[], sentence: string, run: () => Promise<void>) =>
  verifies(chatRequirements, ids, sentence, run)

async function createWidgetKey(origins: string[]): Promise<{ id: string; key: string }> {
  const body = { name: 'widget', dialect: 'talkifai', allowed_origins: origins }
  const made = await chat.scenario.call('POST', '/v1/keys', body)
  expect(made.status).toBe(201)
  return made.body
}

async function activeAgent(answers = [says('Hello.')]): Promise<ScenarioAgent> {
  return await chat.agent(answers)
}

interface From {
  /** null: none is sent. */
  origin?: string | null
  key?: string
  headers?: Record<string, string>
}

function headersOf({ origin = shop, headers = {} }: From): Record<string, string> {
  return { ...(origin !== null && { origin }), ...headers }
}

/** As a page of the shop does it, with the widget key. */
const begin = (agentId: string, from: From = {}): Promise<Reply> =>
  chat.scenario.server.call(
    'POST',
    '/talkifai/v1/chat/sessions',
    { agent_id: agentId },
    { key: from.key ?? widget.key, headers: headersOf(from) },
  )

/** What a page does below its conversation. */
const below = (session: Reply['body'], method: string, path: string, from: From, body?: unknown) =>
  chat.scenario.server.call(method, `/talkifai/v1/chat/sessions/${session.conversation_id}${path}`, body, {
    key: from.key ?? session.session_token,
    headers: headersOf(from),
  })

const outcome = ({ status, body }: Reply) => [status, body?.code]
const readableBy = ({ headers }: Reply) => headers.get('access-control-allow-origin')
const variesByOrigin = ({ headers }: Reply) => /\borigin\b/i.test(headers.get('vary') ?? '')

promise(
  ['talkifai.chat.widget_key'],
  'a widget key is made with the domains that it allows, and is kept as a hash like the others',
  async () => {
    const body = { name: 'w', dialect: 'talkifai', allowed_origins: ['Shop.example', 'https://a.example/'] }
    const made = await chat.scenario.call('POST', '/v1/keys', body)
    expect(made.body).toMatchObject({
      key: expect.stringMatching(/^tk_widget_[\w-]{43}$/),
      hint: expect.stringMatching(/^tk_widget_…[\w-]{4}$/),
      role: 'member',
      scopes: ['runs:write'],
      allowed_origins: ['shop.example', 'https://a.example'],
    })
    const list = await chat.scenario.call('GET', '/v1/keys?limit=1')
    expect(list.body.data[0]).toMatchObject({ allowed_origins: ['shop.example', 'https://a.example'] })
    expect(JSON.stringify(list.body)).not.toContain(made.body.key)
    const wrong = { name: 'w', dialect: 'talkifai', allowed_origins: ['*', 'a.example'], role: 'owner' }
    const refused = await chat.scenario.call('POST', '/v1/keys', wrong)
    expect([refused.status, refused.body.errors.map((one: { field: string }) => one.field)]).toEqual([
      400,
      ['role'],
    ])
    const star = await chat.scenario.call('POST', '/v1/keys', { ...wrong, role: undefined })
    expect(star.body.errors).toEqual([
      {
        field: 'allowed_origins[0]',
        message: 'write a site as example.org or https://example.org; subdomains are included',
      },
    ])
  },
)

promise(
  ['talkifai.chat.widget_key'],
  'it begins a conversation on pages of its domain, of a subdomain and of localhost, and nowhere else',
  async () => {
    const { id } = await activeAgent()
    for (const origin of [
      shop,
      'https://eu.shop.example',
      'http://shop.example:8080',
      'http://localhost:5173',
    ]) {
      const reply = await begin(id, { origin })
      expect([reply.status, readableBy(reply)], origin).toEqual([200, origin])
      expect(reply.body.session_token).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/)
    }
    for (const origin of ['https://evil.example', 'https://shop.example.evil.example', 'null', null]) {
      const reply = await begin(id, { origin })
      expect([...outcome(reply), readableBy(reply)], String(origin)).toEqual([
        403,
        'origin_not_allowed',
        null,
      ])
    }
    const refused = await begin(id, { origin: 'https://evil.example' })
    expect(refused.body.detail).toBe('Pages of https://evil.example may not use this key.')
    // The vendor's other header for keys.
    const sent = await fetch(`${chat.scenario.server.url}/v1/chat/sessions`, {
      method: 'POST',
      headers: { 'x-api-key': widget.key, origin: shop, 'content-type': 'application/json' },
      body: JSON.stringify({ agent_id: id }),
    })
    expect(sent.status).toBe(200)
  },
)

promise(
  ['talkifai.chat.widget_key.only'],
  'it opens nothing else, under no API, and signs nobody in',
  async () => {
    const agent = await activeAgent()
    const headers = { origin: shop }
    const tried = [
      ['GET', '/talkifai/v1/agents'],
      ['POST', '/talkifai/v1/agents'],
      ['GET', '/talkifai/v1/calls'],
      ['POST', '/talkifai/v1/chat/voice-sessions'],
      ['GET', '/v1/agents'],
      ['GET', '/native/v1/me'],
      ['POST', `/native/v1/agents/${agent.id}/runs`],
      ['GET', '/native/v1/runs'],
      ['GET', '/native/v1/keys'],
      ['GET', '/make/api/v2/users/me'],
      ['GET', '/xai/v1/agents'],
      ['GET', '/xpander/v1/agents'],
      ['POST', `/xpander/webhook/?agent_id=${agent.id}&x-api-key=${widget.key}`],
    ]
    for (const [method = '', path = ''] of tried) {
      const body = method === 'POST' ? {} : undefined
      const reply = await chat.scenario.server.call(method, path, body, { key: widget.key, headers })
      expect([path, reply.status, readableBy(reply)]).toEqual([path, 403, null])
    }
    const signIn = await chat.scenario.call('POST', '/v1/session', { key: widget.key })
    expect(outcome(signIn)).toEqual([403, 'publishable_key'])
  },
)

promise(
  ['talkifai.chat.widget_key.only'],
  "a private agent answers on the pages of its creator's keys alone",
  async () => {
    const ofOwner = await chat.agent([says('Hello.')], { visibility: 'private' })
    expect((await begin(ofOwner.id)).status).toBe(200)
    const member = await chat.scenario.call('POST', '/v1/members', { name: 'Ada', role: 'member' })
    const hers = { name: 'hers', dialect: 'talkifai', user_id: member.body.id }
    const secret = await chat.scenario.call('POST', '/v1/keys', hers)
    const made = await chat.scenario.server.call(
      'POST',
      '/native/v1/agents',
      { name: 'Hers', visibility: 'private', model: 'openai/fake-hers' },
      { key: secret.body.key },
    )
    expect(made.status).toBe(201)
    expect(outcome(await begin(made.body.id))).toEqual([404, 'agent_not_found'])
  },
)

promise(
  ['talkifai.chat.widget_key.inactive'],
  'an agent that is not active is not for the public',
  async () => {
    const { id } = await activeAgent()
    await chat.call('PATCH', `/v1/agents/${id}`, { active: false })
    const refused = await begin(id)
    expect([...outcome(refused), readableBy(refused)]).toEqual([403, 'agent_inactive', shop])
    expect(refused.body.detail).toBe('This agent is not active; activate it first.')
    await chat.call('PATCH', `/v1/agents/${id}`, { active: true })
    expect((await begin(id)).status).toBe(200)
  },
)

promise(
  ['talkifai.chat.widget_key.repeat'],
  'two people whose pages send the same Idempotency-Key have two conversations',
  async () => {
    const { id } = await activeAgent()
    const headers = { 'idempotency-key': '1' }
    const [one, two] = [await begin(id, { headers }), await begin(id, { headers })]
    expect([one.status, two.status]).toEqual([200, 200])
    expect(one.body.conversation_id).not.toBe(two.body.conversation_id)
  },
)

const asks = (path: string, origin: string | null, method: string) =>
  fetch(`${chat.scenario.server.url}${path}`, {
    method: 'OPTIONS',
    headers: {
      ...(origin !== null && { origin }),
      'access-control-request-method': method,
      'access-control-request-headers': 'authorization,content-type,x-api-key',
    },
  })

promise(['talkifai.chat.cors'], 'a preflight is answered without a key, where pages may call', async () => {
  const answered = []
  for (const [path, method] of [
    ['/talkifai/v1/chat/sessions', 'POST'],
    ['/v1/chat/sessions', 'POST'],
    ['/talkifai/v1/chat/sessions/any/messages', 'GET'],
    ['/talkifai/v1/chat/sessions/any/end', 'POST'],
  ] as const) {
    const { status, headers } = await asks(path, shop, method)
    expect([status, headers.get('access-control-allow-origin'), headers.get('vary')]).toEqual([
      204,
      shop,
      'Origin',
    ])
    expect(headers.get('access-control-allow-headers')).toBe(
      'Authorization, Content-Type, X-API-Key, Idempotency-Key, X-Parley-Dialect',
    )
    expect(headers.get('access-control-max-age')).toBe('600')
    expect(headers.get('access-control-allow-credentials')).toBeNull()
    answered.push(headers.get('access-control-allow-methods'))
  }
  expect(answered).toEqual(['POST', 'POST', 'POST, GET', 'POST'])
  for (const path of ['/talkifai/v1/agents', '/native/v1/agents', '/xai/v1/agents', '/talkifai/v1/calls']) {
    const { status, headers } = await asks(path, shop, 'GET')
    expect([status, headers.get('access-control-allow-origin')]).toEqual([204, null])
  }
  const plain = await asks('/talkifai/v1/chat/sessions', null, 'POST')
  expect([plain.status, plain.headers.get('allow'), plain.headers.get('vary')]).toEqual([
    204,
    'POST, OPTIONS',
    'Origin',
  ])
  expect(plain.headers.get('access-control-allow-origin')).toBeNull()
})

promise(
  ['talkifai.chat.cors'],
  'a page goes on with its token: the stream, the history, the end, and what is refused are for it to read',
  async () => {
    const { id } = await activeAgent([says('Nine to five.')])
    const session = (await begin(id)).body
    const stream = await fetch(
      `${chat.scenario.server.url}/talkifai/v1/chat/sessions/${session.conversation_id}/messages`,
      {
        method: 'POST',
        headers: {
          authorization: `Bearer ${session.session_token}`,
          origin: shop,
          'content-type': 'application/json',
        },
        body: '{"message":"When are you open?"}',
      },
    )
    expect(stream.headers.get('access-control-allow-origin')).toBe(shop)
    expect(stream.headers.get('access-control-expose-headers')).toBe('X-Request-Id, Retry-After')
    expect(await stream.text()).toContain('event: stream_end')
    const history = await below(session, 'GET', '/messages', {})
    expect([history.status, history.body.count, readableBy(history)]).toEqual([200, 3, shop])
    const wrong = await below(session, 'GET', '/messages', { key: 'x' })
    expect([...outcome(wrong), readableBy(wrong)]).toEqual([401, 'invalid_token', shop])
    const ended = await below(session, 'POST', '/end', {})
    expect([ended.status, readableBy(ended)]).toEqual([200, shop])
    const late = await below(session, 'POST', '/messages', {}, { message: 'Hi' })
    expect([...outcome(late), readableBy(late)]).toEqual([410, 'session_ended', shop])
  },
)

promise(
  ['talkifai.chat.cors'],
  'a token of a widget is for the domains of its key, one that a server fetched for any page',
  async () => {
    const { id } = await activeAgent([])
    const session = (await begin(id)).body
    const elsewhere = { origin: 'https://evil.example' }
    for (const [method, path, body] of [
      ['GET', '/messages'],
      ['POST', '/messages', { message: 'Hi' }],
      ['POST', '/end'],
    ] as const) {
      expect(outcome(await below(session, method, path, elsewhere, body))).toEqual([
        403,
        'origin_not_allowed',
      ])
    }
    // A page on the same host as this server is not named when it reads.
    expect((await below(session, 'GET', '/messages', { origin: null })).status).toBe(200)
    const fetched = await chat.begin({ id } as ScenarioAgent) // only its id is read
    const read = await below(fetched, 'GET', '/messages', elsewhere)
    expect([read.status, readableBy(read)]).toEqual([200, 'https://evil.example'])
  },
)

promise(
  ['talkifai.chat.cors.secret'],
  'with a secret key a conversation begins, and no page may read it',
  async () => {
    const { id } = await activeAgent()
    const reply = await begin(id, { key: chat.key })
    expect([reply.status, readableBy(reply), variesByOrigin(reply)]).toEqual([200, null, true])
    const unknown = await begin(id, { key: 'tk_widget_unknown' })
    expect([...outcome(unknown), readableBy(unknown)]).toEqual([401, 'invalid_api_key', shop])
    const agents = await chat.call('GET', '/v1/agents', undefined, { origin: shop })
    expect([agents.status, readableBy(agents), variesByOrigin(agents)]).toEqual([200, null, false])
  },
)

promise(
  ['talkifai.chat.revoked'],
  'the conversations of a key end with it, those of another do not',
  async () => {
    const { id } = await activeAgent([says('Yes.')])
    const other = await createWidgetKey(['shop.example'])
    const [ended, kept] = [(await begin(id, other)).body, (await begin(id)).body]
    expect((await chat.scenario.call('DELETE', `/v1/keys/${other.id}`)).status).toBe(204)
    expect(outcome(await begin(id, other))).toEqual([401, 'invalid_api_key'])
    const late = await below(ended, 'POST', '/messages', {}, { message: 'Hi' })
    expect(outcome(late)).toEqual([410, 'session_ended'])
    const record = await chat.call('GET', `/v1/calls/${ended.conversation_id}`)
    expect(record.body.data).toMatchObject({ status: 'completed', endReason: 'key_revoked' })
    expect((await chat.hear(kept, 'Hi')).at(-1)?.event).toBe('stream_end')
  },
)
