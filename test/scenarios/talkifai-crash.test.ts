import { afterAll, beforeAll, expect } from 'vitest'
import { chatRequirements } from '../../src/dialects/talkifai/requirements-chat.ts'
import { isJsonObject } from '../../src/lib/json.ts'
import { startKillableServer, type KillableServer } from '../support/killable-server.ts'
import { callsTools, says, siteTool } from '../support/scenario.ts'
import type { ScriptedAnswer } from '../support/scripted-answer.ts'
import { verifies } from '../support/verifies.ts'

let server: KillableServer
/** Settled once the model has begun its answer, which it then does not end. */
let reached: PromiseWithResolvers<void> | null = Promise.withResolvers()

beforeAll(async () => {
  server = await startKillableServer(answer)
})

afterAll(async () => {
  await server[Symbol.asyncDispose]()
})

/** A function of the conversation: charge, then say so; the first time it breaks off. */
function answer(messages: unknown): ScriptedAnswer {
  const last = Array.isArray(messages) ? messages.findLast(isJsonObject) : undefined
  if (last?.['role'] !== 'tool') return callsTools(['c1', 'charge', { item: 'lamp' }])
  const waiting = reached
  reached = null
  if (waiting === null) return says('The lamp is charged.')
  waiting.resolve()
  return { pieces: [{ text: 'The ' }, { wait: new Promise(() => {}) }] }
}

verifies(
  chatRequirements,
  ['talkifai.chat.crash'],
  'an answer whose server is killed is completed, its tool called once, and read with the same token',
  async () => {
    const made = await server.send('POST', '/native/v1/agents', {
      name: 'Till',
      model: 'openai/fake',
      tools: [siteTool(server.site, 'charge', { effects: 'once' })],
    })
    const agent = (await made.json()) as { id: string }
    const began = await server.send('POST', '/talkifai/v1/chat/sessions', { agent_id: agent.id })
    const session = (await began.json()) as { conversation_id: string; session_token: string }
    const messages = `/talkifai/v1/chat/sessions/${session.conversation_id}/messages`

    const authorization = `Bearer ${session.session_token}`
    const stream = await server.send('POST', messages, { message: 'Charge the lamp.' }, { authorization })
    const reading = stream.text().catch(() => 'broken off')
    await reached?.promise
    await server.kill()
    expect(await reading).toBe('broken off')
    await server.start()

    const history = async () => {
      const reply = await server.send('GET', messages, undefined, { authorization })
      const said = (await reply.json()) as { messages: { content: string }[] }
      return said.messages.map(({ content }) => content)
    }
    await expect
      .poll(history)
      .toEqual(['Hello! How can I help you today?', 'Charge the lamp.', 'The lamp is charged.'])
    expect(server.site.callsOf('/charge')).toHaveLength(1)
  },
)
