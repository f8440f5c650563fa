import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, expect, onTestFinished, vi } from 'vitest'
import { chatRequirements } from '../../src/dialects/talkifai/requirements-chat.ts'
import { printId } from '../../src/lib/ids.ts'
import { callsTools, says, siteTool } from '../support/scenario.ts'
import { startTalkifaiChat, type TalkifaiChat } from '../support/talkifai-chat.ts'
import { verifies } from '../support/verifies.ts'

let chat: TalkifaiChat

beforeAll(async () => {
  chat = await startTalkifaiChat()
})

afterAll(async () => {
  await chat[Symbol.asyncDispose]()
})

const minutes = 60 * 1000

const realNow = Date.now.bind(Date)

/** From now on it is so many milliseconds later than it is, for the server too. */
function later(ms: number): void {
  vi.spyOn(Date, 'now').mockImplementation(() => realNow() + ms)
  onTestFinished(() => void vi.restoreAllMocks())
}

const timestamp = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00$/

verifies(
  chatRequirements,
  ['talkifai.chat.session', 'talkifai.chat.token'],
  'a conversation begins with an id, a token for it alone, and what the agent says first',
  async () => {
    const agent = await chat.agent([], { name: 'Docs bot' })
    const before = Date.now()
    const body = { agent_id: agent.id, user_identifier: 'ana@example.org' }
    const reply = await chat.call('POST', '/v1/chat/sessions', body)
    expect(reply.status).toBe(200)
    const session = reply.body
    expect(session).toEqual({
      conversation_id: expect.any(String),
      session_token: expect.any(String),
      agent_name: 'Docs bot',
      greeting: 'Hello! How can I help you today?',
      agent_model: expect.stringMatching(/^fake-\d+$/),
    })
    const parts = /^chat_([0-9A-Za-z]{8})_([0-9a-f]{12})_(\d{13})$/.exec(session.conversation_id)
    expect(parts?.[1]).toBe(agent.id.slice('agent_'.length, 'agent_'.length + 8))
    expect(Number(parts?.[3])).toBeGreaterThanOrEqual(before - 1000)

    const [header, payload] = session.session_token
      .split('.')
      .slice(0, 2)
      .map((part: string) => JSON.parse(Buffer.from(part, 'base64url').toString()))
    expect(header).toEqual({ alg: 'HS256', typ: 'JWT' })
    expect(payload).toEqual({
      iss: 'parley',
      sub: 'ana@example.org',
      cid: session.conversation_id,
      aid: agent.id,
      oid: expect.stringMatching(/^org_[0-9A-Za-z]{22}$/),
      iat: expect.any(Number),
      exp: payload.iat + 86_400,
    })
  },
)

verifies(
  chatRequirements,
  ['talkifai.chat.bare_path'],
  'a conversation goes on at the bare paths of the vendor, with nothing but its token',
  async () => {
    const agent = await chat.agent([says('Hello.')])
    const { call } = chat.scenario.server
    const began = await call('POST', '/v1/chat/sessions', { agent_id: agent.id }, { key: chat.key })
    expect(began.status).toBe(200)
    const { conversation_id: id, session_token: key } = began.body
    expect((await call('GET', `/v1/chat/sessions/${id}/messages`, undefined, { key })).body.count).toBe(1)
    const refused = await call('POST', '/v1/chat/sessions/other/end', undefined, { key })
    expect([refused.status, refused.body.code]).toEqual([403, 'conversation_mismatch'])
  },
)

verifies(
  chatRequirements,
  ['talkifai.chat.session.greeting'],
  'the greeting is what the agent says first, and the model is told that it was said, once',
  async () => {
    const agent = await chat.agent([says('Nine to five.'), says('Bye.')])
    const set = (body: object) => chat.call('PATCH', `/v1/agents/${agent.id}`, body)
    expect((await set({ greetingType: 'userFirst' })).status).toBe(200)
    expect((await chat.begin(agent)).greeting).toBeNull()
    await set({ greetingType: 'agentFirst', language: 'ur' })
    expect((await chat.begin(agent)).greeting).toMatch(/^السلام/)
    await set({ greetingMessage: 'Welcome to the clinic.' })
    const session = await chat.begin(agent)
    expect(session.greeting).toBe('Welcome to the clinic.')
    await chat.hear(session, 'When are you open?')
    await chat.hear(session, 'Thanks.')
    const asked = agent.requests().map(({ body }) => body?.['messages'])
    expect(asked).toEqual([
      [
        { role: 'system', content: 'Answer from the manual.' },
        { role: 'assistant', content: 'Welcome to the clinic.' },
        { role: 'user', content: 'When are you open?' },
      ],
      [
        { role: 'system', content: 'Answer from the manual.' },
        { role: 'assistant', content: 'Welcome to the clinic.' },
        { role: 'user', content: 'When are you open?' },
        { role: 'assistant', content: 'Nine to five.' },
        { role: 'user', content: 'Thanks.' },
      ],
    ])
  },
)

verifies(
  chatRequirements,
  ['talkifai.chat.session.inactive', 'talkifai.chat.identity'],
  'an agent that is not active chats with a secret key; what the caller says of the user is kept',
  async () => {
    const agent = await chat.agent([says('Hello.')])
    await chat.call('PATCH', `/v1/agents/${agent.id}`, { active: false })
    const more = { user_identifier: 'ana@example.org', metadata: { plan: 'pro' } }
    const session = await chat.begin(agent, more)
    const events = await chat.hear(session, 'Hi')
    expect(events.at(-1)?.event).toBe('stream_end')
    const runs = await chat.scenario.call('GET', `/v1/runs?agent_id=${agent.id}`)
    expect(runs.body.data[0]).toMatchObject({ metadata: { plan: 'pro' }, state: 'completed' })
    const record = await chat.call('GET', `/v1/calls/${session.conversation_id}`)
    expect(record.body.data).toMatchObject({ from: 'ana@example.org', direction: 'chat' })
  },
)

verifies(
  chatRequirements,
  ['talkifai.chat.session.snapshot'],
  'a conversation goes on as its agent was, also when it is deleted; no other one begins',
  async () => {
    const agent = await chat.agent([says('One.'), says('Two.')], { name: 'Before' })
    const session = await chat.begin(agent)
    await chat.call('PATCH', `/v1/agents/${agent.id}`, { name: 'After', systemPrompt: 'Changed.' })
    const changed = await chat.hear(session, 'First')
    expect(changed[0]).toEqual({ event: 'stream_start', data: { agent_name: 'Before' } })
    expect((await chat.call('DELETE', `/v1/agents/${agent.id}`)).status).toBe(200)
    expect((await chat.hear(session, 'Second')).map(({ event }) => event)).toEqual([
      'stream_start',
      'chunk',
      'stream_end',
    ])
    const instructions = agent.requests().map(({ body }) => Object(body?.['messages'])[0])
    const before = { role: 'system', content: 'Answer from the manual.' }
    expect(instructions).toEqual([before, before])
    const refused = await chat.call('POST', '/v1/chat/sessions', { agent_id: agent.id })
    expect([refused.status, refused.body.code]).toEqual([404, 'agent_not_found'])
    expect((await chat.history(session)).count).toBe(5)
  },
)

verifies(
  chatRequirements,
  ['talkifai.chat.session.snapshot'],
  'a conversation calls its functions as they were when it began, one that began later as they are',
  async () => {
    const { call, site } = chat.scenario
    for (const path of ['/before', '/after']) site.answer(path, () => ({ body: { result: path } }))
    const made = await call('POST', '/v1/tools', siteTool(site, 'before'))
    const reference = { type: 'reference', tool_id: made.body.id }
    const lookUp = callsTools(['c1', 'before', { item: 'lamp' }])
    const agent = await chat.agent([lookUp, says('Old.'), lookUp, says('New.')], { tools: [reference] })
    const session = await chat.begin(agent)
    const changed = await call('PATCH', `/v1/tools/${made.body.id}`, { url: `${site.url}/after` })
    expect(changed.status).toBe(200)
    await chat.hear(session, 'Look it up.')
    expect([site.callsOf('/before').length, site.callsOf('/after').length]).toEqual([1, 0])
    await chat.hear(await chat.begin(agent), 'Look it up.')
    expect([site.callsOf('/before').length, site.callsOf('/after').length]).toEqual([1, 1])
  },
)

verifies(
  chatRequirements,
  ['talkifai.chat.session.errors'],
  'what is wrong with a new conversation is said with its code',
  async () => {
    const line = { name: 'Line', agentArchitecture: 'realtime', realtimeProvider: 'openai' }
    const realtime = await chat.call('POST', '/v1/agents', { ...line, systemPrompt: 'Answer briefly.' })
    const begin = (sent: object, headers = {}) => chat.call('POST', '/v1/chat/sessions', sent, headers)
    expect(await begin({})).toMatchObject({
      status: 400,
      body: { detail: 'Agent ID is required', error: 'Agent ID is required', success: false },
    })
    const unknown = printId('agent', '01980f4e-0000-7000-8000-000000000001')
    for (const id of ['nobody', unknown]) {
      expect(await begin({ agent_id: id })).toMatchObject({ status: 404, body: { code: 'agent_not_found' } })
    }
    expect(await begin({ agent_id: realtime.body.data.id })).toMatchObject({
      status: 400,
      body: { code: 'not_text_agent', success: false },
    })
    const wrongKey = await begin({ agent_id: unknown }, { authorization: 'Bearer tk_live_wrong' })
    expect([wrongKey.status, wrongKey.body]).toEqual([
      401,
      { detail: 'Invalid API key', code: 'invalid_api_key', success: false, error: 'Invalid API key' },
    ])
  },
)

verifies(
  chatRequirements,
  ['talkifai.chat.session.repeat'],
  'a create that is repeated answers the same conversation',
  async () => {
    const agent = await chat.agent([])
    const headers = { 'idempotency-key': 'chat-1' }
    const first = await chat.call('POST', '/v1/chat/sessions', { agent_id: agent.id }, headers)
    later(5_000)
    const second = await chat.call('POST', '/v1/chat/sessions', { agent_id: agent.id }, headers)
    expect([first.status, second.status]).toEqual([200, 200])
    expect(second.body.conversation_id).toBe(first.body.conversation_id)
    expect(second.body.session_token).not.toBe(first.body.session_token)
    const history = await chat.inSession(second.body, 'GET', '/messages')
    expect(history.status).toBe(200)
  },
)

verifies(
  chatRequirements,
  ['talkifai.chat.token.errors'],
  'only the token of the conversation opens it',
  async () => {
    const agent = await chat.agent([])
    const [session, other] = [await chat.begin(agent), await chat.begin(agent)]
    const [header, payload, signature] = session.session_token.split('.')
    const claims = JSON.parse(Buffer.from(payload ?? '', 'base64url').toString())
    const forged = Buffer.from(JSON.stringify({ ...claims, cid: other.conversation_id })).toString(
      'base64url',
    )
    const none = Buffer.from('{"alg":"none"}').toString('base64url')
    const signed = createHmac('sha256', 'guess').update(`${header}.${forged}`).digest('base64url')
    const wrong = [
      `${header}.${forged}.${signature}`,
      `${none}.${forged}.`,
      `${header}.${forged}.${signed}`,
      chat.key,
      '',
    ]
    for (const token of wrong) {
      const sent = { ...other, session_token: token }
      for (const reply of [
        await chat.inSession(sent, 'GET', '/messages'),
        await chat.inSession(sent, 'POST', '/messages', { message: 'Hi' }),
        await chat.inSession(sent, 'POST', '/end'),
      ])
        expect([reply.status, reply.body.code]).toEqual([401, 'invalid_token'])
    }
    const [thread] = (await chat.scenario.call('GET', `/v1/threads?agent_id=${agent.id}`)).body.data
    await chat.scenario.call('DELETE', `/v1/threads/${thread.id}`)
    const deleted = await chat.inSession(other, 'POST', '/messages', { message: 'Hi' })
    expect([deleted.status, deleted.body.code]).toEqual([404, 'session_not_found'])
    const mismatch = { ...other, session_token: session.session_token }
    for (const reply of [
      await chat.inSession(mismatch, 'GET', '/messages'),
      await chat.inSession(mismatch, 'POST', '/messages', { message: 'Hi' }),
      await chat.inSession(mismatch, 'POST', '/end'),
    ])
      expect([reply.status, reply.body.code]).toEqual([403, 'conversation_mismatch'])
    later(24 * 60 * minutes)
    const expired = await chat.inSession(session, 'GET', '/messages')
    expect([expired.status, expired.body.code]).toEqual([401, 'invalid_token'])
  },
)

verifies(
  chatRequirements,
  ['talkifai.chat.message.length'],
  'a message has 1 to 10,000 characters',
  async () => {
    const agent = await chat.agent([says('Long.')])
    const session = await chat.begin(agent)
    const tooLong = await chat.inSession(session, 'POST', '/messages', { message: 'a'.repeat(10_001) })
    expect([tooLong.status, tooLong.body.code]).toEqual([400, 'message_too_long'])
    for (const body of [{}, { message: '' }, { message: 7 }]) {
      const reply = await chat.inSession(session, 'POST', '/messages', body)
      expect([reply.status, reply.body.success]).toEqual([400, false])
      expect(reply.body.detail).toContain('message')
    }
    expect((await chat.hear(session, '🙂'.repeat(10_000))).at(-1)?.event).toBe('stream_end')
    expect(agent.requests()).toHaveLength(1)
  },
)

verifies(
  chatRequirements,
  ['talkifai.chat.history'],
  'the history is what was said, the greeting first',
  async () => {
    const agent = await chat.agent([says('It ', 'shipped.'), says('You are welcome.')])
    const session = await chat.begin(agent)
    expect(await chat.history(session)).toEqual({
      messages: [
        {
          role: 'assistant',
          content: 'Hello! How can I help you today?',
          timestamp: expect.stringMatching(timestamp),
          token_count: null,
        },
      ],
      count: 1,
    })
    await chat.hear(session, 'Where is it?')
    await chat.hear(session, 'Thanks.')
    const { messages, count } = await chat.history(session)
    expect(count).toBe(5)
    expect(messages.slice(1)).toEqual([
      {
        role: 'user',
        content: 'Where is it?',
        timestamp: expect.stringMatching(timestamp),
        token_count: null,
      },
      {
        role: 'assistant',
        content: 'It shipped.',
        timestamp: expect.stringMatching(timestamp),
        token_count: 7,
      },
      { role: 'user', content: 'Thanks.', timestamp: expect.stringMatching(timestamp), token_count: null },
      {
        role: 'assistant',
        content: 'You are welcome.',
        timestamp: expect.stringMatching(timestamp),
        token_count: 7,
      },
    ])
    expect(await chat.history(session, '?limit=2')).toEqual({ messages: messages.slice(0, 2), count: 2 })
    expect(await chat.history(session, '?limit=2&offset=2')).toEqual({
      messages: messages.slice(2, 4),
      count: 2,
    })
    expect(await chat.history(session, '?limit=500&offset=4')).toEqual({
      messages: messages.slice(4),
      count: 1,
    })
    expect(await chat.history(session, '?offset=5')).toEqual({ messages: [], count: 0 })
    const bad = await chat.inSession(session, 'GET', '/messages?limit=0')
    expect([bad.status, bad.body.success]).toEqual([400, false])
  },
)

verifies(
  chatRequirements,
  ['talkifai.chat.end'],
  'a conversation ends once and for all, and stays readable',
  async () => {
    const agent = await chat.agent([])
    const session = await chat.begin(agent)
    const ended = { success: true, message: 'Session ended successfully' }
    const end = (init: RequestInit) =>
      fetch(`${chat.scenario.server.url}/talkifai/v1/chat/sessions/${session.conversation_id}/end`, {
        method: 'POST',
        headers: { authorization: `Bearer ${session.session_token}` },
        ...init,
      })
    const first = await end({ keepalive: true })
    expect([first.status, await first.json()]).toEqual([200, ended])
    expect(await chat.inSession(session, 'POST', '/end', {})).toMatchObject({ status: 200, body: ended })
    const refused = await chat.inSession(session, 'POST', '/messages', { message: 'Still there?' })
    expect([refused.status, refused.body.code]).toEqual([410, 'session_ended'])
    expect((await chat.history(session)).count).toBe(1)
    expect(agent.requests()).toEqual([])
  },
)

verifies(
  chatRequirements,
  ['talkifai.chat.idle'],
  'a conversation in which nothing is said for half an hour has ended',
  async () => {
    const agent = await chat.agent([says('Hello.'), says('Hello.')])
    const session = await chat.begin(agent)
    await chat.hear(session, 'Hi')
    later(29 * minutes)
    expect((await chat.hear(session, 'Still here.')).at(-1)?.event).toBe('stream_end')
    later(60 * minutes)
    const refused = await chat.inSession(session, 'POST', '/messages', { message: 'Hello?' })
    expect([refused.status, refused.body.code]).toEqual([410, 'session_ended'])
    const record = await chat.call('GET', `/v1/calls/${session.conversation_id}`)
    expect(record.body.data).toMatchObject({ status: 'completed' })
  },
)
