import { afterAll, expect, test } from 'vitest'
import { testDatabase } from '../../test/support/database.ts'
import { manualClock } from '../../test/support/manual-clock.ts'
import { createRun, emptyPins } from '../../test/support/runs.ts'
import { scriptedModel, type ScriptedModel, type ScriptedStep } from '../../test/support/scripted-model.ts'
import { defaultLimits, type AgentDefinition } from '../core/agents/agent.ts'
import { emptyDefinition } from '../core/agents/definition.ts'
import { noStrategies } from '../core/agents/strategies.ts'
import { eventsAfter } from '../core/events/event-store.ts'
import { Journal } from '../core/events/journal.ts'
import type { RunFacts } from '../core/runs/dispatch.ts'
import { createRunStore } from '../core/runs/run-store.ts'
import { createThreadStore } from '../core/threads/thread-store.ts'
import { AppError } from '../errors.ts'
import { newId } from '../lib/ids.ts'
import { silentLog } from '../lib/log.ts'
import { Worker } from './worker.ts'

const database = await testDatabase()
const runs = createRunStore(database)
const clock = manualClock()
const journal = new Journal({
  database,
  clock,
  log: silentLog,
  hooks: { published: () => {}, turnGiven: () => {} },
  origin: null,
})

afterAll(async () => {
  await journal[Symbol.asyncDispose]()
  await database[Symbol.asyncDispose]()
})

const broken: ScriptedStep = { error: new AppError('provider_rejected'), failsAtStart: true }
const retrying = (attempts: number, more: Partial<AgentDefinition> = {}): AgentDefinition => ({
  ...emptyDefinition('Test'),
  ...more,
  strategies: { ...noStrategies, retry: { attempts } },
})

/** A process whose agent is this one. */
function process(model: ScriptedModel, definition: AgentDefinition): Worker {
  return new Worker({
    journal,
    runs,
    threads: createThreadStore(database),
    blobs: { get: async () => null },
    models: { resolve: async () => ({ model, name: 'a/b', requestedName: 'a/b', costOf: () => null }) },
    toolKinds: new Map(),
    resolveAgent: async (run) => ({
      agentId: run.agentId,
      workspaceId: run.workspaceId,
      versionId: newId(),
      versionNumber: 1,
      definition,
      tools: [],
      toolRevisions: {},
      knowledge: false,
    }),
    checkArguments: () => null,
    checkOutput: () => null,
    leaseHolds: () => true,
    onParked: async () => {},
    random: () => 0,
    clock,
    log: silentLog,
  })
}

async function begin(worker: Worker): Promise<{ run: RunFacts; ended: Promise<string> }> {
  const { handle, threadId } = createRun(journal)
  const ids = { id: handle.runId, workspaceId: newId(), agentId: newId(), threadId }
  const run: RunFacts = { ...ids, pins: emptyPins }
  journal.append(handle, 'run.started', { fence: 1 })
  await journal.committed(handle)
  const abort = new AbortController()
  const events = await eventsAfter(database.kysely, run.id, 0, 100)
  return { run, ended: worker.start({ run, handle, abort, events, recovered: false }) }
}

/** Another process takes the run up. */
async function takeUp(worker: Worker, run: RunFacts): Promise<string> {
  await database.kysely.updateTable('runs').set({ fence: 2 }).where('id', '=', run.id).execute()
  const handle = journal.handle(run.id, 2, () => {})
  const events = await eventsAfter(database.kysely, run.id, 0, 100)
  return await worker.start({ run, handle, abort: new AbortController(), events, recovered: true })
}

const failures = async (runId: string) =>
  (await eventsAfter(database.kysely, runId, 0, 100))
    .filter(({ type }) => type === 'attempt.failed')
    .map(({ data }) => data)
const rowOf = async (runId: string) =>
  await database.kysely
    .selectFrom('runs')
    .select(['state', 'output', 'error'])
    .where('id', '=', runId)
    .executeTakeFirstOrThrow()
const rejected = { code: 'provider_rejected', message: new AppError('provider_rejected').message }

test('a run that fails twice succeeds at its third attempt, after one and then two seconds', async () => {
  const model = scriptedModel([broken, broken, { text: 'Here it is.' }])
  const { run, ended } = await begin(process(model, retrying(2)))
  await clock.asleep(1_000)
  expect(model.calls).toHaveLength(1)
  expect(await failures(run.id)).toEqual([{ attempt: 1, error: rejected, waitMs: 1_000 }])
  clock.move(1_000)
  await clock.asleep(2_000)
  expect(model.calls).toHaveLength(2)
  clock.move(2_000)
  expect(await ended).toBe('terminal')
  model.assertDone()
  expect(await rowOf(run.id)).toEqual({ state: 'completed', output: 'Here it is.', error: null })
  expect((await failures(run.id)).at(-1)).toEqual({ attempt: 2, error: rejected, waitMs: 2_000 })
})

test('the last attempt that fails is the end, with its error', async () => {
  const last: ScriptedStep = { error: new AppError('model_without_credential'), failsAtStart: true }
  const { run, ended } = await begin(process(scriptedModel([broken, last]), retrying(1)))
  await clock.asleep(1_000)
  clock.move(1_000)
  expect(await ended).toBe('terminal')
  expect(await rowOf(run.id)).toMatchObject({ state: 'failed', error: { code: 'model_without_credential' } })
  expect(await failures(run.id)).toHaveLength(1)
})

test('no attempt is waited for that a limit of the run would end', async () => {
  const limits = { ...defaultLimits, seconds: 1 }
  const { run, ended } = await begin(process(scriptedModel([broken]), retrying(3, { limits })))
  expect(await ended).toBe('terminal')
  expect(await rowOf(run.id)).toMatchObject({ state: 'failed', error: rejected })
  expect(await failures(run.id)).toEqual([])
})

test('output that never has its form fails an attempt, and the next one is corrected anew', async () => {
  const wrong = { text: 'No JSON.' }
  const model = scriptedModel([wrong, wrong, wrong, wrong, { text: '{"a":1}' }])
  const output = { format: 'json' as const, schema: null }
  const { run, ended } = await begin(process(model, retrying(1, { output })))
  await clock.asleep(1_000)
  expect(model.calls).toHaveLength(3)
  clock.move(1_000)
  expect(await ended).toBe('terminal')
  model.assertDone()
  expect(await rowOf(run.id)).toMatchObject({ state: 'completed', output: '{"a":1}' })
  // The second attempt begins with the input alone.
  expect(model.calls[3]?.prompt.map(({ role }) => role)).toEqual(['system', 'user'])
})

test('who takes a run up in the middle of its wait waits for the rest of it', async () => {
  const first = process(scriptedModel([broken]), retrying(1))
  const { run, ended } = await begin(first)
  await clock.asleep(1_000)
  clock.move(400)
  await first.stopAll({ type: 'shutdown' })
  expect(await ended).toBe('shutdown')
  const model = scriptedModel([{ text: 'Here it is.' }])
  const resumed = takeUp(process(model, retrying(1)), run)
  await clock.asleep(600)
  expect(model.calls).toHaveLength(0)
  clock.move(600)
  expect(await resumed).toBe('terminal')
  expect(await rowOf(run.id)).toMatchObject({ state: 'completed', output: 'Here it is.' })
})

test('a run that is cancelled while it waits is cancelled at once', async () => {
  const worker = process(scriptedModel([broken]), retrying(1))
  const { run, ended } = await begin(worker)
  await clock.asleep(1_000)
  expect(await worker.deliver(run.id, { kind: 'cancel', reason: 'Enough.' }, newId())).toBe(true)
  expect(await ended).toBe('terminal')
  expect(await rowOf(run.id)).toMatchObject({ state: 'cancelled', error: null })
})
