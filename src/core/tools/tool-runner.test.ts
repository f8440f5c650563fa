import { afterAll, beforeAll, expect, test } from 'vitest'
import { agentServices, testWorkspace } from '../../../test/support/agent-services.ts'
import { testDatabase } from '../../../test/support/database.ts'
import { startToolSite, type ToolSite } from '../../../test/support/tool-site.ts'
import { createEgress } from '../../lib/egress.ts'
import { newId } from '../../lib/ids.ts'
import type { JsonObject } from '../../lib/json.ts'
import { silentLog } from '../../lib/log.ts'
import { systemClock } from '../../lib/clock.ts'
import type { Database } from '../../storage/database.ts'
import { createToolKinds } from '../../tools/index.ts'
import type { Principal } from '../access/principal.ts'
import { createSchemaValidator } from './schema-validator.ts'
import { createToolRunner } from './tool-runner.ts'
import type { HttpTool } from './tool.ts'

let database: Database
let services: ReturnType<typeof agentServices>
let member: Principal
let stranger: Principal
let site: ToolSite
const egress = createEgress({ allowPrivate: '1' })
const nobody = () => Promise.reject(new Error('Nobody was to be asked.'))
const kinds = createToolKinds({ egress, clock: systemClock, examples: nobody, searchDocuments: nobody })

beforeAll(async () => {
  database = await testDatabase()
  services = agentServices(database)
  member = await (await testWorkspace(database)).person('member')
  stranger = await (await testWorkspace(database)).person('owner')
  site = await startToolSite()
  site.answer('/orders', () => ({ body: { state: 'shipped' } }))
  site.answer('/broken', () => ({ status: 503, body: { error: 'closed' } }))
})
afterAll(async () => {
  egress[Symbol.dispose]()
  await site[Symbol.asyncDispose]()
  await database[Symbol.asyncDispose]()
})

function runner(tools: Parameters<typeof createToolRunner>[0]['tools'] = services.tools) {
  return createToolRunner({
    tools,
    toolKinds: kinds,
    validator: createSchemaValidator(),
    clock: systemClock,
    log: silentLog,
  })
}

async function tool(path: string, change: Partial<HttpTool> = {}): Promise<string> {
  const definition: HttpTool = {
    kind: 'http',
    name: 'find_order',
    description: null,
    parameters: {
      type: 'object',
      properties: { order: { type: 'string' }, count: { type: 'integer' } },
      required: ['order'],
    },
    approval: 'always',
    method: 'POST',
    url: site.url + path,
    headers: { 'x-key': 'canary-value' },
    effects: 'once',
    checkUrl: null,
    timeoutSeconds: 5,
    ...change,
  }
  return (await services.tools.create(member, { definition })).id
}

const trial = (args: JsonObject, id = newId()) => {
  return { id, arguments: args, signal: new AbortController().signal }
}

const eventsOf = async (stream: string) =>
  await database.kysely
    .selectFrom('events')
    .select(['type', 'data'])
    .where('stream', '=', stream)
    .orderBy('seq')
    .execute()

test('a tool is called once with its secrets; what is recorded is that it was, not with what', async () => {
  const id = await tool('/orders')
  const result = await runner().run(member, id, trial({ order: 'canary-order' }))
  expect(result).toMatchObject({ status: 'ok', output: { state: 'shipped' }, message: null })
  expect(result.ms).toBeGreaterThanOrEqual(0)
  const [call, ...more] = site.callsOf('/orders')
  expect(more).toEqual([])
  expect(call?.body).toEqual({ order: 'canary-order' })
  expect(call?.headers['x-key']).toBe('canary-value')
  const events = await eventsOf(id)
  expect(events.map(({ type }) => type)).toEqual(['tool.created', 'tool.tried'])
  expect(JSON.parse(events[1]?.data ?? '')).toEqual({ toolId: id, status: 'ok' })
  expect(services.published.at(-1)).toMatchObject({ type: 'tool.tried', stream: id })
})

test('a repeated request carries the same Idempotency-Key, another one another', async () => {
  const id = await tool('/orders/keys')
  const request = newId()
  await runner().run(member, id, trial({ order: 'a' }, request))
  await runner().run(member, id, trial({ order: 'a' }, request))
  await runner().run(member, id, trial({ order: 'a' }))
  const keys = site.callsOf('/orders/keys').map(({ headers }) => headers['idempotency-key'])
  expect(keys[0]).toMatch(/^effect_[0-9A-Za-z]{22}$/)
  expect(keys[1]).toBe(keys[0])
  expect(keys[2]).not.toBe(keys[0])
})

test('that the other side fails is a result', async () => {
  const id = await tool('/broken')
  expect(await runner().run(member, id, trial({ order: 'a' }))).toMatchObject({
    status: 'error',
    message: 'It answered 503 Service Unavailable.',
    output: { status: 503, body: { error: 'closed' } },
  })
  expect(JSON.parse((await eventsOf(id)).at(-1)?.data ?? '')).toEqual({ toolId: id, status: 'error' })
})

test('arguments that do not fit are named as the caller calls them, and nothing is called', async () => {
  const id = await tool('/orders/unfit')
  const bad = { ...trial({ count: 'many' }), field: 'data' }
  await expect(runner().run(member, id, bad)).rejects.toMatchObject({
    code: 'invalid_request',
    fields: [
      { field: 'data.order', message: 'is required' },
      { field: 'data.count', message: 'must be integer' },
    ],
  })
  expect(site.callsOf('/orders/unfit')).toEqual([])
  expect((await eventsOf(id)).map(({ type }) => type)).toEqual(['tool.created'])
})

test('a tool that the client executes is refused, one of another workspace is not found', async () => {
  const definition = { kind: 'function', name: 'f', description: null, parameters: {}, approval: 'never' }
  const { id } = await services.tools.create(member, { definition: { ...definition } as never }) // literals widened
  await expect(runner().run(member, id, trial({}))).rejects.toMatchObject({
    code: 'invalid_request',
    message: 'tool: runs in the client, which is the only one that can call it',
  })
  await expect(runner().run(stranger, await tool('/orders'), trial({ order: 'a' }))).rejects.toMatchObject({
    code: 'tool_not_found',
  })
})

test('a caller that goes away stops the call, and that there was one is recorded', async () => {
  const id = await tool('/slow')
  site.answer('/slow', ({ aborted }) => aborted.then(() => ({ body: null })))
  const abort = new AbortController()
  const running = runner().run(member, id, { ...trial({ order: 'a' }), signal: abort.signal })
  await site.called('/slow')
  abort.abort(new Error('The caller has gone.'))
  await expect(running).rejects.toThrow('The caller has gone.')
  expect((await eventsOf(id)).at(-1)?.type).toBe('tool.tried')
})

test('a result that cannot be recorded is answered all the same', async () => {
  const recordTrial = () => Promise.reject(new Error('The database is away.'))
  const id = await tool('/orders')
  const result = await runner({ ...services.tools, recordTrial }).run(member, id, trial({ order: 'a' }))
  expect(result.status).toBe('ok')
})
