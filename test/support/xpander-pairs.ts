import { expect } from 'vitest'
import { xpanderRequirements } from '../../src/dialects/xpander/requirements.ts'
import { printId } from '../../src/lib/ids.ts'
import type { JsonObject } from '../../src/lib/json.ts'
import { startFakeAnthropic } from './fake-anthropic.ts'
import { startFakeOpenAi } from './fake-openai.ts'
import type { ParsedJson } from './parsed-json.ts'
import { says } from './scenario.ts'
import type { RecordedRequest, ScriptedAnswer } from './scripted-answer.ts'
import type { Reply } from './server.ts'
import { startToolSite, type ToolSite } from './tool-site.ts'
import { verifies } from './verifies.ts'
import { startXpanderServer, type XpanderServer } from './xpander-server.ts'

/** What one agent is, what its model answers, and what it is asked. */
export interface Asking {
  /** Fields of the agent, over a minimal one. */
  agent?: JsonObject
  /** Fields of its invocations. */
  invocation?: JsonObject
  /** What any model answers, in order. Default: `Done.`, as often as it is asked. */
  answers?: ScriptedAnswer[]
  /** Tools that another API gives the agent. */
  tools?: JsonObject[]
  /** What it is asked, turn by turn, in one task. Default: `Hello`. */
  asks?: string[]
  /** Each time in a task of its own. */
  apart?: boolean
}

/** What was seen of it. */
export interface Seen {
  /** What models were asked, in order, by whichever vendor. */
  requests: RecordedRequest[]
  /** What each invocation answered. */
  replies: Reply[]
  /** The task that the last one answered. */
  task: ParsedJson
}

export interface XpanderPairs extends AsyncDisposable {
  xpander: XpanderServer
  /** Where tools and notifications are called. */
  site: ToolSite
  /** Another address at which the same models answer. */
  elsewhere: string
  see(asking: Asking): Promise<Seen>
}

/** A server with scripted models, for agents that differ in one field. */
export async function startXpanderPairs(): Promise<XpanderPairs> {
  const cleanUp = new AsyncDisposableStack()
  let script: ScriptedAnswer[] = []
  const requests: RecordedRequest[] = []
  const respond = (request: RecordedRequest): ScriptedAnswer => {
    requests.push(request)
    return script.shift() ?? says('Done.')
  }
  const openai = await startFakeOpenAi({ respond })
  cleanUp.defer(() => openai.close())
  const elsewhere = await startFakeOpenAi({ respond })
  cleanUp.defer(() => elsewhere.close())
  const anthropic = await startFakeAnthropic({ respond })
  cleanUp.defer(() => anthropic.close())
  const site = cleanUp.use(await startToolSite())
  const xpander = cleanUp.use(
    await startXpanderServer({
      OPENAI_API_KEY: 'sk-openai',
      OPENAI_BASE_URL: openai.url,
      ANTHROPIC_API_KEY: 'sk-anthropic',
      ANTHROPIC_BASE_URL: anthropic.url,
    }),
  )
  let tasks = 0

  return {
    xpander,
    site,
    elsewhere: elsewhere.url,
    async see({ agent = {}, invocation = {}, answers = [], tools = [], asks = ['Hello'], apart = false }) {
      const plain = { model_provider: 'openai', model_name: 'gpt-test', output_format: 'text' }
      const { id: agentId } = await xpander.agent({ ...plain, ...agent })
      if (tools.length > 0) {
        const path = `/v1/agents/${printId('agent', agentId)}`
        expect((await xpander.native('PATCH', path, { tools })).status).toBe(200)
      }
      script = [...answers]
      requests.length = 0
      const task = `task-${(tasks += 1)}`
      const replies: Reply[] = []
      for (const [turn, text] of asks.entries()) {
        const id = apart ? `${task}-${turn}` : task
        const body = { id, input: { text }, ...invocation }
        replies.push(await xpander.call('POST', `/v1/agents/${agentId}/invoke`, body))
      }
      return { requests: [...requests], replies, task: replies.at(-1)?.body }
    },
    [Symbol.asyncDispose]: () => cleanUp.disposeAsync(),
  }
}

interface WireMessage {
  role: string
  content: unknown
  tool_calls?: unknown[]
}

/** The messages of the last request, in the wire of OpenAI. */
export function messagesOf({ requests }: Seen): WireMessage[] {
  return (requests.at(-1)?.body?.['messages'] ?? []) as unknown as WireMessage[] // as the wire has it
}

/** What the model is told before the conversation. */
export function systemOf(seen: Seen): unknown {
  return messagesOf(seen).find(({ role }) => role === 'system' || role === 'developer')?.content
}

/** A member of the body of the first request. */
export function bodyOf(field: string): (seen: Seen) => unknown {
  return ({ requests }) => requests[0]?.body?.[field]
}

/** A header of the first request. */
export function headerOf(name: string): (seen: Seen) => unknown {
  return ({ requests }) => requests[0]?.headers[name]
}

/** Two agents, or two tasks, that differ in one field. */
export interface Pair {
  /** The requirement, whose last word is the field. */
  id: string
  /** What sets it apart from other pairs of the same field. */
  title?: string
  values: [JsonObject, JsonObject] | (() => [JsonObject, JsonObject])
  /** What both have and are asked. */
  both?: () => Asking | Promise<Asking>
  differs: (seen: Seen) => unknown
  expected: [unknown, unknown]
}

/** A test for each pair: what is seen of the one and of the other. */
export function promiseDifferences(
  pairs: () => XpanderPairs,
  what: 'agents' | 'tasks',
  rows: readonly Pair[],
): void {
  for (const { id, title, values, both = (): Asking => ({}), differs, expected } of rows) {
    const field = title ?? id.split('.').at(-1)
    const sentence = `two ${what} that differ in ${field} alone: ${JSON.stringify(expected)}`
    verifies(xpanderRequirements, [id], sentence, async () => {
      const seen: unknown[] = []
      for (const value of typeof values === 'function' ? values() : values) {
        const asking = await both()
        const more = what === 'agents' ? { agent: { ...asking.agent, ...value } } : { invocation: value }
        seen.push(await differs(await pairs().see({ ...asking, ...more })))
      }
      expect(seen).toEqual(expected)
    })
  }
}

/** A JSON Schema of an object with these texts. */
export function schemaOf(...names: string[]): JsonObject {
  return {
    type: 'object',
    properties: Object.fromEntries(names.map((name) => [name, { type: 'string' }])),
    required: names,
    additionalProperties: false,
  }
}
