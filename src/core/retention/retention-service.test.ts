import { afterAll, expect, test } from 'vitest'
import { testDatabase } from '../../../test/support/database.ts'
import { knowledgeServices } from '../../../test/support/knowledge.ts'
import { createRun } from '../../../test/support/runs.ts'
import { systemClock } from '../../lib/clock.ts'
import { newId } from '../../lib/ids.ts'
import { silentLog } from '../../lib/log.ts'
import { createIdempotencyStore } from '../access/idempotency-store.ts'
import { Journal } from '../events/journal.ts'
import { createRetentionService } from './retention-service.ts'
import { createRetentionStore } from './retention-store.ts'

const database = await testDatabase()
const db = database.kysely
const hooks = { published: () => {}, turnGiven: () => {} }
const journal = new Journal({ database, clock: systemClock, log: silentLog, hooks, origin: null })
const daysAgo = (days: number) => new Date(Date.now() - days * 24 * 60 * 60 * 1000)

afterAll(async () => {
  await journal[Symbol.asyncDispose]()
  await database[Symbol.asyncDispose]()
})

let purges = 0
let sweeps = 0

function retention(days: number | null, documents = { dropStale: async () => 0, sweepFiles: async () => 2 }) {
  return createRetentionService({
    store: createRetentionStore(database),
    idempotency: createIdempotencyStore(db),
    documents,
    clock: systemClock,
    days,
    pruneDispatches: async () => {},
    purgeCallbacks: async () => void (purges += 1),
    sweepSessions: async () => void (sweeps += 1),
    log: silentLog,
  })
}

/** A run that ended some days ago, with an event. */
async function endedRun(days: number): Promise<string> {
  const { handle } = createRun(journal, { executorId: newId(), state: 'running' })
  journal.append(handle, 'run.started', { fence: 1 })
  await journal.committed(handle)
  const finished = { state: 'completed', finished_at: daysAgo(days) }
  await db.updateTable('runs').set(finished).where('id', '=', handle.runId).execute()
  return handle.runId
}

const runIds = async () =>
  (await db.selectFrom('runs').select('id').orderBy('id').execute()).map((row) => row.id)

test('runs that ended before the retention go with their journal; younger and unfinished ones stay', async () => {
  const old = await endedRun(31)
  const young = await endedRun(29)
  const { handle } = createRun(journal, { executorId: newId(), state: 'running' })
  await journal.committed(handle)
  expect(await retention(null).run()).toEqual({ runs: 0, files: 2 })
  expect(await runIds()).toEqual([old, young, handle.runId])
  expect(await retention(30).run()).toEqual({ runs: 1, files: 2 })
  expect(await runIds()).toEqual([young, handle.runId])
  const streams = await db.selectFrom('events').select('stream').distinct().execute()
  expect(streams.map((row) => row.stream)).not.toContain(old)
  expect(streams.map((row) => row.stream)).toContain(young)
})

test('an agent deleted before the retention goes with its versions, once none of its runs is left', async () => {
  const [organization, workspace, user] = [newId(), newId(), newId()]
  await db.insertInto('organizations').values({ id: organization, name: 'o' }).execute()
  await db
    .insertInto('workspaces')
    .values({ id: workspace, organization_id: organization, name: 'w' })
    .execute()
  await db.insertInto('users').values({ id: user, name: 'u', email: null }).execute()
  const [old, young, live] = [newId(), newId(), newId()]
  for (const [id, deleted] of [
    [old, daysAgo(31)],
    [young, daysAgo(29)],
    [live, null],
  ] as const) {
    const agent = {
      id,
      workspace_id: workspace,
      owner_id: user,
      name: 'a',
      slug: null,
      version: 1,
      version_id: newId(),
    }
    await db
      .insertInto('agents')
      .values({ ...agent, draft: null, draft_sealed_secrets: null, deleted_at: deleted })
      .execute()
    const version = {
      id: agent.version_id,
      agent_id: id,
      number: 1,
      definition: '{}',
      sealed_secrets: null,
      created_by: null,
    }
    await db.insertInto('agent_versions').values(version).execute()
  }
  await retention(30).run()
  const agents = await db.selectFrom('agents').select('id').orderBy('id').execute()
  expect(agents.map((row) => row.id)).toEqual([old, young, live].slice(1).toSorted())
  const versions = await db.selectFrom('agent_versions').select('agent_id').execute()
  expect(versions.map((row) => row.agent_id).toSorted()).toEqual([young, live].toSorted())
})

test('callbacks that nobody needs any more go, and idle sessions end, with every pass, whatever the retention', async () => {
  purges = 0
  sweeps = 0
  await retention(null).run()
  expect([purges, sweeps]).toEqual([1, 1])
})

test('the documents of a deleted agent go first, so that the agent can', async () => {
  const { agent, addText, agents, documents, owner } = await knowledgeServices(database)
  const agentId = await agent()
  const { id } = await addText(agentId, 'Refunds.')
  await agents.remove(owner, agentId)
  await db
    .updateTable('agents')
    .set({ deleted_at: daysAgo(31) })
    .where('id', '=', agentId)
    .execute()
  await retention(30, documents).run()
  expect(await db.selectFrom('documents').select('id').where('id', '=', id).execute()).toEqual([])
  expect(await db.selectFrom('agents').select('id').where('id', '=', agentId).execute()).toEqual([])
})
