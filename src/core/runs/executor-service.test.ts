import { afterAll, afterEach, beforeEach, expect, test, vi } from 'vitest'
import { testDatabase } from '../../../test/support/database.ts'
import { createRun } from '../../../test/support/runs.ts'
import { silentLog } from '../../lib/log.ts'
import { systemClock } from '../../lib/clock.ts'
import { Journal } from '../events/journal.ts'
import { createExecutorService } from './executor-service.ts'
import { createExecutorStore } from './executor-store.ts'

const database = await testDatabase()
const store = createExecutorStore(database)
const hooks = { published: () => {}, turnGiven: () => {} }
const journal = new Journal({ database, clock: systemClock, log: silentLog, hooks, origin: null })
let now = 0
/** The next beat, once it is due; the test says when it happens. */
let due = Promise.withResolvers<() => void>()
const setRealTimeout = setTimeout
const holdBeats = ((callback: () => void, ms?: number): NodeJS.Timeout => {
  if (ms !== 1000) return setRealTimeout(callback, ms)
  due.resolve(callback)
  return setRealTimeout(() => {}, 0)
}) as typeof setTimeout // only called with a function and a time here
const clock = { now: () => now, monotonic: () => now, sleep: async () => {} }

beforeEach(() => {
  due = Promise.withResolvers()
  vi.spyOn(globalThis, 'setTimeout').mockImplementation(holdBeats)
  now = 0
})

afterEach(async () => {
  vi.restoreAllMocks()
  await database.kysely.deleteFrom('runs').execute()
  await database.kysely.deleteFrom('executors').execute()
})

afterAll(async () => {
  await journal[Symbol.asyncDispose]()
  await database[Symbol.asyncDispose]()
})

function service(options: { exclusive?: boolean; onLost?: () => void; beat?: typeof store.beat } = {}) {
  return createExecutorService({
    store: { ...store, ...(options.beat ? { beat: options.beat } : {}) },
    exclusive: options.exclusive ?? true,
    connect: () => database.pool.connect(),
    onLost: options.onLost ?? (() => {}),
    clock,
    log: silentLog,
  })
}

/** Lets one beat happen, a second later, and waits until it is over: the next one is then due. */
async function beat(): Promise<void> {
  const run = await due.promise
  due = Promise.withResolvers()
  now += 1000
  run()
  await due.promise
}

async function storedRun(executorId: string): Promise<string> {
  const { handle } = createRun(journal, { executorId, state: 'running' })
  await journal.committed(handle)
  return handle.runId
}

const runOf = async (id: string) =>
  await database.kysely
    .selectFrom('runs')
    .select(['state', 'fence', 'executor_id'])
    .where('id', '=', id)
    .executeTakeFirstOrThrow()

const beatAt = async () =>
  (
    await database.kysely.selectFrom('executors').select('beat_at').executeTakeFirstOrThrow()
  ).beat_at.getTime()

test('the beat is renewed every second by the clock of the database', async () => {
  await using executor = service({ exclusive: false })
  await executor.register()
  const first = await beatAt()
  await database.kysely
    .updateTable('executors')
    .set({ beat_at: new Date(0) })
    .execute()
  await beat()
  expect(await beatAt()).toBeGreaterThanOrEqual(first)
})

test('with the database to itself a process has no beat, and its lease always holds', async () => {
  await using executor = service({ exclusive: true })
  await executor.register()
  const beats = vi.mocked(setTimeout).mock.calls.filter(([, ms]) => ms === 1000)
  expect(beats).toEqual([])
  now += 60_000
  expect([executor.leaseHolds(), executor.degraded()]).toEqual([true, []])
})

test('the lease holds for three seconds after the last beat that was written', async () => {
  let works = true
  await using executor = service({
    exclusive: false,
    beat: async (id, client) => {
      if (!works) throw new Error('The database does not answer.')
      return await store.beat(id, client)
    },
  })
  await executor.register()
  expect(executor.leaseHolds()).toBe(true)
  await beat()
  works = false
  await beat()
  await beat()
  expect([executor.leaseHolds(), executor.degraded().length]).toEqual([true, 1])
  await beat()
  expect(executor.leaseHolds()).toBe(false)
  works = true
  await beat()
  expect([executor.leaseHolds(), executor.degraded()]).toEqual([true, []])
})

test('a process that others have declared dead gives everything up and starts over under another id', async () => {
  let lost = 0
  await using executor = service({ exclusive: false, onLost: () => (lost += 1) })
  await executor.register()
  const before = executor.id()
  await store.reap([before])
  await beat()
  expect(lost).toBe(1)
  expect(executor.id()).not.toBe(before)
  expect(await store.isAlive(executor.id())).toBe(true)
  expect(executor.leaseHolds()).toBe(true)
})

test('disposing gives all runs back', async () => {
  const executor = service()
  await executor.register()
  const run = await storedRun(executor.id())
  await executor[Symbol.asyncDispose]()
  expect(await store.isAlive(executor.id())).toBe(false)
  expect(await runOf(run)).toEqual({ state: 'queued', fence: 2, executor_id: null })
})
