import { afterAll, beforeAll, expect } from 'vitest'
import { makeRequirements } from '../../src/dialects/make/requirements.ts'
import { isJsonObject, type JsonObject } from '../../src/lib/json.ts'
import { startKillableServer, type KillableServer } from '../support/killable-server.ts'
import type { ParsedJson } from '../support/parsed-json.ts'
import { callsTools, says, siteTool } from '../support/scenario.ts'
import type { ScriptedAnswer } from '../support/scripted-answer.ts'
import { verifies } from '../support/verifies.ts'

let server: KillableServer
let teamId: number
/** Path of the agent's routes. */
let agent: string
/** What the model does at the second step of the next run, once; then it answers. */
let interruption: (() => ScriptedAnswer) | null = null

beforeAll(async () => {
  server = await startKillableServer(answer)
  server.site.answer('/callback', () => ({ body: {} }))
  teamId = (await call('GET', '/users/me')).authUser.userTeamRoles[0].teamId
  const connections = (await call('GET', `/connections?teamId=${teamId}`)).connections
  await call('POST', '/native/v1/tools', siteTool(server.site, 'charge', { effects: 'once' }))
  const made = await call('POST', `/ai-agents/v1/agents?teamId=${teamId}`, {
    name: 'Till',
    teamId,
    makeConnectionId: connections.find((one: JsonObject) => one['accountName'] === 'openai-gpt-3').id,
    defaultModel: 'fake-model',
    systemPrompt: 'Charge cards.',
    scenarios: [{ makeScenarioId: 1 }],
  })
  agent = `/ai-agents/v1/agents/${made.agentId}`
})

afterAll(async () => {
  await server[Symbol.asyncDispose]()
})

/** A function of the conversation: charge, then say so. */
function answer(messages: unknown): ScriptedAnswer {
  const last = Array.isArray(messages) ? messages.findLast(isJsonObject) : undefined
  if (last?.['role'] !== 'tool') return callsTools(['c1', 'charge', { item: 'lamp' }])
  const act = interruption
  interruption = null
  return act === null ? says('The lamp is charged.') : act()
}

function send(method: string, path: string, body?: JsonObject, headers = {}): Promise<Response> {
  const base = path.startsWith('/native/') ? '' : '/make/api/v2'
  return server.send(method, base + path, body, { authorization: `Token ${server.ownerKey}`, ...headers })
}

async function call(method: string, path: string, body?: JsonObject): Promise<ParsedJson> {
  const reply = await send(method, path, body)
  if (!reply.ok) throw new Error(`${method} ${path} answered ${reply.status}: ${await reply.text()}`)
  return await reply.json()
}

const ask = (more: JsonObject = {}): JsonObject => ({
  messages: [{ role: 'user', content: 'Charge the lamp.' }],
  config: {},
  ...more,
})

/**
 * Starts what `begin` starts, kills the server once the model has said a word of its second step and `seen` has resolved,
 * and starts it again.
 */
async function killedWhile(
  begin: () => Promise<unknown>,
  seen: Promise<void> = Promise.resolve(),
): Promise<void> {
  const reached = Promise.withResolvers<void>()
  interruption = () => {
    reached.resolve()
    return { pieces: [{ text: 'The ' }, { wait: new Promise(() => {}) }] }
  }
  const begun = begin().catch(() => {}) // its connection breaks
  await Promise.all([reached.promise, seen])
  await Promise.all([server.kill(), begun])
  await server.start()
}

async function ended(threadId: string): Promise<ParsedJson> {
  const read = () => call('GET', `${agent}/threads/${threadId}?teamId=${teamId}`)
  await expect.poll(async () => (await read()).iterations[0].state).toBe('completed')
  return await read()
}

/** The steps without what no two runs share. */
const shape = (steps: JsonObject[]): JsonObject[] =>
  steps.map(({ id: _id, agentIterationId: _run, executionTimeMs: _ms, content, ...step }) => ({
    ...step,
    content: String(content).replace(/\(ISO\): \S+$/, '(ISO): now'),
  }))

verifies(
  makeRequirements,
  ['make.run.crash'],
  'a run whose server is killed ends by itself, with the steps of an undisturbed one and its tool called once',
  async () => {
    const undisturbed = await call('POST', `${agent}/run?teamId=${teamId}`, ask())
    expect(undisturbed.response).toBe('The lamp is charged.')
    expect(server.site.callsOf('/charge')).toHaveLength(1)

    let before = ''
    const fourSteps = Promise.withResolvers<void>()
    await killedWhile(async () => {
      const reply = await send('POST', `${agent}/run/stream?teamId=${teamId}`, ask({ threadId: 'killed' }))
      const decoder = new TextDecoder()
      for await (const chunk of reply.body ?? []) {
        before += decoder.decode(chunk as Uint8Array, { stream: true })
        if (before.split('\n\n').length > 4) fourSteps.resolve()
      }
    }, fourSteps.promise)
    const { iterations, executionSteps } = await ended('killed')
    expect(iterations).toHaveLength(1)
    expect(iterations[0]).toMatchObject({ response: 'The lamp is charged.', threadId: 'killed', error: null })
    expect(iterations[0].tokenUsageSummary).toEqual(undisturbed.tokenUsageSummary)
    expect(shape(executionSteps)).toEqual(shape(undisturbed.executionSteps))
    expect(server.site.callsOf('/charge')).toHaveLength(2)

    // What had been streamed is what is read now: the same steps under the same ids.
    const streamed = before.split('\n\n').flatMap((block) => /^data:(.*)$/m.exec(block)?.[1] ?? [])
    const ids = streamed.map((data) => JSON.parse(data).id)
    expect(ids).toEqual(executionSteps.slice(0, 4).map(({ id }: JsonObject) => id))
  },
)

verifies(
  makeRequirements,
  ['make.callback.crash'],
  'a run whose server is killed still calls back, with what the thread holds',
  async () => {
    const body = ask({ threadId: 'called-back', callbackUrl: `${server.site.url}/callback` })
    await killedWhile(() => send('POST', `${agent}/run?teamId=${teamId}`, body))
    const called = await server.site.called('/callback')
    expect(called.headers['x-make-thread-id']).toBe('called-back')
    const { iterations } = await ended('called-back')
    const { state: _state, createdAt: _createdAt, error: _error, ...reply } = iterations[0]
    expect(called.body).toEqual(reply)
    expect(reply.response).toBe('The lamp is charged.')
  },
)

verifies(
  makeRequirements,
  ['make.run.crash', 'make.run.idempotency'],
  'a client that repeats its request after the server was killed gets the same run',
  async () => {
    const charges = server.site.callsOf('/charge').length
    const again = () =>
      send('POST', `${agent}/run?teamId=${teamId}`, ask({ threadId: 'repeated' }), {
        'idempotency-key': 'till-1',
      })
    await killedWhile(again)
    const reply = await again()
    expect(reply.status).toBe(200)
    const { iterations } = await ended('repeated')
    const { state: _state, createdAt: _createdAt, error: _error, ...stored } = iterations[0]
    expect(await reply.json()).toEqual(stored)
    expect(iterations).toHaveLength(1)
    expect(server.site.callsOf('/charge')).toHaveLength(charges + 1)
  },
)
