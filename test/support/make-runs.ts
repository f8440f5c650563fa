import { parseId } from '../../src/lib/ids.ts'
import type { JsonObject } from '../../src/lib/json.ts'
import { makeScenario, makeTeam, type MakeReply, type MakeTeam } from './make-team.ts'
import { siteTool, startScenario, type Scenario, type ScenarioAgent } from './scenario.ts'
import type { ScriptedAnswer } from './scripted-answer.ts'

/** What a model was sent, as far as tests look at it: the fake vendor's own wire. */
export interface ModelRequest {
  messages: { role: string; content: string }[]
  tools?: { function: { name: string } }[]
  model?: string
  temperature?: number
  max_tokens?: number
  max_completion_tokens?: number
}

/** An agent with a model of its own, and its id as Make prints it. */
export interface MakeAgent extends ScenarioAgent {
  uuid: string
  /** Path of its routes. */
  path: string
  /** What its model was sent, in order. */
  sent(): ModelRequest[]
}

export interface MakeRuns extends AsyncDisposable {
  scenario: Scenario
  team: MakeTeam
  /** An agent whose instructions are `Resolve refund requests.` and whose scenarios are these numbers. */
  agent(answers: ScriptedAnswer[], options?: AgentOptions): Promise<MakeAgent>
  /** A scenario that this server calls at a path of the site; its number. */
  tool(name: string, more?: JsonObject): Promise<number>
  /** POST …/run with one message, or with a body of its own. */
  run(agent: MakeAgent, body: string | JsonObject, options?: RunOptions): Promise<MakeReply>
  /** The same as an open stream. */
  stream(agent: MakeAgent, body: string | JsonObject, options?: RunOptions): Promise<Response>
  get(path: string): Promise<MakeReply>
}

interface AgentOptions {
  definition?: JsonObject
  /** What a PATCH through Make sets. */
  settings?: JsonObject
}

interface RunOptions {
  headers?: Record<string, string>
  query?: string
  signal?: AbortSignal
}

/** The whole server with a fake model vendor and a site of tools, and a team that speaks Make. */
export async function startMakeRuns(): Promise<MakeRuns> {
  const scenario = await startScenario()
  const team = await makeTeam(scenario.server)
  const teamId = `teamId=${team.teamId}`

  function open(path: string, body: string | JsonObject, options: RunOptions): Promise<Response> {
    const { headers, query = '', signal } = options
    return fetch(`${scenario.server.url}/api/v2${path}?${teamId}${query}`, {
      method: 'POST',
      headers: { authorization: `Token ${team.key}`, 'content-type': 'application/json', ...headers },
      body: JSON.stringify(
        typeof body === 'string' ? { messages: [{ role: 'user', content: body }], config: {} } : body,
      ),
      ...(signal && { signal }),
    })
  }

  return {
    scenario,
    team,
    async agent(answers, { definition = {}, settings } = {}) {
      const agent = await scenario.agent(answers, { instructions: 'Resolve refund requests.', ...definition })
      const uuid = parseId('agent', agent.id) ?? ''
      const path = `/ai-agents/v1/agents/${uuid}`
      if (settings) {
        const changed = await team.call('PATCH', `${path}?${teamId}`, settings)
        if (changed.status !== 204) throw new Error(JSON.stringify(changed.body))
      }
      const sent = () => agent.requests().map(({ body }) => body as unknown as ModelRequest) // the fake vendor's own wire
      return { ...agent, uuid, path, sent }
    },
    async tool(name, more = {}) {
      const { type: _type, ...definition } = siteTool(scenario.site, name, more)
      return await makeScenario(team, scenario.server, { ...definition, name })
    },
    async run(agent, body, options = {}) {
      const reply = await open(`${agent.path}/run`, body, options)
      const text = await reply.text()
      return { status: reply.status, headers: reply.headers, body: text === '' ? null : JSON.parse(text) }
    },
    stream: (agent, body, options = {}) => open(`${agent.path}/run/stream`, body, options),
    get: (path) => team.call('GET', `${path}${path.includes('?') ? '&' : '?'}${teamId}`),
    [Symbol.asyncDispose]: () => scenario[Symbol.asyncDispose](),
  }
}
