import { sql } from 'kysely'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { testDatabase } from '../../../test/support/database.ts'
import { createRun } from '../../../test/support/runs.ts'
import { systemClock } from '../../lib/clock.ts'
import { newId } from '../../lib/ids.ts'
import { silentLog } from '../../lib/log.ts'
import { Journal } from '../events/journal.ts'
import { createRetentionStore } from '../retention/retention-store.ts'
import { createRunKeyStore } from './run-key-store.ts'

const database = await testDatabase()
const db = database.kysely
const hooks = { published: () => {}, turnGiven: () => {} }
const journal = new Journal({ database, clock: systemClock, log: silentLog, hooks, origin: null })
const keys = createRunKeyStore(db)
const agentId = newId()
const key = (runId: string) => ({ agentId, hash: 'h', runId })

beforeEach(async () => {
  await db.deleteFrom('run_keys').execute()
})
afterAll(async () => {
  await journal[Symbol.asyncDispose]()
  await database[Symbol.asyncDispose]()
})

async function storedRun(): Promise<string> {
  const { handle } = createRun(journal)
  await journal.committed(handle)
  return handle.runId
}

/** Makes every key as old as if it had been taken earlier. */
const age = async (interval: string) =>
  await sql`update run_keys set claimed_at = claimed_at - ${interval}::interval,
    expires_at = expires_at - ${interval}::interval`.execute(db)

test('a key is taken once until it expires, and by the same run as often as it likes', async () => {
  const run = await storedRun()
  expect(await keys.claim(key(run), 10)).toBe(true)
  expect(await keys.claim(key(newId()), 10)).toBe(false)
  expect(await keys.holder(key(newId()))).toEqual({ runId: run, stored: true })
  await age('9 minutes')
  expect(await keys.claim(key(run), 10)).toBe(true)
  expect(await keys.claim(key(newId()), 10)).toBe(false)
  await age('1 minute')
  expect(await keys.holder(key(newId()))).toBeNull()
  expect(await keys.claim(key(newId()), 10)).toBe(true)
})

test('of many that want a key at once exactly one has it', async () => {
  const claims = await Promise.all(Array.from({ length: 20 }, () => keys.claim(key(newId()), 10)))
  expect(claims.filter(Boolean)).toHaveLength(1)
})

test('another agent and another request have keys of their own', async () => {
  expect(await keys.claim(key(newId()), 10)).toBe(true)
  expect(await keys.claim({ ...key(newId()), agentId: newId() }, 10)).toBe(true)
  expect(await keys.claim({ ...key(newId()), hash: 'other' }, 10)).toBe(true)
})

test('a run that was not stored within a minute has lost its key', async () => {
  await keys.claim(key(newId()), 10)
  await age('59 seconds')
  expect(await keys.claim(key(newId()), 10)).toBe(false)
  await age('2 seconds')
  expect(await keys.claim(key(newId()), 10)).toBe(true)
})

test('a refused run gives its key back; a stored one and another run’s stay', async () => {
  const refused = newId()
  await keys.claim(key(refused), 10)
  await keys.release(key(newId()))
  expect(await keys.claim(key(newId()), 10)).toBe(false)
  await keys.release(key(refused))
  const stored = await storedRun()
  expect(await keys.claim(key(stored), 10)).toBe(true)
  await keys.release(key(stored))
  expect(await keys.claim(key(newId()), 10)).toBe(false)
})

test('a run whose thread was deleted has lost its key, even one that was stored just now', async () => {
  const { handle, threadId } = createRun(journal)
  await journal.committed(handle)
  expect(await keys.claim(key(handle.runId), 10)).toBe(true)
  expect(await keys.claim(key(newId()), 10)).toBe(false)
  await db
    .updateTable('threads')
    .set({ deleted_at: new Date(), active_run_id: null })
    .where('id', '=', threadId)
    .execute()
  expect(await keys.holder(key(newId()))).toBeNull()
  const next = newId()
  expect(await keys.claim(key(next), 10)).toBe(true)
  expect(await keys.holder(key(newId()))).toEqual({ runId: next, stored: false })
})

test('keys that have expired are swept', async () => {
  await keys.claim(key(newId()), 10)
  await keys.claim({ ...key(newId()), hash: 'longer' }, 20)
  await age('11 minutes')
  await createRetentionStore(database).deleteExpiredRunKeys()
  const left = await db.selectFrom('run_keys').select('key_hash').execute()
  expect(left).toEqual([{ key_hash: 'longer' }])
})
