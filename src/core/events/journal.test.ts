import { afterAll, beforeEach, expect, test } from 'vitest'
import { createRun, runCreation } from '../../../test/support/runs.ts'
import { testDatabase } from '../../../test/support/database.ts'
import { AppError } from '../../errors.ts'
import { systemClock } from '../../lib/clock.ts'
import { newId } from '../../lib/ids.ts'
import { silentLog } from '../../lib/log.ts'
import { createRunStore } from '../runs/run-store.ts'
import { noUsage } from '../runs/usage.ts'
import type { JournalEvent } from './entry.ts'
import { eventsAfter } from './event-store.ts'
import { Journal } from './journal.ts'

const database = await testDatabase()
const store = createRunStore(database)
let flushes: string[] = []
let failNext: Error | null = null
/** What a flush waits for on its way to the database. */
let held: Promise<void> = Promise.resolve()
let published: JournalEvent[] = []
let turns: string[] = []
let journal: Journal

const watched: typeof database = {
  ...database,
  async execute(statement) {
    flushes.push(statement.name)
    const failure = failNext
    failNext = null
    if (failure) throw failure
    await held
    return await database.execute(statement)
  },
}

beforeEach(() => {
  held = Promise.resolve()
  flushes = []
  published = []
  turns = []
  journal = new Journal({
    database: watched,
    clock: systemClock,
    log: silentLog,
    origin: null,
    hooks: {
      published: (_runId, events) => published.push(...events),
      turnGiven: (runId) => turns.push(runId),
    },
  })
})

afterAll(async () => {
  await database[Symbol.asyncDispose]()
})

const stored = async (runId: string): Promise<[number, string][]> =>
  (await eventsAfter(database.kysely, runId, 0, 100)).map((event) => [event.seq, event.type])
const rowOf = async (runId: string) =>
  await database.kysely.selectFrom('runs').selectAll().where('id', '=', runId).executeTakeFirstOrThrow()
const codeOf = async (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'resolved',
    (error: unknown) => (error instanceof AppError ? error.code : String(error)),
  )
const delta = { step: 1, text: 'x' }

test('runs that arrive together are committed in one flush, each with its own numbers', async () => {
  const runs = Array.from({ length: 20 }, () => createRun(journal))
  for (const { handle } of runs) journal.append(handle, 'message.delta', delta)
  await Promise.all(runs.map(({ handle }) => journal.committed(handle)))
  expect(flushes).toEqual(['flush_create'])
  for (const { handle } of runs) {
    expect(await stored(handle.runId)).toEqual([
      [1, 'message.created'],
      [2, 'message.delta'],
    ])
  }
  expect(published).toHaveLength(40)
})

test('what arrives while a commit is in flight joins the next one', async () => {
  const gate = Promise.withResolvers<void>()
  held = gate.promise
  const { handle } = createRun(journal)
  const first = journal.committed(handle)
  await expect.poll(() => flushes).toEqual(['flush_create'])
  for (let index = 0; index < 5; index++) journal.append(handle, 'message.delta', delta)
  gate.resolve()
  await Promise.all([first, journal.committed(handle)])
  expect(flushes).toEqual(['flush_create', 'flush'])
  expect((await stored(handle.runId)).map(([seq]) => seq)).toEqual([1, 2, 3, 4, 5, 6])
})

test('entries under a stale fence are left out and reported to their owner; the neighbours are written', async () => {
  const taken = createRun(journal)
  const healthy = createRun(journal)
  await Promise.all([journal.committed(taken.handle), journal.committed(healthy.handle)])
  await database.kysely.updateTable('runs').set({ fence: 2 }).where('id', '=', taken.handle.runId).execute()
  flushes = []
  journal.append(taken.handle, 'message.delta', delta)
  journal.append(healthy.handle, 'message.delta', delta)
  const outcomes = await Promise.all([
    codeOf(journal.committed(taken.handle)),
    codeOf(journal.committed(healthy.handle)),
  ])
  expect(outcomes).toEqual(['stale_fence', 'resolved'])
  expect(flushes).toEqual(['flush'])
  expect(taken.lost).toEqual(['stale_fence'])
  expect(taken.handle.failure?.code).toBe('stale_fence')
  expect(await stored(taken.handle.runId)).toEqual([[1, 'message.created']])
  expect(await stored(healthy.handle.runId)).toHaveLength(2)
  journal.append(taken.handle, 'message.delta', delta)
  expect(await codeOf(journal.committed(taken.handle))).toBe('stale_fence')
  expect(taken.lost).toEqual(['stale_fence'])
})

test('a row that the database refuses fails alone', async () => {
  const bad = createRun(journal)
  const good = createRun(journal)
  await Promise.all([journal.committed(bad.handle), journal.committed(good.handle)])
  flushes = []
  journal.append(bad.handle, 'message.delta', { step: 1, text: 'half \ud83d' })
  journal.append(good.handle, 'message.delta', delta)
  const outcomes = await Promise.all([
    codeOf(journal.committed(bad.handle)),
    codeOf(journal.committed(good.handle)),
  ])
  expect(outcomes).toEqual(['internal', 'resolved'])
  expect(flushes).toEqual(['flush', 'flush', 'flush'])
  expect(bad.lost).toEqual(['internal'])
  expect(await stored(bad.handle.runId)).toHaveLength(1)
  expect(await stored(good.handle.runId)).toEqual([
    [1, 'message.created'],
    [2, 'message.delta'],
  ])
})

test('a run that is refused at its creation is told so, and is not there', async () => {
  const refused: string[] = []
  const { handle } = createRun(journal, {
    metadata: { half: '\ud83d' },
    refused: (error) => refused.push(error.code),
  })
  expect(await codeOf(journal.committed(handle))).toBe('internal')
  expect(refused).toEqual(['internal'])
  expect(await stored(handle.runId)).toEqual([])
})

test('a commit whose outcome nobody knows is not tried again: it could be written twice', async () => {
  const { handle, lost } = createRun(journal)
  await journal.committed(handle)
  flushes = []
  failNext = new Error('Connection terminated unexpectedly')
  journal.append(handle, 'message.delta', delta)
  expect(await codeOf(journal.committed(handle))).toBe('database_unavailable')
  expect(flushes).toEqual(['flush'])
  expect(lost).toEqual(['database_unavailable'])
})

test('deltas are gathered: the first goes at once, the rest of a tick is one event', async () => {
  const { handle } = createRun(journal)
  await journal.committed(handle)
  flushes = []
  journal.delta(handle, 'message.delta', 1, 'One', true)
  for (const text of [' two', ' three', ' four']) journal.delta(handle, 'message.delta', 1, text, false)
  const events = async () =>
    (await eventsAfter(database.kysely, handle.runId, 1, 100)).map((event) => event.data)
  while (published.length < 3) await new Promise((resolve) => setImmediate(resolve))
  expect(flushes).toEqual(['flush', 'flush'])
  expect(await events()).toEqual([
    { step: 1, text: 'One' },
    { step: 1, text: ' two three four' },
  ])
})

test('gathered text goes before whatever is appended after it, and never waits for its tick then', async () => {
  const { handle } = createRun(journal)
  await journal.committed(handle)
  journal.delta(handle, 'reasoning.delta', 1, 'Hm', true)
  journal.delta(handle, 'reasoning.delta', 1, ' so', false)
  journal.delta(handle, 'message.delta', 1, 'Yes', true)
  journal.delta(handle, 'message.delta', 1, ', of course', false)
  journal.append(handle, 'step.restarted', { step: 1, reason: 'Why not.' })
  await journal.committed(handle)
  const events = await eventsAfter(database.kysely, handle.runId, 1, 100)
  expect(events.map(({ type, data }) => [type, 'text' in data ? data.text : ''])).toEqual([
    ['reasoning.delta', 'Hm'],
    ['reasoning.delta', ' so'],
    ['message.delta', 'Yes'],
    ['message.delta', ', of course'],
    ['step.restarted', ''],
  ])
})

test('committed resolves at once when there is nothing to commit, and otherwise after the commit', async () => {
  const { handle } = createRun(journal)
  await journal.committed(handle)
  flushes = []
  await journal.committed(handle)
  expect(flushes).toEqual([])
  journal.append(handle, 'message.delta', delta)
  const seen: number[] = []
  await journal.committed(handle).then(() => seen.push(published.length))
  expect(seen).toEqual([2])
})

test('nothing is published before it is committed', async () => {
  const gate = Promise.withResolvers<void>()
  held = gate.promise
  const { handle } = createRun(journal)
  await expect.poll(() => flushes).toEqual(['flush_create'])
  expect(published).toEqual([])
  gate.resolve()
  await journal.committed(handle)
  expect(published.map((event) => event.seq)).toEqual([1])
  expect(published[0]?.text).toBe(JSON.stringify(published[0]?.data))
})

test('disposing commits what is pending, gathered text included, and refuses what comes after', async () => {
  const { handle } = createRun(journal)
  journal.delta(handle, 'message.delta', 1, 'One', true)
  journal.delta(handle, 'message.delta', 1, ' two', false)
  await journal[Symbol.asyncDispose]()
  expect(await stored(handle.runId)).toEqual([
    [1, 'message.created'],
    [2, 'message.delta'],
    [3, 'message.delta'],
  ])
  journal.append(handle, 'message.delta', delta)
  expect(await codeOf(journal.committed(handle))).toBe('shutting_down')
})

test('a state change is in the same commit as the events around it', async () => {
  const { handle } = createRun(journal)
  await journal.committed(handle)
  flushes = []
  const usage = {
    inputTokens: 1,
    cachedInputTokens: 0,
    outputTokens: 2,
    reasoningTokens: 0,
    totalTokens: 3,
    modelCalls: 1,
    cost: '0.25',
  }
  const finishedAt = journal.append(handle, 'run.completed', { output: 'Done.', outputJson: null, usage })
  journal.patch(handle, { state: 'completed', output: 'Done.', usage, finishedAt })
  await journal.committed(handle)
  expect(flushes).toEqual(['flush'])
  const row = await rowOf(handle.runId)
  expect([row.state, row.output, row.last_seq, row.executor_id]).toEqual(['completed', 'Done.', 2, null])
  expect(Number(row.cost)).toBe(0.25)
  expect(row.finished_at?.toISOString()).toBe(finishedAt)
  journal.append(handle, 'message.delta', delta)
  expect(await codeOf(journal.committed(handle))).toBe('stale_fence')
})

test('two runs on one free thread in one flush: the first has the turn, the second is queued and gets it after', async () => {
  const opening = createRun(journal)
  const threadId = opening.threadId
  const usage = noUsage()
  const finish = (run: typeof opening): void => {
    const finishedAt = journal.append(run.handle, 'run.cancelled', { reason: 'Test.', usage })
    journal.patch(run.handle, { state: 'cancelled', finishedAt })
  }
  finish(opening)
  await journal.committed(opening.handle)
  flushes = []
  const admitted: string[] = []
  const next = (name: string) =>
    createRun(journal, { threadId, newThread: null, admitted: (state) => admitted.push(`${name} ${state}`) })
  const first = next('first')
  const second = next('second')
  await Promise.all([journal.committed(first.handle), journal.committed(second.handle)])
  expect(flushes).toEqual(['flush_create'])
  expect(admitted).toEqual(['first running', 'second queued'])
  expect([
    (await rowOf(first.handle.runId)).executor_id,
    (await rowOf(second.handle.runId)).executor_id,
  ]).toEqual(['00000000-0000-7000-8000-000000000003', null])
  finish(first)
  await journal.committed(first.handle)
  expect(turns).toEqual([second.handle.runId])
})

test('a run that comes when the turn is free does not overtake one that waits', async () => {
  const opening = createRun(journal)
  const { threadId } = opening
  await journal.committed(opening.handle)
  const admitted: string[] = []
  const next = (name: string) =>
    createRun(journal, { threadId, newThread: null, admitted: (state) => admitted.push(`${name} ${state}`) })
  const waiting = next('waiting')
  await journal.committed(waiting.handle)
  await database.kysely
    .updateTable('threads')
    .set({ active_run_id: null })
    .where('id', '=', threadId)
    .execute()
  const late = next('late')
  await journal.committed(late.handle)
  expect(admitted).toEqual(['waiting queued', 'late queued'])
  expect((await store.giveTurn(threadId))?.id).toBe(waiting.handle.runId)
  expect((await store.giveTurn(threadId))?.id).toBe(waiting.handle.runId)
})

test('a delayed run takes no turn before it is due', async () => {
  const { handle, threadId } = createRun(journal, {
    state: 'queued',
    availableAt: '2999-01-01T00:00:00.000Z',
  })
  await journal.committed(handle)
  expect(await store.giveTurn(threadId)).toBeNull()
  const admitted: string[] = []
  const now = createRun(journal, { threadId, newThread: null, admitted: (state) => admitted.push(state) })
  await journal.committed(now.handle)
  expect(admitted).toEqual(['running'])
})

test('a question is stored with its event, and void when its run ends in between', async () => {
  const { handle } = createRun(journal)
  const ask = (mode: 'park' | 'defer'): string => {
    const id = newId()
    const { workspaceId, agentId } = runCreation()
    journal.requestApproval(handle, {
      id,
      workspaceId,
      agentId,
      callId: 'call_a',
      kind: 'approval',
      mode,
      tool: 'pay',
      arguments: {},
    })
    return id
  }
  const [parked, deferred] = [ask('park'), ask('defer')]
  await journal.committed(handle)
  const states = async () => {
    const rows = await database.kysely
      .selectFrom('approvals')
      .select(['id', 'state'])
      .where('run_id', '=', handle.runId)
      .execute()
    return Object.fromEntries(rows.map((row) => [row.id, row.state]))
  }
  expect(await states()).toEqual({ [parked]: 'pending', [deferred]: 'pending' })
  const finishedAt = journal.append(handle, 'run.failed', {
    error: { code: 'internal', message: 'Test.' },
    usage: noUsage(),
  })
  journal.patch(handle, { state: 'failed', finishedAt })
  journal.voidApprovals(handle)
  await journal.committed(handle)
  expect(await states()).toEqual({ [parked]: 'void', [deferred]: 'pending' })
})
