import type { RunRequest } from '../../src/core/runs/run-request.ts'
import { newId, parseId, printId } from '../../src/lib/ids.ts'
import type { JsonObject } from '../../src/lib/json.ts'
import { silentLog, type Log } from '../../src/lib/log.ts'
import { temporaryDirectory } from './database.ts'
import { startFakeOpenAi } from './fake-openai.ts'
import type { ParsedJson } from './parsed-json.ts'
import type { RecordedRequest, ScriptedAnswer, ScriptedToolCall } from './scripted-answer.ts'
import { startTestServer, type Reply, type TestServer } from './server.ts'
import { allEvents, readEvents, type StreamedEvent } from './sse-client.ts'
import { startToolSite, type ToolSite } from './tool-site.ts'

export interface ScenarioAgent {
  id: string
  /** What the vendor was asked by this agent's model, in order. */
  requests(): RecordedRequest[]
  /** Resolves with the `count`-th request of this agent's model, once it has arrived. */
  asked(count: number): Promise<RecordedRequest>
  /** Appends to what the model answers. */
  script(...answers: ScriptedAnswer[]): void
}

export interface Scenario extends AsyncDisposable {
  readonly server: TestServer
  readonly site: ToolSite
  /** An agent with a model of its own that gives these answers, in order. */
  agent(answers: ScriptedAnswer[], definition?: JsonObject): Promise<ScenarioAgent>
  /** Starts a run and waits for it: 200 with the run as the body. */
  run(agent: ScenarioAgent, input: string, options?: JsonObject): Promise<ParsedJson>
  /** Starts a run in the background; its id. */
  start(agent: ScenarioAgent, input: string, options?: JsonObject): Promise<string>
  /** Follows a run until the `count`-th event of this type is there. */
  until(runId: string, type: string, count?: number): Promise<StreamedEvent>
  /** Follows a run to its end. */
  events(runId: string): Promise<StreamedEvent[]>
  /** The run, once it has ended. */
  ended(runId: string): Promise<ParsedJson>
  /**
   * Starts a run as a dialect without a way to ask does: calls that need approval are deferred. Its id as it is printed.
   */
  startDeferring(agent: ScenarioAgent, input: string, more?: Partial<RunRequest>): Promise<string>
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Reply>
  /**
   * Stops the server, lets `between` happen, and starts it again on the same directory; unless `hasty`, waits until it
   * has taken over what was left.
   */
  restart(between?: () => void, hasty?: 'hasty'): Promise<void>
}

/** The whole server with an OpenAI-wire vendor and a site of tools behind it, all on loopback. */
export async function startScenario(
  options: { env?: Record<string, string>; log?: Log } = {},
): Promise<Scenario> {
  const scripts = new Map<string, ScriptedAnswer[]>()
  const waiters = new Set<() => void>()
  const vendor = await startFakeOpenAi({
    respond(request) {
      for (const wake of waiters) wake()
      const answer = scripts.get(modelOf(request))?.shift()
      return answer ?? { status: 400, body: { error: { message: 'This call was not expected.' } } }
    },
  })
  const site = await startToolSite()
  const dataDir = await temporaryDirectory()
  const env = { OPENAI_API_KEY: 'sk-scenario', OPENAI_BASE_URL: vendor.url, ...options.env }
  const log = options.log ?? silentLog
  let server = await startTestServer({ dataDir, env, log })
  let agents = 0

  const requestsOf = (model: string): RecordedRequest[] =>
    vendor.requests.filter((request) => modelOf(request) === model)

  async function expectBody(status: number, method: string, path: string, body?: unknown) {
    const reply = await server.call(method, path, body)
    if (reply.status === status) return reply.body
    throw new Error(`${method} ${path} answered ${reply.status}: ${JSON.stringify(reply.body)}`)
  }

  const follow = (runId: string): Promise<Response> =>
    server.open('GET', `/v1/runs/${runId}/events`, undefined, { headers: { accept: 'text/event-stream' } })

  return {
    get server() {
      return server
    },
    site,
    async agent(answers, definition = {}) {
      agents += 1
      const model = `fake-${agents}`
      scripts.set(model, [...answers])
      const body = { name: `Agent ${agents}`, model: `openai/${model}`, ...definition }
      const created = await expectBody(201, 'POST', '/v1/agents', body)
      return {
        id: created.id,
        requests: () => requestsOf(model),
        asked: (count) =>
          new Promise((resolve) => {
            const look = (): void => {
              const request = requestsOf(model)[count - 1]
              if (!request) return
              waiters.delete(look)
              resolve(request)
            }
            waiters.add(look)
            look()
          }),
        script: (...more) => void scripts.get(model)?.push(...more),
      }
    },
    run: (agent, input, more = {}) =>
      expectBody(200, 'POST', `/v1/agents/${agent.id}/runs`, { input, ...more }),
    async start(agent, input, more = {}) {
      const run = await expectBody(202, 'POST', `/v1/agents/${agent.id}/runs`, {
        input,
        background: true,
        ...more,
      })
      return run.id
    },
    async startDeferring(agent, input, more = {}) {
      const { services, ownerKey } = server.server
      const id = newId()
      const accepted = await services.runs.create(await services.access.authenticate(ownerKey.key), {
        id,
        agentId: parseId('agent', agent.id) ?? '',
        input: [{ type: 'text', text: input }],
        thread: null,
        version: null,
        tools: [],
        metadata: {},
        dialect: 'native',
        source: 'api',
        answering: { approvals: 'defer', clientTools: 'unavailable' },
        parentRunId: null,
        background: false,
        delaySeconds: 0,
        ...more,
      })
      await accepted.stored
      return printId('run', id)
    },
    async until(runId, type, count = 1) {
      let left = count
      for await (const event of readEvents(await follow(runId))) {
        if (event.type === type && --left === 0) return event
      }
      throw new Error(`The run ended without ${type}.`)
    },
    events: async (runId) => await allEvents(await follow(runId)),
    async ended(runId) {
      await allEvents(await follow(runId))
      return await expectBody(200, 'GET', `/v1/runs/${runId}`)
    },
    call: (method, path, body, headers = {}) => server.call(method, path, body, { headers }),
    async restart(between = () => {}, hasty) {
      await server[Symbol.asyncDispose]()
      between()
      server = await startTestServer({ dataDir, env, log })
      if (!hasty) await server.server.recovered
    },
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]()
      await site[Symbol.asyncDispose]()
      await vendor.close()
    },
  }
}

function modelOf(request: RecordedRequest): string {
  return String(request.body?.['model'])
}

/** An answer that is only text. */
export function says(...texts: string[]): ScriptedAnswer {
  return { pieces: texts.map((text) => ({ text })) }
}

/** An answer that calls tools, each with arguments that are JSON. */
export function callsTools(...calls: [id: string, name: string, args: JsonObject][]): ScriptedAnswer {
  const toolCalls = calls.map(([id, name, args]): ScriptedToolCall => ({
    id,
    name,
    arguments: JSON.stringify(args),
  }))
  return { pieces: [{ toolCalls }] }
}

/** A tool that this server calls at a path of the site, with one required text argument `item`. */
export function siteTool(site: ToolSite, name: string, more: JsonObject = {}): JsonObject {
  const parameters = { type: 'object', properties: { item: { type: 'string' } }, required: ['item'] }
  return {
    type: 'http',
    name,
    description: `Does ${name}.`,
    parameters,
    method: 'POST',
    url: `${site.url}/${name}`,
    ...more,
  }
}

/** A tool that the client executes. */
export function clientTool(name: string, more: JsonObject = {}): JsonObject {
  const parameters = { type: 'object', properties: { item: { type: 'string' } } }
  return { type: 'function', name, description: `Does ${name}.`, parameters, ...more }
}
