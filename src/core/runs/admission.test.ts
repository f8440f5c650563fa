import { afterAll, beforeEach, expect, test } from 'vitest'
import { testWorkspace } from '../../../test/support/agent-services.ts'
import { testDatabase } from '../../../test/support/database.ts'
import { manualClock, type ManualClock } from '../../../test/support/manual-clock.ts'
import { createRun } from '../../../test/support/runs.ts'
import { AppError } from '../../errors.ts'
import { systemClock } from '../../lib/clock.ts'
import { newId } from '../../lib/ids.ts'
import { silentLog } from '../../lib/log.ts'
import type { AgentDefinition } from '../agents/agent.ts'
import { emptyDefinition } from '../agents/definition.ts'
import { Journal } from '../events/journal.ts'
import { createAdmission, elseUndone } from './admission.ts'
import { createRunKeyStore } from './run-key-store.ts'
import type { RunRequest } from './run-request.ts'

const database = await testDatabase()
const hooks = { published: () => {}, turnGiven: () => {} }
const journal = new Journal({ database, clock: systemClock, log: silentLog, hooks, origin: null })
const principal = await (await testWorkspace(database)).person('member')
const notice = { url: 'https://a.example/', headers: {}, subject: null, body: null, dialect: 'native' }
let clock: ManualClock
let told: string[]
let dayHasRoom: boolean
let admission: ReturnType<typeof createAdmission>

beforeEach(() => {
  clock = manualClock()
  told = []
  dayHasRoom = true
  admission = createAdmission({
    keys: createRunKeyStore(database.kysely),
    runs: { countDay: async () => dayHasRoom },
    notices: {
      announce: async (_principal, runId) => void told.push(`announced ${runId}`),
      retract: async (_principal, runId) => void told.push(`retracted ${runId}`),
    },
    clock,
  })
})
afterAll(async () => {
  await journal[Symbol.asyncDispose]()
  await database[Symbol.asyncDispose]()
})

const request = (agentId: string, id = newId()): RunRequest => ({
  id,
  agentId,
  input: [{ type: 'text', text: 'Hi.' }],
  thread: null,
  version: null,
  tools: [],
  metadata: {},
  dialect: 'native',
  source: 'api',
  answering: { approvals: 'park', clientTools: 'available' },
  parentRunId: null,
  background: false,
  delaySeconds: 0,
})

function definition(more: Partial<AgentDefinition> = {}): AgentDefinition {
  const empty = emptyDefinition('A')
  const deduplicate = { selectors: ['text'], minutes: 5 }
  return { ...empty, strategies: { ...empty.strategies, deduplicate }, ...more }
}

test('a repeated request waits until the run that stands for it can be read', async () => {
  const agentId = newId()
  const first = request(agentId)
  await admission.refuseRepeated(first, definition(), new AsyncDisposableStack())
  const refused = admission.refuseRepeated(request(agentId), definition(), new AsyncDisposableStack())
  const outcome = refused.catch((error: unknown) => error)
  await clock.asleep(50)
  const { handle } = createRun(journal, {}, first.id)
  await journal.committed(handle)
  clock.move(50)
  expect(await outcome).toMatchObject({ code: 'duplicate_run', facts: { run_id: first.id } })
})

test('it waits no longer than two seconds', async () => {
  const agentId = newId()
  const first = request(agentId)
  await admission.refuseRepeated(first, definition(), new AsyncDisposableStack())
  const refused = admission.refuseRepeated(request(agentId), definition(), new AsyncDisposableStack())
  const outcome = refused.catch((error: unknown) => error)
  await clock.asleep(50)
  clock.move(2_000)
  expect(await outcome).toMatchObject({
    code: 'duplicate_run',
    message: expect.stringContaining('is not there yet; ask again in a minute'),
    facts: { run_id: first.id },
  })
})

test('it takes the place of a run that is refused meanwhile', async () => {
  const agentId = newId()
  const undo = new AsyncDisposableStack()
  await admission.refuseRepeated(request(agentId), definition(), undo)
  const second = admission.refuseRepeated(request(agentId), definition(), new AsyncDisposableStack())
  await clock.asleep(50)
  await undo.disposeAsync()
  clock.move(50)
  await expect(second).resolves.toBeUndefined()
})

test('whoever is told of a run that could not be stored is not, and the error stays what it was', async () => {
  const run = request(newId())
  const undo = new AsyncDisposableStack()
  await admission.admit(principal, run, definition({ notices: { onSuccess: [notice], onError: [] } }), undo)
  expect(told).toEqual([`announced ${run.id}`])
  const failed = elseUndone(Promise.reject(new AppError('database_unavailable')), undo)
  await expect(failed).rejects.toMatchObject({ code: 'database_unavailable' })
  expect(told).toEqual([`announced ${run.id}`, `retracted ${run.id}`])
})

test('a stored run keeps what was written for it', async () => {
  const run = request(newId())
  const undo = new AsyncDisposableStack()
  await admission.admit(principal, run, definition({ notices: { onSuccess: [], onError: [notice] } }), undo)
  await elseUndone(Promise.resolve(), undo)
  expect(told).toEqual([`announced ${run.id}`])
})

test('a run that the day refuses tells nobody', async () => {
  const empty = emptyDefinition('A')
  const limited = definition({
    limits: { ...empty.limits, runsPerDay: 1 },
    notices: { onSuccess: [notice], onError: [] },
  })
  dayHasRoom = false
  clock.move(1_000)
  const refused = admission.admit(principal, request(newId()), limited, new AsyncDisposableStack())
  await expect(refused).rejects.toMatchObject({
    code: 'daily_limit_reached',
    facts: { limit: 1, resets_at: '2026-01-02T00:00:00.000Z', retry_after_seconds: 86_399 },
  })
  expect(told).toEqual([])
})
