import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { testWorkspace } from '../../../test/support/agent-services.ts'
import { testDatabase } from '../../../test/support/database.ts'
import { manualClock, type ManualClock } from '../../../test/support/manual-clock.ts'
import { createRun } from '../../../test/support/runs.ts'
import { recordingLog } from '../../../test/support/server.ts'
import { startToolSite, type ToolSite } from '../../../test/support/tool-site.ts'
import { systemClock } from '../../lib/clock.ts'
import { createEgress, type Egress } from '../../lib/egress.ts'
import { newId } from '../../lib/ids.ts'
import { silentLog } from '../../lib/log.ts'
import { createPostJson, type PostJson } from '../../lib/post-json.ts'
import { createSealer } from '../../lib/seal.ts'
import type { Principal } from '../access/principal.ts'
import { Journal } from '../events/journal.ts'
import { Tail } from '../events/tail.ts'
import { noUsage } from '../runs/usage.ts'
import { createCallbackService, type CallbackService } from './callback-service.ts'
import { createCallbackStore } from './callback-store.ts'

const database = await testDatabase()
const db = database.kysely
const store = createCallbackStore(db)
const tail = new Tail({ database, log: silentLog })
const hooks = {
  published: (...args: Parameters<Tail['published']>) => tail.published(...args),
  turnGiven: () => {},
}
const journal = new Journal({ database, clock: systemClock, log: silentLog, hooks, origin: null })
const egress = createEgress({ allowPrivate: '1' })
const body = '{"answer":"42"}'
let member: Principal
let site: ToolSite
let clock: ManualClock
let services: CallbackService[]
let log: ReturnType<typeof recordingLog>
/** One more for every attempt whose outcome was stored. */
let settled: { count: number; next: PromiseWithResolvers<void> }

beforeAll(async () => {
  member = await (await testWorkspace(database)).person('member')
})
beforeEach(async () => {
  site = await startToolSite()
  site.answer('/hook', () => ({ status: 204, body: null }))
  clock = manualClock()
  services = []
  log = recordingLog()
  settled = { count: 0, next: Promise.withResolvers() }
})
afterEach(async () => {
  for (const service of services) await service[Symbol.asyncDispose]()
  await site[Symbol.asyncDispose]()
  await db.deleteFrom('callbacks').execute()
})
afterAll(async () => {
  egress[Symbol.dispose]()
  await journal[Symbol.asyncDispose]()
  await tail[Symbol.asyncDispose]()
  await database[Symbol.asyncDispose]()
})

/** One process's service; it delivers nothing until it is started. */
function service(options: { exclusive?: boolean; egress?: Egress; post?: PostJson; key?: number } = {}) {
  const made = createCallbackService({
    store: {
      ...store,
      async settle(...args) {
        await store.settle(...args)
        settled.count += 1
        settled.next.resolve()
        settled.next = Promise.withResolvers()
      },
    },
    sealer: createSealer(Buffer.alloc(32, options.key ?? 7)),
    post: options.post ?? createPostJson(options.egress ?? egress),
    tail,
    exclusive: options.exclusive ?? false,
    clock,
    log: log.log,
  })
  services.push(made)
  return made
}

function started(options: Parameters<typeof service>[0] = {}): CallbackService {
  const made = service(options)
  made.start(render)
  return made
}

const render = async ({ dialect, runId }: { dialect: string; runId: string }) =>
  JSON.stringify({ dialect, runId })

async function settledTimes(count: number): Promise<void> {
  while (settled.count < count) await settled.next.promise
}

const host = () => new URL(site.url).host
const target = (path = '/hook') => ({ dialect: 'make', url: site.url + path })

/** A run that goes on until it is ended. */
async function run(runId = newId()) {
  const { handle } = createRun(journal, { workspaceId: member.workspaceId }, runId)
  await journal.committed(handle)
  return {
    id: runId,
    async end(): Promise<void> {
      journal.append(handle, 'run.completed', { output: 'Done.', outputJson: null, usage: noUsage() })
      journal.patch(handle, { state: 'completed', finishedAt: new Date().toISOString() })
      await journal.committed(handle)
    },
  }
}

const rowOf = async (id: string) =>
  await db.selectFrom('callbacks').selectAll().where('id', '=', id).executeTakeFirst()

test('when the run has ended, its callback is posted with what is rendered of it', async () => {
  const callbacks = started()
  const runId = newId()
  const { id } = await callbacks.request(member, {
    ...target('/hook?token=canary'),
    runId,
    headers: { 'X-Make-Thread-Id': 'thread-1' },
  })
  const going = await run(runId)
  expect(site.callsOf('/hook')).toEqual([])
  await going.end()
  const call = await site.called('/hook')
  expect(call).toMatchObject({ method: 'POST', query: { token: 'canary' }, body: { dialect: 'make', runId } })
  expect(call.headers).toMatchObject({
    'content-type': 'application/json',
    'idempotency-key': id,
    'x-make-thread-id': 'thread-1',
  })
  await settledTimes(1)
  expect(await rowOf(id)).toMatchObject({ state: 'delivered', attempts: 0, claimed_until: null })
  expect(log.lines).toEqual([])
})

test('who asked is handed to the renderer', async () => {
  const callbacks = service()
  const asked = Promise.withResolvers<Principal>()
  callbacks.start(async ({ principal }) => {
    asked.resolve(principal)
    return '{}'
  })
  const runId = newId()
  await callbacks.request(member, { ...target(), runId })
  await (await run(runId)).end()
  expect(await asked.promise).toEqual(member)
  await settledTimes(1)
})

test('a body that is there already is posted at once, as it is', async () => {
  await started().send(member, { ...target(), body })
  expect((await site.called('/hook')).body).toEqual({ answer: '42' })
  await settledTimes(1)
})

test('asked for twice under one id, it is called once', async () => {
  const callbacks = started()
  const id = newId()
  await callbacks.send(member, { ...target(), id, body })
  await settledTimes(1)
  await callbacks.send(member, { ...target(), id, body })
  await clock.asleep(60_000)
  expect(site.callsOf('/hook')).toHaveLength(1)
})

test('a receiver that fails twice is called again, with the same Idempotency-Key, and then no more', async () => {
  let failures = 2
  site.answer('/hook', () => ({ status: failures-- > 0 ? 503 : 200, body: null }))
  const { id } = await started().send(member, { ...target('/hook?token=canary'), body })
  await settledTimes(1)
  await clock.asleep(10_000)
  clock.move(9_999)
  expect(site.callsOf('/hook')).toHaveLength(1)
  clock.move(1)
  await settledTimes(2)
  clock.move(60_000)
  await settledTimes(3)
  expect(await rowOf(id)).toMatchObject({ state: 'delivered', attempts: 2 })
  clock.move(600_000)
  await clock.asleep(60_000)
  expect(site.callsOf('/hook').map(({ headers }) => headers['idempotency-key'])).toEqual([id, id, id])
  expect(log.lines.map((line) => JSON.parse(line))).toMatchObject([
    { attempt: 1, reason: `${host()} answered 503 Service Unavailable.`, callback: id },
    { attempt: 2, reason: `${host()} answered 503 Service Unavailable.`, callback: id },
  ])
  expect(log.lines.join()).not.toContain('canary')
})

test('a receiver that goes on failing is given up, and that is logged', async () => {
  site.answer('/hook', () => ({ status: 500, body: null }))
  const { id } = await started().send(member, { ...target(), body })
  for (const [index, wait] of [10_000, 60_000, 300_000].entries()) {
    await settledTimes(index + 1)
    clock.move(wait)
  }
  await settledTimes(4)
  expect(await rowOf(id)).toMatchObject({
    state: 'failed',
    attempts: 4,
    last_error: `${host()} answered 500 Internal Server Error.`,
  })
  expect(log.lines.at(-1)).toContain('A callback was given up.')
})

test('a redirect is not followed', async () => {
  site.answer('/hook', () => ({ status: 302, body: null }))
  const { id } = await started().send(member, { ...target(), body })
  await settledTimes(1)
  expect(await rowOf(id)).toMatchObject({ state: 'pending', last_error: `${host()} answered 302 Found.` })
})

test('an address that may not be called is given up at once', async () => {
  using guarded = createEgress({ allowPrivate: '0' })
  const { id } = await started({ egress: guarded }).send(member, { ...target(), body })
  await settledTimes(1)
  const row = await rowOf(id)
  expect(row).toMatchObject({ state: 'failed', attempts: 1 })
  expect(row?.last_error).toContain('127.0.0.1 is a loopback, private or reserved address')
  expect(site.callsOf('/')).toEqual([])
})

test('what cannot be a callback is refused before anything is stored', async () => {
  const callbacks = service()
  const bad = { dialect: 'make', url: 'ftp://hooks.example/', runId: newId(), field: 'callbackUrl' }
  await expect(callbacks.request(member, bad)).rejects.toMatchObject({
    code: 'invalid_request',
    fields: [{ field: 'callbackUrl', message: 'must be a URL that begins with https:// or http://' }],
  })
  expect(await db.selectFrom('callbacks').select('id').execute()).toEqual([])
})

test('the URL is stored sealed', async () => {
  const { id } = await service().send(member, { ...target('/hook?token=canary'), body })
  const row = await rowOf(id)
  expect(row?.sealed_url).toMatch(/^v1\./)
  expect(JSON.stringify(row)).not.toContain('canary')
})

test('a URL that was sealed with another secret key is given up at once', async () => {
  const { id } = await service().send(member, { ...target(), body })
  started({ key: 8 })
  await settledTimes(1)
  expect(await rowOf(id)).toMatchObject({ state: 'failed', attempts: 1 })
})

test('a body that cannot be rendered is tried again', async () => {
  const callbacks = service()
  let broken = true
  callbacks.start(async (callback) => {
    if (broken) throw new Error('canary')
    return await render(callback)
  })
  const runId = newId()
  const { id } = await callbacks.request(member, { ...target(), runId })
  await (await run(runId)).end()
  await settledTimes(1)
  expect(await rowOf(id)).toMatchObject({ state: 'pending', last_error: 'Its body could not be made.' })
  broken = false
  clock.move(10_000)
  await settledTimes(2)
  expect(site.callsOf('/hook')).toHaveLength(1)
})

test('a process that died before it delivered leaves that to the next one', async () => {
  const runId = newId()
  const died = service()
  const { id } = await died.request(member, { ...target(), runId })
  await (await run(runId)).end()
  await died[Symbol.asyncDispose]()
  expect(site.callsOf('/hook')).toEqual([])
  started()
  await settledTimes(1)
  expect((await site.called('/hook')).headers['idempotency-key']).toBe(id)
})

test('a run that goes on when the next process starts is followed by it', async () => {
  const runId = newId()
  await (await serviceThatDies()).request(member, { ...target(), runId })
  const going = await run(runId)
  started()
  await clock.asleep(60_000)
  await going.end()
  await settledTimes(1)
  expect(site.callsOf('/hook')).toHaveLength(1)
})

/** It asks, and then neither follows nor delivers. */
async function serviceThatDies(): Promise<CallbackService> {
  const made = service()
  await made[Symbol.asyncDispose]()
  return made
}

test('a run that nobody here follows is found by the look of every minute', async () => {
  started()
  await clock.asleep(60_000)
  const runId = newId()
  await (await serviceThatDies()).request(member, { ...target(), runId })
  await (await run(runId)).end()
  expect(site.callsOf('/hook')).toEqual([])
  clock.move(60_000)
  await settledTimes(1)
  expect(site.callsOf('/hook')).toHaveLength(1)
})

test('the end of a run makes its own callbacks due; what waits for others is looked at once a minute', async () => {
  const looked: (string[] | null)[] = []
  const callbacks = createCallbackService({
    store: {
      ...store,
      async makeDue(now, runIds) {
        await store.makeDue(now, runIds)
        looked.push(runIds)
      },
    },
    sealer: createSealer(Buffer.alloc(32, 7)),
    post: createPostJson(egress),
    tail,
    exclusive: false,
    clock,
    log: log.log,
  })
  services.push(callbacks)
  callbacks.start(render)
  const [going, parked] = [await run(), await run()]
  for (const { id } of [going, parked]) await callbacks.request(member, { ...target(), runId: id })
  await clock.asleep(60_000)
  expect(looked).toEqual([null])
  clock.move(20_000)
  await going.end()
  expect((await site.called('/hook')).body).toMatchObject({ runId: going.id })
  await clock.asleep(40_000)
  expect(looked).toEqual([null, [going.id]])
  clock.move(40_000)
  await clock.asleep(60_000)
  expect(looked).toEqual([null, [going.id], null])
})

test('what a process had taken when it died is delivered when its claim has run out, by another at the latest', async () => {
  const { id } = await service().send(member, { ...target(), body })
  await store.claim(new Date(clock.now()), new Date(clock.now() + 45_000), { limit: 10, except: [] })
  started()
  await clock.asleep(45_000)
  expect(site.callsOf('/hook')).toEqual([])
  clock.move(45_000)
  await settledTimes(1)
  expect(await rowOf(id)).toMatchObject({ state: 'delivered' })
})

test('with the database to itself, a process waits for no claim of a dead one', async () => {
  await service().send(member, { ...target(), body })
  await store.claim(new Date(clock.now()), new Date(clock.now() + 45_000), { limit: 10, except: [] })
  started({ exclusive: true })
  await settledTimes(1)
  expect(site.callsOf('/hook')).toHaveLength(1)
})

test('several processes deliver each callback once', async () => {
  const [first] = [started(), started(), started()]
  const runs = await Promise.all(
    Array.from({ length: 20 }, async () => {
      const runId = newId()
      await first?.request(member, { ...target(), runId })
      return await run(runId)
    }),
  )
  await Promise.all(runs.map((one) => one.end()))
  for (const one of services) await one.send(member, { ...target(), body })
  await settledTimes(23)
  const keys = site.callsOf('/hook').map(({ headers }) => headers['idempotency-key'])
  expect([keys.length, new Set(keys).size]).toEqual([23, 23])
})

test('an attempt that a stopping process cuts short is left to the next one and counts for nothing', async () => {
  site.answer('/hook', ({ aborted }) => aborted.then(() => ({ body: null })))
  const stopping = started()
  const { id } = await stopping.send(member, { ...target(), body })
  await site.called('/hook')
  await stopping[Symbol.asyncDispose]()
  expect(await rowOf(id)).toMatchObject({ state: 'pending', attempts: 0, claimed_until: null })
  site.answer('/hook', () => ({ body: null }))
  started()
  await settledTimes(1)
  expect(await rowOf(id)).toMatchObject({ state: 'delivered' })
})

test('a slow receiver keeps nobody waiting', async () => {
  const slow = Promise.withResolvers<void>()
  site.answer('/slow', () => slow.promise.then(() => ({ body: null })))
  const callbacks = started()
  await callbacks.send(member, { ...target('/slow'), body })
  await site.called('/slow')
  await callbacks.send(member, { ...target(), body })
  await settledTimes(1)
  expect(site.callsOf('/hook')).toHaveLength(1)
  slow.resolve()
  await settledTimes(2)
})

test('more than can be delivered at once are delivered one after the other', async () => {
  let now = 0
  let most = 0
  const post: PostJson = async () => {
    most = Math.max(most, ++now)
    await new Promise(setImmediate)
    now -= 1
    return { accepted: true, answer: '' }
  }
  const waiting = service()
  for (let sent = 0; sent < 120; sent++) await waiting.send(member, { ...target(), body })
  started({ post })
  await settledTimes(120)
  expect(most).toBeLessThanOrEqual(50)
})

test('a callback whose run was refused is taken back; one whose run is there, or of another workspace, is not', async () => {
  const callbacks = started()
  const stranger = await (await testWorkspace(database)).person('owner')
  const { id } = await callbacks.request(member, { ...target(), runId: newId() })
  await callbacks.withdraw(stranger, id)
  expect(await rowOf(id)).toBeDefined()
  await callbacks.withdraw(member, id)
  expect(await rowOf(id)).toBeUndefined()
  const going = await run()
  await callbacks.request(member, { ...target(), id, runId: going.id })
  await callbacks.withdraw(member, id)
  await going.end()
  await settledTimes(1)
  expect(site.callsOf('/hook')).toHaveLength(1)
})

test('callbacks whose run never came to be go after an hour, those that are done after a week', async () => {
  const callbacks = started()
  const { id: done } = await callbacks.send(member, { ...target(), body })
  await settledTimes(1)
  const { id: orphan } = await callbacks.request(member, { ...target(), runId: newId() })
  const going = await run()
  const { id: waiting } = await callbacks.request(member, { ...target(), runId: going.id })
  const left = async () =>
    (await db.selectFrom('callbacks').select('id').orderBy('id').execute()).map(({ id }) => id)
  clock.move(60 * 60 * 1000)
  await callbacks.purge()
  expect(await left()).toEqual([done, orphan, waiting])
  clock.move(1)
  await callbacks.purge()
  expect(await left()).toEqual([done, waiting])
  clock.move(7 * 24 * 60 * 60 * 1000)
  await callbacks.purge()
  expect(await left()).toEqual([waiting])
})

test('while the database is away that is said, and delivery goes on afterwards', async () => {
  let away = true
  const nextDue = (except: string[]) => (away ? Promise.reject(new Error('away')) : store.nextDue(except))
  const callbacks = createCallbackService({
    store: { ...store, nextDue },
    sealer: createSealer(Buffer.alloc(32, 7)),
    post: createPostJson(egress),
    tail,
    exclusive: false,
    clock,
    log: log.log,
  })
  services.push(callbacks)
  await callbacks.send(member, { ...target(), body })
  callbacks.start(render)
  await clock.asleep(60_000)
  expect(callbacks.degraded()).toEqual([
    'Callbacks could not be looked for; it is tried again within a minute.',
  ])
  away = false
  clock.move(60_000)
  await site.called('/hook')
  await clock.asleep(60_000)
  expect(callbacks.degraded()).toEqual([])
})

test('receivers of one workspace that do not answer leave room for another workspace', async () => {
  const other = await (await testWorkspace(database)).person('member')
  const answered: string[] = []
  const callbacks = started({
    post: async ({ url, signal }) => {
      answered.push(url)
      if (url.endsWith('/silent')) await new Promise((resolve) => signal.addEventListener('abort', resolve))
      return { accepted: true, answer: 'Done.' }
    },
  })
  const silent = Array.from({ length: 60 }, () => callbacks.send(member, { ...target('/silent'), body }))
  await Promise.all(silent)
  await expect.poll(() => answered.length, { interval: 5 }).toBeGreaterThanOrEqual(25)
  await callbacks.send(other, { ...target('/hook'), body })
  await settledTimes(1)
  expect(answered.filter((url) => url.endsWith('/hook'))).toHaveLength(1)
  expect(answered.length).toBeLessThanOrEqual(26)
})
