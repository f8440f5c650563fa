import { afterAll, beforeAll, expect } from 'vitest'
import { chatRequirements } from '../../src/dialects/talkifai/requirements-chat.ts'
import { isJsonObject, type JsonObject } from '../../src/lib/json.ts'
import { startFakeOpenAi } from '../support/fake-openai.ts'
import { freePort, ParleyDirectory, startParley, type ParleyProcess } from '../support/parley-process.ts'
import { callsTools, says } from '../support/scenario.ts'
import type { FakeVendor, ScriptedAnswer } from '../support/scripted-answer.ts'
import { startToolSite, type ToolSite } from '../support/tool-site.ts'
import { verifies } from '../support/verifies.ts'

const ownerKey = 'pk_00000000000000000000000000000000000000000001'
const directory = new ParleyDirectory()

let vendor: FakeVendor
let site: ToolSite
let port: number
let server: ParleyProcess
/** Settled once the model has begun its answer, which it then does not end. */
let reached: PromiseWithResolvers<void> | null = Promise.withResolvers()

beforeAll(async () => {
  vendor = await startFakeOpenAi({ respond: ({ body }) => answer(body?.['messages']) })
  site = await startToolSite()
  site.answer('/charge', () => ({ body: { charged: true } }))
  port = await freePort()
  server = await start()
})

afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await vendor.close()
  await site[Symbol.asyncDispose]()
  directory[Symbol.dispose]()
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

const start = (): Promise<ParleyProcess> =>
  startParley({
    dataDir: directory.path,
    port,
    ownerKey,
    env: { OPENAI_API_KEY: 'unused', OPENAI_BASE_URL: vendor.url },
  })

function send(method: string, path: string, body?: JsonObject, key = ownerKey): Promise<Response> {
  return fetch(server.url + path, {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
}

verifies(
  chatRequirements,
  ['talkifai.chat.crash'],
  'an answer whose server is killed is completed, its tool called once, and read with the same token',
  async () => {
    const tool = {
      type: 'http',
      name: 'charge',
      description: 'Charges a card.',
      parameters: { type: 'object', properties: { item: { type: 'string' } }, required: ['item'] },
      method: 'POST',
      url: `${site.url}/charge`,
      effects: 'once',
    }
    const made = await send('POST', '/native/v1/agents', {
      name: 'Till',
      model: 'openai/fake',
      tools: [tool],
    })
    const agent = (await made.json()) as { id: string }
    const began = await send('POST', '/talkifai/v1/chat/sessions', { agent_id: agent.id })
    const session = (await began.json()) as { conversation_id: string; session_token: string }
    const messages = `/talkifai/v1/chat/sessions/${session.conversation_id}/messages`

    const stream = await send('POST', messages, { message: 'Charge the lamp.' }, session.session_token)
    const reading = stream.text().catch(() => 'broken off')
    await reached?.promise
    server.kill()
    await server.exited
    expect(await reading).toBe('broken off')
    server = await start()

    const history = async () => {
      const reply = await send('GET', messages, undefined, session.session_token)
      const said = (await reply.json()) as { messages: { content: string }[] }
      return said.messages.map(({ content }) => content)
    }
    await expect
      .poll(history, { timeout: 30_000, interval: 50 })
      .toEqual(['Hello! How can I help you today?', 'Charge the lamp.', 'The lamp is charged.'])
    expect(site.callsOf('/charge')).toHaveLength(1)
  },
)
