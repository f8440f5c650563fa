import { afterAll, beforeAll, expect, onTestFinished, vi } from 'vitest'
import { talkifaiRequirements } from '../../src/dialects/talkifai/requirements.ts'
import { says } from '../support/scenario.ts'
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

/** From now on it is so many milliseconds later than it is, for the server too. */
function later(ms: number): void {
  const now = Date.now.bind(Date)
  vi.spyOn(Date, 'now').mockImplementation(() => now() + ms)
  onTestFinished(() => void vi.restoreAllMocks())
}

const codeOf = async (reply: Response) => ((await reply.json()) as { code?: string }).code // an error of this API

verifies(
  talkifaiRequirements,
  ['talkifai.frame.rate_limits'],
  'a message past what the agent may do in a day is 429 with the four headers',
  async () => {
    const agent = await chat.agent([says('Hello.')], { limits: { runs_per_day: 1 } })
    const session = await chat.begin(agent)
    expect((await chat.hear(session, 'Hi')).at(-1)?.event).toBe('stream_end')
    const refused = await chat.say(session, 'Again')
    expect([refused.status, await codeOf(refused)]).toEqual([429, 'rate_limited'])
    const number = (name: string) => Number(refused.headers.get(name))
    expect([number('x-ratelimit-limit'), number('x-ratelimit-remaining')]).toEqual([1, 0])
    expect(number('x-ratelimit-reset') % 86_400).toBe(0)
    expect(number('retry-after')).toBeGreaterThan(0)
    expect(number('retry-after')).toBeLessThanOrEqual(86_400)
  },
)

verifies(
  talkifaiRequirements,
  ['talkifai.chat.revoked'],
  'the conversations of a key end when it runs out',
  async () => {
    const agent = await chat.agent([says('Hello.'), says('Yes.')])
    const expiresAt = new Date(Date.now() + 10 * minutes).toISOString()
    const made = await chat.scenario.call('POST', '/v1/keys', {
      name: 'brief',
      dialect: 'talkifai',
      expires_at: expiresAt,
    })
    const { call } = chat.scenario.server
    const body = { agent_id: agent.id }
    const session = (await call('POST', '/talkifai/v1/chat/sessions', body, { key: made.body.key })).body
    const kept = await chat.begin(agent)
    expect((await chat.hear(session, 'Hi')).at(-1)?.event).toBe('stream_end')
    later(11 * minutes)
    const late = await chat.say(session, 'Still there?')
    expect([late.status, await codeOf(late)]).toEqual([410, 'session_ended'])
    const record = await chat.call('GET', `/v1/calls/${session.conversation_id}`)
    expect(record.body.data).toMatchObject({ endReason: 'key_expired', endedAt: expiresAt })
    expect((await chat.hear(kept, 'And here?')).at(-1)?.event).toBe('stream_end')
  },
)
