import { afterAll, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { testDatabase } from '../../test/support/database.ts'
import { startHttpServer } from '../../test/support/http-server.ts'
import { createIdempotencyStore } from '../core/access/idempotency-store.ts'
import { AppError } from '../errors.ts'
import { newId } from '../lib/ids.ts'
import { endpoint, eventStream, replyWith, type SseMessage } from './endpoint.ts'
import { fingerprint } from './idempotency.ts'

/** What the endpoints have made: by id, as a service would keep it. */
const made: string[] = []
/** What reattaching was told of the first request. */
const firsts: boolean[] = []
let behave: () => Promise<void> = async () => {}

const body = z.strictObject({ name: z.string() })
const thing = z.strictObject({ id: z.string() })
const common = { method: 'POST', summary: 's', tag: 'Test', scope: 'any', body } as const

async function* follow(id: string, from: string): AsyncGenerator<SseMessage> {
  yield { event: from, data: id }
}

const endpoints = [
  endpoint({
    ...common,
    id: 'things.create',
    path: '/things',
    reply: { status: 201, body: thing },
    errors: ['slug_taken'],
    async handle({ resourceId }) {
      await behave()
      if (!made.includes(resourceId)) made.push(resourceId)
      return replyWith({ body: { id: resourceId }, headers: { location: `/things/${resourceId}` } })
    },
  }),
  endpoint({
    ...common,
    id: 'secrets.create',
    path: '/secrets',
    reply: { status: 201, body: thing.extend({ key: z.string() }), secret: true },
    errors: [],
    async handle({ resourceId }) {
      made.push(resourceId)
      return { id: resourceId, key: 'hunter2' }
    },
  }),
  endpoint({
    ...common,
    id: 'runs.create',
    path: '/runs',
    reply: { status: 200, body: thing, stream: true },
    errors: ['run_not_found'],
    async handle({ resourceId }) {
      await behave()
      if (made.includes(resourceId)) throw new Error('It was made before.')
      made.push(resourceId)
      return eventStream(follow(resourceId, 'first'))
    },
    async reattach({ resourceId }, { answered }) {
      firsts.push(answered)
      if (!made.includes(resourceId)) throw new AppError('run_not_found')
      return eventStream(follow(resourceId, 'again'))
    },
  }),
]

const database = await testDatabase()
let executorId = newId()
const deadExecutor = newId()
const otherExecutor = newId()
const server = await startHttpServer(database, {
  endpoints,
  executorId: () => executorId,
  isExecutorAlive: (id) => id === otherExecutor,
})
const store = createIdempotencyStore(database.kysely)
const { workspaceId } = server.place
afterAll(async () => {
  await server.close()
  await database[Symbol.asyncDispose]()
})
beforeEach(() => {
  made.length = 0
  firsts.length = 0
  behave = async () => {}
})

interface Sent {
  status: number
  text: string
  code: unknown
  headers: Headers
  replayed: string | null
}

async function post(
  path: string,
  key: string | null,
  value: unknown = { name: 'Ada' },
  apiKey = server.ownerKey,
): Promise<Sent> {
  const reply = await fetch(`${server.url}${path}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${apiKey}`,
      'content-type': 'application/json',
      ...(key !== null && { 'idempotency-key': key }),
    },
    body: typeof value === 'string' ? value : JSON.stringify(value),
  })
  const content = await reply.text()
  const json = reply.headers.get('content-type')?.includes('json')
    ? (JSON.parse(content) as { code?: unknown })
    : {}
  return {
    status: reply.status,
    text: content,
    code: json.code,
    headers: reply.headers,
    replayed: reply.headers.get('idempotent-replayed'),
  }
}

test('makes two things without a key', async () => {
  await post('/v1/things', null)
  await post('/v1/things', null)
  expect(made).toHaveLength(2)
})

test('replays status, body and headers, and does the work once', async () => {
  const first = await post('/v1/things', 'replay')
  const again = await post('/v1/things', 'replay')
  expect(first).toMatchObject({ status: 201, replayed: null })
  expect(again).toMatchObject({ status: 201, replayed: 'true', text: first.text })
  expect(again.headers.get('location')).toBe(first.headers.get('location'))
  expect(made).toHaveLength(1)
})

test('takes the same JSON in another order, at another mount, for the same request', async () => {
  expect(fingerprint('POST', '/x', { a: 1, b: [2] })).toBe(fingerprint('POST', '/x', { b: [2], a: 1 }))
  expect(fingerprint('POST', '/x', { a: 1 })).not.toBe(fingerprint('POST', '/y', { a: 1 }))
  const first = await post('/v1/things', 'mount', '{ "name" : "Ada" }')
  const again = await post('/native/v1/things', 'mount')
  expect(again).toMatchObject({ status: 201, replayed: 'true', text: first.text })
})

test('refuses other parameters under the same key', async () => {
  await post('/v1/things', 'other')
  expect(await post('/v1/things', 'other', { name: 'Bob' })).toMatchObject({
    status: 422,
    code: 'idempotency_mismatch',
  })
  expect(await post('/v1/secrets', 'other')).toMatchObject({ status: 422, code: 'idempotency_mismatch' })
  expect(made).toHaveLength(1)
})

test('keeps the keys of workspaces apart', async () => {
  const { organizationId, userId: ownerId } = server.place
  const other = await server.access.members.createWorkspace({ organizationId, ownerId, name: 'Other' })
  const owner = { ...server.place, workspaceId: other.id, role: 'owner' as const, scopes: new Set<never>() }
  const { secret } = await server.access.keys.create(owner, { name: 'other' })
  await post('/v1/things', 'apart')
  expect(await post('/v1/things', 'apart', { name: 'Bob' }, secret ?? '')).toMatchObject({
    status: 201,
    replayed: null,
  })
})

test('refuses a concurrent duplicate', async () => {
  const entered = Promise.withResolvers<void>()
  const released = Promise.withResolvers<void>()
  behave = async () => {
    entered.resolve()
    await released.promise
  }
  const first = post('/v1/things', 'concurrent')
  await entered.promise
  expect(await post('/v1/things', 'concurrent')).toMatchObject({
    status: 409,
    code: 'idempotency_in_progress',
  })
  released.resolve()
  expect(await first).toMatchObject({ status: 201 })
  expect(made).toHaveLength(1)
})

test('refuses a duplicate of what another living process is working on', async () => {
  const key = 'elsewhere'
  const mark = fingerprint('POST', '/native/v1/things', { name: 'Ada' })
  await store.begin({ workspaceId, key, fingerprint: mark, resourceId: newId(), executorId: otherExecutor })
  expect(await post('/v1/things', key)).toMatchObject({ status: 409, code: 'idempotency_in_progress' })
})

test('takes over what a dead process had begun, under the same id', async () => {
  const [key, resourceId] = ['dead', newId()]
  const mark = fingerprint('POST', '/native/v1/things', { name: 'Ada' })
  await store.begin({ workspaceId, key, fingerprint: mark, resourceId, executorId: deadExecutor })
  made.push(resourceId)
  expect(await post('/v1/things', key)).toMatchObject({
    status: 201,
    replayed: null,
    text: JSON.stringify({ id: resourceId }),
  })
  expect(made).toEqual([resourceId])
  expect(await post('/v1/things', key)).toMatchObject({ status: 201, replayed: 'true' })
})

test('takes over what this process had begun and lost', async () => {
  const [key, resourceId] = ['lost', newId()]
  const mark = fingerprint('POST', '/native/v1/things', { name: 'Ada' })
  await store.begin({ workspaceId, key, fingerprint: mark, resourceId, executorId })
  expect(await post('/v1/things', key)).toMatchObject({
    status: 201,
    text: JSON.stringify({ id: resourceId }),
  })
})

test('does not keep a failure of ours, and repeats it under the same id', async () => {
  const { length: before } = made
  behave = async () => {
    throw new TypeError('a bug')
  }
  expect(await post('/v1/things', 'failing')).toMatchObject({ status: 500 })
  behave = async () => {
    throw new AppError('daily_limit_reached')
  }
  expect(await post('/v1/things', 'failing')).toMatchObject({ status: 429, replayed: null })
  behave = async () => {}
  expect(await post('/v1/things', 'failing')).toMatchObject({ status: 201, replayed: null })
  expect(made).toHaveLength(before + 1)
})

test('keeps a refusal', async () => {
  behave = async () => {
    throw new AppError('slug_taken')
  }
  const first = await post('/v1/things', 'refused')
  behave = async () => {}
  expect(first).toMatchObject({ status: 409, code: 'slug_taken' })
  expect(await post('/v1/things', 'refused')).toMatchObject({
    status: 409,
    replayed: 'true',
    text: first.text,
  })
  expect(made).toEqual([])
})

test('never stores a secret: a repeat is told the id', async () => {
  const first = await post('/v1/secrets', 'secret')
  const again = await post('/v1/secrets', 'secret')
  expect(first.status).toBe(201)
  expect(again).toMatchObject({ status: 409, code: 'idempotency_secret' })
  expect(JSON.parse(again.text)).toMatchObject({ facts: { id: made[0] } })
  const { rows } = await database.pool.query('select body from idempotency')
  expect(JSON.stringify(rows)).not.toContain('hunter2')
})

test('attaches a repeat to what was begun', async () => {
  const first = await post('/v1/runs', 'run')
  expect(first).toMatchObject({ status: 200, replayed: null, text: `event: first\ndata: ${made[0]}\n\n` })
  expect(await post('/v1/runs', 'run')).toMatchObject({
    status: 200,
    replayed: 'true',
    text: `event: again\ndata: ${made[0]}\n\n`,
  })
  expect(made).toHaveLength(1)
  expect(firsts).toEqual([true])
})

test('attaches a repeat also while the first request is being answered, once there is something', async () => {
  const [key, resourceId] = ['run-elsewhere', newId()]
  const mark = fingerprint('POST', '/native/v1/runs', { name: 'Ada' })
  await store.begin({ workspaceId, key, fingerprint: mark, resourceId, executorId: otherExecutor })
  expect(await post('/v1/runs', key)).toMatchObject({ status: 409, code: 'idempotency_in_progress' })
  made.push(resourceId)
  expect(await post('/v1/runs', key)).toMatchObject({ status: 200, replayed: 'true' })
  expect(firsts).toEqual([false, false])
})

test('attaches a repeat to what a process made before it died, and makes it when there is nothing', async () => {
  const [key, resourceId] = ['run-left', newId()]
  const mark = fingerprint('POST', '/native/v1/runs', { name: 'Ada' })
  await store.begin({ workspaceId, key, fingerprint: mark, resourceId, executorId: deadExecutor })
  made.push(resourceId)
  expect(await post('/v1/runs', key)).toMatchObject({
    status: 200,
    replayed: 'true',
    text: `event: again\ndata: ${resourceId}\n\n`,
  })
  made.length = 0
  expect(await post('/v1/runs', key)).toMatchObject({
    status: 200,
    replayed: null,
    text: `event: first\ndata: ${resourceId}\n\n`,
  })
})

test('claims a key under the id that this process has by then', async () => {
  executorId = newId()
  behave = async () => {
    const { rows } = await database.pool.query(`select executor_id from idempotency where key = 'renamed'`)
    expect(rows).toEqual([{ executor_id: executorId }])
  }
  expect(await post('/v1/things', 'renamed')).toMatchObject({ status: 201 })
  expect(await post('/v1/things', 'renamed')).toMatchObject({ status: 201, replayed: 'true' })
})

test.each(['x'.repeat(256), 'é'])('refuses the key %j', async (key) => {
  const reply = await fetch(`${server.url}/v1/things`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${server.ownerKey}`,
      'content-type': 'application/json',
      'idempotency-key': key,
    },
    body: '{"name":"Ada"}',
  })
  expect(reply.status).toBe(400)
  expect(await reply.json()).toMatchObject({ errors: [{ field: 'Idempotency-Key' }] })
})

test('forgets old keys, not new ones', async () => {
  await post('/v1/things', 'aged')
  await post('/v1/things', 'young')
  const day = 24 * 60 * 60 * 1000
  await database.kysely
    .updateTable('idempotency')
    .set({ created_at: new Date(Date.now() - 2 * day) })
    .where('key', '=', 'aged')
    .execute()
  expect(await store.purge(new Date(Date.now() - day))).toBe(1)
  expect(await post('/v1/things', 'young')).toMatchObject({ replayed: 'true' })
  expect(await post('/v1/things', 'aged')).toMatchObject({ replayed: null })
})
