import { expect } from 'vitest'
import { parseId } from '../../src/lib/ids.ts'
import type { JsonObject } from '../../src/lib/json.ts'
import type { ParsedJson } from './parsed-json.ts'
import { startScenario, type Scenario, type ScenarioAgent } from './scenario.ts'
import type { ScriptedAnswer } from './scripted-answer.ts'
import type { Reply } from './server.ts'

/** An agent as this API's clients know it, made through the native API. */
export interface TaskAgent extends ScenarioAgent {
  /** The bare UUID. */
  uuid: string
}

export interface TaskEvent {
  type: string
  task_id: string
  organization_id: string
  time: string
  data: ParsedJson
}

export interface XpanderTasks extends AsyncDisposable {
  scenario: Scenario
  agent(answers: ScriptedAnswer[], definition?: JsonObject): Promise<TaskAgent>
  /** Below `/xpander`. */
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Reply>
  /** Invokes and waits; the task. `input`: its text, or all of it. */
  invoke(agent: TaskAgent, input: string | JsonObject, more?: JsonObject): Promise<ParsedJson>
  /** The open stream. */
  open(agent: TaskAgent, text: string, more?: JsonObject, signal?: AbortSignal): Promise<Response>
  /** The whole stream. */
  stream(agent: TaskAgent, text: string, more?: JsonObject): Promise<TaskEvent[]>
  task(id: string): Promise<ParsedJson>
}

/** Reads a stream by its bytes: anything but `data:` lines and comments is refused. */
export function readTaskEvents(text: string): TaskEvent[] {
  expect(text.endsWith('\n\n')).toBe(true)
  return text
    .slice(0, -2)
    .split('\n\n')
    .filter((block) => !block.startsWith(':'))
    .map((block) => {
      const [, data = ''] = /^data: (\{[^\n]*\})$/.exec(block) ?? expect.fail(`not framed so: ${block}`)
      return JSON.parse(data)
    })
}

/** All chunks of a stream together. */
export function chunksOf(events: readonly TaskEvent[]): string {
  return events.flatMap(({ type, data }) => (type === 'chunk' ? [data] : [])).join('')
}

export async function startXpanderTasks(): Promise<XpanderTasks> {
  const scenario = await startScenario()
  const call: XpanderTasks['call'] = (method, path, body, headers = {}) =>
    scenario.server.call(method, `/xpander${path}`, body, { headers })

  const open: XpanderTasks['open'] = (agent, text, more = {}, signal) =>
    scenario.server.open(
      'POST',
      `/xpander/v1/agents/${agent.uuid}/invoke/stream`,
      { input: { text }, ...more },
      signal ? { signal } : {},
    )

  async function expectBody(method: string, path: string, body?: unknown) {
    const reply = await call(method, path, body)
    expect(reply.status, JSON.stringify(reply.body)).toBe(200)
    return reply.body
  }

  return {
    scenario,
    call,
    open,
    async agent(answers, definition) {
      const made = await scenario.agent(answers, definition)
      return { ...made, uuid: parseId('agent', made.id) ?? '' }
    },
    invoke: (agent, input, more = {}) =>
      expectBody('POST', `/v1/agents/${agent.uuid}/invoke`, {
        input: typeof input === 'string' ? { text: input } : input,
        ...more,
      }),
    async stream(agent, text, more) {
      const response = await open(agent, text, more)
      expect(response.status).toBe(200)
      return readTaskEvents(await response.text())
    },
    task: (id) => expectBody('GET', `/v1/tasks/${encodeURIComponent(id)}`),
    [Symbol.asyncDispose]: () => scenario[Symbol.asyncDispose](),
  }
}
