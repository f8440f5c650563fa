import { afterAll, beforeAll, expect } from 'vitest'
import { xpanderRequirements } from '../../src/dialects/xpander/requirements.ts'
import { parseId } from '../../src/lib/ids.ts'
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

const start = (): Promise<ParleyProcess> =>
  startParley({
    dataDir: directory.path,
    port,
    ownerKey,
    env: { OPENAI_API_KEY: 'unused', OPENAI_BASE_URL: vendor.url },
  })

function send(method: string, path: string, body?: JsonObject): Promise<Response> {
  return fetch(server.url + path, {
    method,
    headers: { authorization: `Bearer ${ownerKey}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
}

const tool = (name: string): JsonObject => ({
  type: 'http',
  name,
  description: 'Charges a card.',
  parameters: { type: 'object', properties: { item: { type: 'string' } }, required: ['item'] },
  method: 'POST',
  url: `${site.url}/${name}`,
  effects: 'once',
})

/** The bare id of a new agent. */
async function till(name: string): Promise<string> {
  const tools = [tool('charge'), tool('hang')]
  const made = await send('POST', '/native/v1/agents', { name, model: 'openai/fake', tools })
  return parseId('agent', ((await made.json()) as { id: string }).id) ?? ''
}

async function task(id: string): Promise<JsonObject> {
  return (await (await send('GET', `/xpander/v1/tasks/${id}`)).json()) as JsonObject
}

verifies(
  xpanderRequirements,
  ['xpander.stream.crash', 'xpander.stream.restart'],
  'a task whose server is killed during its stream is completed, its tool called once, and read afterwards',
  async () => {
    const invoke = `/xpander/v1/agents/${await till('Till')}/invoke/stream`
    const stream = await send('POST', invoke, { id: 'killed-1', input: { text: 'Charge the lamp.' } })
    const reading = stream.text().catch(() => 'broken off')
    await reached?.promise
    server.kill()
    await server.exited
    expect(await reading).toBe('broken off')
    server = await start()

    await expect
      .poll(() => task('killed-1'), { timeout: 30_000, interval: 50 })
      .toMatchObject({ status: 'completed', result: 'The lamp is charged.', used_mutating_tools: true })
    expect(site.callsOf('/charge')).toHaveLength(1)
    // The stream can be read again, and says only what counts.
    const events = await (await send('GET', '/xpander/v1/tasks/killed-1/events')).text()
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
    site.answer('/hang', () => new Promise(() => {}))
    const invoke = `/xpander/v1/agents/${await till('Second till')}/invoke/async`
    await send('POST', invoke, { id: 'killed-2', input: { text: 'Charge it twice.' } })
    await site.called('/hang')
    server.kill()
    await server.exited
    server = await start()
    await expect
      .poll(() => task('killed-2'), { timeout: 30_000, interval: 50 })
      .toMatchObject({ status: 'paused', internal_status: 'needs_decision' })
    const undecided = await send('POST', '/xpander/v1/tasks/killed-2/approve')
    expect(undecided.status).toBe(422)
    const decided = await send('POST', '/xpander/v1/tasks/killed-2/approve', {
      decision: 'happened',
      result: { charged: true },
    })
    expect(decided.status).toBe(200)
    await expect
      .poll(() => task('killed-2'), { timeout: 10_000 })
      .toMatchObject({ status: 'completed', result: 'The lamp is charged.' })
    expect(site.callsOf('/hang')).toHaveLength(1)
  },
)
