import { afterAll, afterEach, beforeEach, expect, test } from 'vitest'
import { testDatabase } from '../../../test/support/database.ts'
import { createRun } from '../../../test/support/runs.ts'
import { newId } from '../../lib/ids.ts'
import { silentLog } from '../../lib/log.ts'
import { systemClock } from '../../lib/clock.ts'
import { Journal } from '../events/journal.ts'
import { createExecutorStore, type QueuedRun } from './executor-store.ts'
import { createRunWatch } from './run-watch.ts'

const database = await testDatabase()
const store = createExecutorStore(database)
const hooks = { published: () => {}, turnGiven: () => {} }
const journal = new Journal({ database, clock: systemClock, log: silentLog, hooks, origin: null })
let enqueued: QueuedRun[] = []
let active: string[] = []
let takenUp: string[] = []
let ended: string[] = []
const self = newId()

beforeEach(async () => {
  enqueued = []
  active = []
  takenUp = []
  ended = []
  await store.register(self, 'here')
})

afterEach(async () => {
  await database.kysely.deleteFrom('commands').execute()
  await database.kysely.deleteFrom('approvals').execute()
  await database.kysely.deleteFrom('runs').execute()
  await database.kysely.deleteFrom('executors').execute()
})

afterAll(async () => {
  await journal[Symbol.asyncDispose]()
  await database[Symbol.asyncDispose]()
})

function watch(more: Partial<Parameters<typeof createRunWatch>[0]> = {}) {
  return createRunWatch({
    store,
    exclusive: true,
    executorId: () => self,
    activeRuns: () => active,
    deliver: async () => {},
    enqueue: async (run) => void enqueued.push(run),
    takeUp: async (runId) => void takenUp.push(runId),
    endWaiting: async (runId) => void ended.push(runId),
    startDispatcher: async () => {},
    resumeDeferred: async () => {},
    log: silentLog,
    ...more,
  })
}

async function storedRun(
  executorId: string | null,
  state: 'running' | 'queued' = 'running',
): Promise<string> {
  const { handle } = createRun(journal, { executorId, state })
  await journal.committed(handle)
  return handle.runId
}

const runOf = async (id: string) =>
  await database.kysely
    .selectFrom('runs')
    .select(['state', 'fence', 'executor_id'])
    .where('id', '=', id)
    .executeTakeFirstOrThrow()

test('starting takes the runs of dead executors back into the queue under a higher fence, and dispatches them', async () => {
  const dead = newId()
  await store.register(dead, 'elsewhere')
  const running = await storedRun(dead)
  const orphan = await storedRun(newId())
  const queued = await storedRun(null, 'queued')
  const own = await storedRun(self)
  await using looks = watch()
  await looks.start()
  expect(await runOf(running)).toEqual({ state: 'queued', fence: 2, executor_id: null })
  expect(await runOf(orphan)).toEqual({ state: 'queued', fence: 2, executor_id: null })
  expect(await runOf(own)).toEqual({ state: 'running', fence: 1, executor_id: self })
  expect(await store.others(self)).toEqual([])
  expect(enqueued.map(({ id, fence }) => [id, fence]).toSorted()).toEqual(
    [
      [running, 2],
      [orphan, 2],
      [queued, 2],
    ].toSorted(),
  )
})

test('an executor whose beat is fresh keeps its runs', async () => {
  const other = newId()
  await store.register(other, 'elsewhere')
  const run = await storedRun(other)
  expect(await store.reap([])).toBe(0)
  expect(await runOf(run)).toEqual({ state: 'running', fence: 1, executor_id: other })
})

test('what was dispatched for a dead executor is dispatched anew, under a fence of its own', async () => {
  const dead = newId()
  await store.register(dead, 'elsewhere')
  const queued = await storedRun(null, 'queued')
  expect((await store.undispatched(10)).map(({ id, fence }) => [id, fence])).toEqual([[queued, 1]])
  expect(await store.undispatched(10)).toEqual([])
  await store.reap([dead])
  expect((await store.undispatched(10)).map(({ id, fence }) => [id, fence])).toEqual([[queued, 2]])
})

test('queued runs that nobody dispatched are found by every look', async () => {
  const queued = await storedRun(null, 'queued')
  await watch().look()
  expect(enqueued.map(({ id }) => id)).toEqual([queued])
})

test('a run that this process owns and has not run for two looks goes back into the queue', async () => {
  const looks = watch()
  const stopped = await storedRun(self)
  const busy = await storedRun(self)
  active = [busy]
  await looks.look()
  expect((await runOf(stopped)).state).toBe('running')
  await looks.look()
  expect(await runOf(stopped)).toEqual({ state: 'queued', fence: 2, executor_id: null })
  expect((await runOf(busy)).state).toBe('running')
  expect(enqueued.map(({ id, fence }) => [id, fence])).toEqual([[stopped, 2]])
})

test('a run of an executor that is gone, or was never there, is found by two looks', async () => {
  const looks = watch()
  const lost = await storedRun(newId())
  await looks.look()
  expect((await runOf(lost)).state).toBe('running')
  await looks.look()
  expect(await runOf(lost)).toEqual({ state: 'queued', fence: 2, executor_id: null })
})

test('a waiting run whose answer was written is taken up', async () => {
  const run = await storedRun(self)
  await database.kysely.updateTable('runs').set({ state: 'waiting' }).where('id', '=', run).execute()
  await database.kysely
    .insertInto('commands')
    .values({ id: newId(), run_id: run, kind: 'decision', data: '{}' })
    .execute()
  await watch().look()
  expect(takenUp).toEqual([run])
})

test('where there is nothing to move a look asks one question', async () => {
  const asked: string[] = []
  const recording = new Proxy(store, {
    get: (target, name: keyof typeof store) => {
      asked.push(name)
      return target[name]
    },
  })
  await watch({ store: recording }).look()
  expect(asked).toEqual(['openWork'])
})

test('a decision whose run was not started is resumed', async () => {
  let resumed = 0
  const looks = watch({ resumeDeferred: async () => void (resumed += 1) })
  await looks.look()
  expect(resumed).toBe(0)
  await database.kysely
    .insertInto('approvals')
    .values({
      id: newId(),
      workspace_id: newId(),
      agent_id: newId(),
      run_id: newId(),
      call_id: 'call_0_1',
      kind: 'tool',
      mode: 'defer',
      tool: 'send',
      state: 'approved',
      run_to_start: newId(),
      created_at: new Date(),
    })
    .execute()
  await looks.look()
  expect(resumed).toBe(1)
})

test('what a sweep could not hand over is found by the next one', async () => {
  const queued = await storedRun(null, 'queued')
  const looks = watch({
    enqueue: async () => {
      throw new Error('The dispatcher is not there.')
    },
  })
  await expect(looks.look()).rejects.toThrow('The dispatcher is not there.')
  expect((await store.undispatched(10)).map(({ id, fence }) => [id, fence])).toEqual([[queued, 2]])
})

test('what dead processes left is taken over by a later look when the start could not, and is said to be there', async () => {
  const dead = newId()
  await store.register(dead, 'elsewhere')
  const run = await storedRun(dead)
  let starts = 0
  await using looks = watch({
    startDispatcher: async () => {
      starts += 1
      if (starts === 1) throw new Error('The database does not answer.')
    },
  })
  await looks.start()
  expect(looks.degraded()).toEqual([
    'The watch over stopped runs failed; it is tried again in a few seconds.',
    'What earlier processes left is still to be taken over.',
  ])
  expect((await runOf(run)).state).toBe('running')
  await looks.look()
  expect((await runOf(run)).state).toBe('queued')
  expect(enqueued.map(({ id, fence }) => [id, fence])).toEqual([[run, 2]])
  expect(looks.degraded()).not.toContain('What earlier processes left is still to be taken over.')
  await looks.look()
  expect(starts).toBe(2)
})
