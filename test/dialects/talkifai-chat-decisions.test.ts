import { afterAll, beforeAll, expect } from 'vitest'
import { chatRequirements } from '../../src/dialects/talkifai/requirements-chat.ts'
import { callsTools, says, siteTool } from '../support/scenario.ts'
import { startTalkifaiChat, type TalkifaiChat } from '../support/talkifai-chat.ts'
import { verifies } from '../support/verifies.ts'

let chat: TalkifaiChat

beforeAll(async () => {
  chat = await startTalkifaiChat()
})
afterAll(async () => {
  await chat?.[Symbol.asyncDispose]()
})

const contents = ({ messages }: { messages: { content: string }[] }) => messages.map(({ content }) => content)

verifies(
  chatRequirements,
  ['talkifai.chat.order.person'],
  'while nobody has decided what became of a call, the next message is refused at once and asked of nobody',
  async () => {
    const { scenario } = chat
    const { site } = scenario
    site.answer('/charge', () => new Promise(() => {}))
    const agent = await chat.agent([callsTools(['c1', 'charge', { item: 'lamp' }])], {
      tools: [siteTool(site, 'charge', { effects: 'once' })],
    })
    const session = await chat.begin(agent)
    const broken = chat.hear(session, 'Charge the lamp.').catch(() => 'broken off')
    await site.called('/charge')
    await scenario.restart()
    await broken

    const open = async () => (await scenario.call('GET', '/v1/approvals')).body.data
    await expect.poll(open).toHaveLength(1)
    const [question] = await open()
    expect(question.kind).toBe('needs_decision')
    for (const message of ['Is it done?', 'Hello?']) {
      const refused = await chat.say(session, message)
      expect([refused.status, await refused.json()]).toMatchObject([
        409,
        {
          code: 'session_busy',
          error:
            'A person has to decide about a tool call of an earlier message first. Send this one again then.',
        },
      ])
    }
    expect(contents(await chat.history(session, '?offset=1'))).toEqual(['Charge the lamp.'])

    agent.script(says('It is charged.'), says('Yes.'))
    const decision = { decision: 'happened' }
    expect((await scenario.call('POST', `/v1/approvals/${question.id}`, decision)).status).toBe(200)
    expect((await chat.hear(session, 'Is it done?')).at(-1)?.event).toBe('stream_end')
    expect(contents(await chat.history(session, '?offset=1'))).toEqual([
      'Charge the lamp.',
      'It is charged.',
      'Is it done?',
      'Yes.',
    ])
    expect(site.callsOf('/charge')).toHaveLength(1)
  },
)
