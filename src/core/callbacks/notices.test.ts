import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { testWorkspace } from '../../../test/support/agent-services.ts'
import { testDatabase } from '../../../test/support/database.ts'
import { createRun } from '../../../test/support/runs.ts'
import { systemClock } from '../../lib/clock.ts'
import { newId } from '../../lib/ids.ts'
import { silentLog } from '../../lib/log.ts'
import type { JsonPost } from '../../lib/post-json.ts'
import { createSealer } from '../../lib/seal.ts'
import type { Principal } from '../access/principal.ts'
import type { Notice, Notices } from '../agents/agent.ts'
import { Journal } from '../events/journal.ts'
import { Tail } from '../events/tail.ts'
import { noUsage } from '../runs/usage.ts'
import type { DueCallback } from './callback.ts'
import { isIdle } from './callback.ts'
import { createCallbackService, type CallbackService } from './callback-service.ts'
import { createCallbackStore } from './callback-store.ts'

const database = await testDatabase()
const db = database.kysely
const tail = new Tail({ database, log: silentLog })
const hooks = {
  published: (...args: Parameters<Tail['published']>) => tail.published(...args),
  turnGiven: () => {},
}
const journal = new Journal({ database, clock: systemClock, log: silentLog, hooks, origin: null })
let member: Principal
let callbacks: CallbackService
let posts: JsonPost[]
/** Resolves whenever the state of a callback was stored. */
let settled: PromiseWithResolvers<void>

beforeAll(async () => {
  member = await (await testWorkspace(database)).person('member')
})
beforeEach(() => {
  posts = []
  settled = Promise.withResolvers()
  const store = createCallbackStore(db)
  callbacks = createCallbackService({
    store: {
      ...store,
      async settle(...args) {
        await store.settle(...args)
        settled.resolve()
        settled = Promise.withResolvers()
      },
      async drop(id) {
        await store.drop(id)
        settled.resolve()
        settled = Promise.withResolvers()
      },
    },
    sealer: createSealer(Buffer.alloc(32, 7)),
    post: async (post) => {
      posts.push(post)
      return { accepted: true, answer: 'Yes.' }
    },
    tail,
    exclusive: true,
    clock: systemClock,
    log: silentLog,
  })
})
afterEach(async () => {
  await callbacks[Symbol.asyncDispose]()
  await db.deleteFrom('callbacks').execute()
})
afterAll(async () => {
  await journal[Symbol.asyncDispose]()
  await tail[Symbol.asyncDispose]()
  await database[Symbol.asyncDispose]()
})

const notice = (url: string, more: Partial<Notice> = {}): Notice => ({
  url,
  headers: {},
  subject: null,
  body: null,
  dialect: 'native',
  ...more,
})

const both: Notices = {
  onSuccess: [
    notice('https://a.example/1', { headers: { 'x-key': 'canary' }, subject: 'Done', body: 'Look.' }),
    notice('https://a.example/2'),
  ],
  onError: [notice('https://a.example/3')],
}

const rows = async () =>
  await db.selectFrom('callbacks').selectAll().orderBy('created_at').orderBy('id').execute()

/** What is left once nothing waits any more. */
async function settledRows() {
  for (;;) {
    const next = settled.promise
    const all = await rows()
    if (all.every(({ state }) => state !== 'pending')) return all
    await next
  }
}

async function endedRun(runId: string, state: 'completed' | 'failed' | 'cancelled'): Promise<void> {
  const { handle } = createRun(journal, { workspaceId: member.workspaceId }, runId)
  journal.append(handle, 'run.completed', { output: '', outputJson: null, usage: noUsage() })
  journal.patch(handle, { state, finishedAt: new Date().toISOString() })
  await journal.committed(handle)
}

test('asked for again for the same run there is still one callback for each notice, its headers sealed', async () => {
  const runId = newId()
  await callbacks.announce(member, runId, both)
  await callbacks.announce(member, runId, both)
  const stored = await rows()
  expect(stored).toHaveLength(3)
  expect(stored.map(({ id }) => id.slice(0, 24))).toEqual([1, 2, 3].map(() => runId.slice(0, 24)))
  expect(new Set(stored.map(({ id }) => id)).size).toBe(3)
  expect(JSON.stringify(stored)).not.toContain('canary')
  expect(JSON.stringify(stored)).not.toContain('a.example')
})

test('each is called, or forgotten without a call, by how the run ended', async () => {
  callbacks.start(async ({ notice: told, runId }) => JSON.stringify({ ...told, runId }))
  const runId = newId()
  await callbacks.announce(member, runId, both)
  await endedRun(runId, 'completed')
  const states = (await settledRows()).map(({ state }) => state)
  expect(states).toEqual(['delivered', 'delivered'])
  const first = posts.find(({ url }) => url === 'https://a.example/1')
  expect(first?.headers).toMatchObject({ 'x-key': 'canary' })
  expect(JSON.parse(first?.body ?? '')).toEqual({ kind: 'on_success', subject: 'Done', body: 'Look.', runId })
  expect(posts.map(({ url }) => url).toSorted()).toEqual(['https://a.example/1', 'https://a.example/2'])
})

test('after a cancelled run all of them are forgotten without a call, also when they are asked for again', async () => {
  callbacks.start(async () => '{}')
  const runId = newId()
  await callbacks.announce(member, runId, both)
  await endedRun(runId, 'cancelled')
  expect(await settledRows()).toEqual([])
  await callbacks.announce(member, runId, both)
  expect(await settledRows()).toEqual([])
  expect(posts).toEqual([])
})

test('notices of a refused run are taken back, those of a stored one stay, and so do other callbacks', async () => {
  const [refused, stored] = [newId(), newId()]
  await callbacks.announce(member, refused, both)
  const { id } = await callbacks.request(member, {
    dialect: 'make',
    url: 'https://a.example/',
    runId: refused,
  })
  await callbacks.retract(member, refused)
  expect((await rows()).map((row) => row.id)).toEqual([id])
  await callbacks.announce(member, stored, both)
  await endedRun(stored, 'completed')
  await callbacks.retract(member, stored)
  expect(await rows()).toHaveLength(4)
})

test.each([
  [null, 'cancelled', false],
  ['on_success', 'completed', false],
  ['on_success', 'failed', true],
  ['on_success', 'cancelled', true],
  ['on_success', null, true],
  ['on_error', 'failed', false],
  ['on_error', 'completed', true],
  ['on_error', 'cancelled', true],
] as const)('a callback about %s of a run that is %s is idle: %s', (kind, runState, idle) => {
  const told: DueCallback['notice'] = kind && { kind, subject: null, body: null }
  expect(isIdle({ notice: told, runState })).toBe(idle)
})
