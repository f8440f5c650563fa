import { afterAll, beforeAll, expect } from 'vitest'
import { xpanderRequirements } from '../../src/dialects/xpander/requirements.ts'
import { parseId } from '../../src/lib/ids.ts'
import { isJsonObject, type JsonObject } from '../../src/lib/json.ts'
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

/** Charge, then say so; the first time it breaks off. */
function answer(messages: unknown): ScriptedAnswer {
  const said = Array.isArray(messages) ? messages.filter(isJsonObject) : []
  if (said.at(-1)?.['content'] === 'Charge it twice.') return callsTools(['c2', 'hang', { item: 'lamp' }])
  if (said.at(-1)?.['role'] !== 'tool') return callsTools(['c1', 'charge', { item: 'lamp' }])
  const waiting = reached
  reached = null
  if (waiting === null) return says('The lamp is charged.')
  waiting.resolve()
  return { pieces: [{ text: 'The ' }, { wait: new Promise(() => {}) }] }
}

/** The bare id of a new agent. */
async function till(name: string): Promise<string> {
  const tools = ['charge', 'hang'].map((tool) => siteTool(server.site, tool, { effects: 'once' }))
  const made = await server.send('POST', '/native/v1/agents', { name, model: 'openai/fake', tools })
  return parseId('agent', ((await made.json()) as { id: string }).id) ?? ''
}

async function task(id: string): Promise<JsonObject> {
  return (await (await server.send('GET', `/xpander/v1/tasks/${id}`)).json()) as JsonObject
}

verifies(
  xpanderRequirements,
  ['xpander.stream.crash', 'xpander.stream.restart'],
  'a task whose server is killed during its stream is completed, its tool called once, and read afterwards',
  async () => {
    const invoke = `/xpander/v1/agents/${await till('Till')}/invoke/stream`
    const stream = await server.send('POST', invoke, { id: 'killed-1', input: { text: 'Charge the lamp.' } })
    const reading = stream.text().catch(() => 'broken off')
    await reached?.promise
    await server.kill()
    expect(await reading).toBe('broken off')
    await server.start()

    await expect
      .poll(() => task('killed-1'))
      .toMatchObject({ status: 'completed', result: 'The lamp is charged.', used_mutating_tools: true })
    expect(server.site.callsOf('/charge')).toHaveLength(1)
    // The stream can be read again, and says only what counts.
    const events = await (await server.send('GET', '/xpander/v1/tasks/killed-1/events')).text()
    const chunks = [...events.matchAll(/^data: (\{"type":"chunk".*)$/gm)].map(
      ([, json = '']) => (JSON.parse(json) as { data: string }).data,
    )
    expect(chunks.join('')).toBe('The lamp is charged.')
  },
)

verifies(
  xpanderRequirements,
  ['xpander.approvals.needs_decision', 'xpander.status.paused'],
  'a call of which nobody knows whether it was made waits for a person to say what became of it',
  async () => {
    server.site.answer('/hang', () => new Promise(() => {}))
    const invoke = `/xpander/v1/agents/${await till('Second till')}/invoke/async`
    await server.send('POST', invoke, { id: 'killed-2', input: { text: 'Charge it twice.' } })
    await server.site.called('/hang')
    await server.kill()
    await server.start()
    await expect
      .poll(() => task('killed-2'))
      .toMatchObject({ status: 'paused', internal_status: 'needs_decision' })
    const undecided = await server.send('POST', '/xpander/v1/tasks/killed-2/approve')
    expect(undecided.status).toBe(422)
    const decided = await server.send('POST', '/xpander/v1/tasks/killed-2/approve', {
      decision: 'happened',
      result: { charged: true },
    })
    expect(decided.status).toBe(200)
    await expect
      .poll(() => task('killed-2'))
      .toMatchObject({ status: 'completed', result: 'The lamp is charged.' })
    expect(server.site.callsOf('/hang')).toHaveLength(1)
  },
)
