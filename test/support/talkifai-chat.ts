import { expect } from 'vitest'
import type { JsonObject } from '../../src/lib/json.ts'
import type { Log } from '../../src/lib/log.ts'
import type { ParsedJson } from './parsed-json.ts'
import { startScenario, type Scenario, type ScenarioAgent } from './scenario.ts'
import type { ScriptedAnswer } from './scripted-answer.ts'
import type { Reply } from './server.ts'

/** A conversation as its client holds it. */
export interface ChatSession {
  conversation_id: string
  session_token: string
  agent_name: string
  greeting: string | null
  agent_model: string
}

export interface ChatEvent {
  event: string
  data: ParsedJson
}

export interface TalkifaiChat extends AsyncDisposable {
  scenario: Scenario
  /** A secret key of the organization. */
  key: string
  /** A text agent with a model of its own, made through the native API. */
  agent(answers: ScriptedAnswer[], definition?: JsonObject): Promise<ScenarioAgent>
  /** With the secret key, below `/talkifai`. */
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Reply>
  begin(agent: ScenarioAgent, more?: JsonObject): Promise<ChatSession>
  /** With the session's token: any request below the conversation. */
  inSession(session: ChatSession, method: string, path: string, body?: unknown): Promise<Reply>
  /** Says something; the open stream, or the error. */
  say(session: ChatSession, message: string, signal?: AbortSignal): Promise<Response>
  /** Says something, and reads the whole stream. */
  hear(session: ChatSession, message: string): Promise<ChatEvent[]>
  history(session: ChatSession, query?: string): Promise<ParsedJson>
}

const block = /^event: (\w+)\ndata: (\{[^\n]*\})$/

/** Reads a stream by its bytes: anything that is not framed exactly so is refused. */
export function readBlocks(text: string): ChatEvent[] {
  expect(text.endsWith('\n\n')).toBe(true)
  return text
    .slice(0, -2)
    .split('\n\n')
    .map((one) => {
      const [, event = '', data = ''] = block.exec(one) ?? expect.fail(`not framed so: ${one}`)
      return { event, data: JSON.parse(data) }
    })
}

/** The whole server with a fake model vendor, a site of tools, and a key of this vendor's form. */
export async function startTalkifaiChat(options: { log?: Log } = {}): Promise<TalkifaiChat> {
  const scenario = await startScenario(options)
  const made = await scenario.call('POST', '/v1/keys', { name: 'chat', dialect: 'talkifai' })
  const key: string = made.body.key ?? made.body.secret
  const url = (): string => `${scenario.server.url}/talkifai`

  const call: TalkifaiChat['call'] = (method, path, body, headers = {}) =>
    scenario.server.call(method, `/talkifai${path}`, body, { key, headers })

  const say: TalkifaiChat['say'] = (session, message, signal) =>
    fetch(`${url()}/v1/chat/sessions/${session.conversation_id}/messages`, {
      method: 'POST',
      headers: { authorization: `Bearer ${session.session_token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ message }),
      ...(signal && { signal }),
    })

  const inSession: TalkifaiChat['inSession'] = (session, method, path, body) =>
    scenario.server.call(method, `/talkifai/v1/chat/sessions/${session.conversation_id}${path}`, body, {
      key: session.session_token,
    })

  return {
    scenario,
    key,
    call,
    say,
    inSession,
    agent: (answers, definition = {}) =>
      scenario.agent(answers, { instructions: 'Answer from the manual.', ...definition }),
    async begin(agent, more = {}) {
      const reply = await call('POST', '/v1/chat/sessions', { agent_id: agent.id, ...more })
      if (reply.status !== 200) throw new Error(JSON.stringify(reply.body))
      return reply.body
    },
    hear: async (session, message) => readBlocks(await (await say(session, message)).text()),
    async history(session, query = '') {
      const reply = await inSession(session, 'GET', `/messages${query}`)
      if (reply.status !== 200) throw new Error(JSON.stringify(reply.body))
      return reply.body
    },
    [Symbol.asyncDispose]: () => scenario[Symbol.asyncDispose](),
  }
}
