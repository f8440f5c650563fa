import { afterAll, expect, test } from 'vitest'
import { testDatabase } from '../../test/support/database.ts'
import { newId } from '../lib/ids.ts'
import { silentLog } from '../lib/log.ts'
import type { Database } from '../storage/database.ts'
import { startRunEngine } from './run-engine.ts'

const database = await testDatabase()
afterAll(async () => await database[Symbol.asyncDispose]())

/** The same database to somebody who cannot reach it. */
function unreachable(): Database {
  const refuse = async () => {
    throw new Error('The database does not answer.')
  }
  return {
    ...database,
    pool: Object.assign(Object.create(database.pool), { connect: refuse, query: refuse }),
  }
}

test('a dispatcher that could not be started can be started in the same process', async () => {
  const ran = Promise.withResolvers<[string, number]>()
  const options = {
    database,
    executorId: newId(),
    log: silentLog,
    runSegment: async (runId: string, fence: number) => ran.resolve([runId, fence]),
  }
  await expect(startRunEngine({ ...options, database: unreachable() })).rejects.toThrow(
    'The database does not answer.',
  )
  await using engine = await startRunEngine(options)
  await engine.enqueue({ id: 'r', agentId: 'a', fence: 1 })
  expect(await ran.promise).toEqual(['r', 1])
})
