import { afterAll, beforeEach, expect, test, vi } from 'vitest'
import { testDatabase } from '../../../test/support/database.ts'
import { createRun } from '../../../test/support/runs.ts'
import { recordingLog } from '../../../test/support/server.ts'
import { systemClock } from '../../lib/clock.ts'
import { newId } from '../../lib/ids.ts'
import { silentLog } from '../../lib/log.ts'
import type { Principal } from '../access/principal.ts'
import { Journal } from '../events/journal.ts'
import { Tail } from '../events/tail.ts'
import { createAnswerService } from './answer-service.ts'
import type { RunCommand, SegmentStart } from './dispatch.ts'
import { createRunStore } from './run-store.ts'
import type { WaitingFor } from './run.ts'
import { noUsage } from './usage.ts'

const database = await testDatabase()
const store = createRunStore(database)
const tail = new Tail({ database, log: silentLog })
const journal = new Journal({
  database,
  clock: systemClock,
  log: silentLog,
  origin: null,
  hooks: { published: (runId, events) => tail.published(runId, events), turnGiven: () => {} },
})
const { log, lines } = recordingLog()
const started: SegmentStart[] = []
const workspaceId = '00000000-0000-7000-8000-000000000001'
const principal: Principal = {
  organizationId: newId(),
  workspaceId,
  userId: newId(),
  keyId: newId(),
  role: 'owner',
  scopes: new Set(),
}
const answers = createAnswerService({
  store,
  journal,
  tail,
  dispatcher: {
    start: (segment) => void started.push(segment),
    enqueue: async () => {},
    deliver: async () => true,
  },
  executorId: () => newId(),
  notify: async () => {},
  getRun: async (_principal, id) => {
    const run = await store.find(workspaceId, id)
    if (!run) throw new Error('No such run.')
    return run
  },
  log,
})

afterAll(async () => {
  await journal[Symbol.asyncDispose]()
  await tail[Symbol.asyncDispose]()
  await database[Symbol.asyncDispose]()
})
beforeEach(() => {
  started.length = 0
  lines.length = 0
})

const asks: WaitingFor = { type: 'tool_outputs', calls: [{ callId: 'call_a', tool: 'ask', arguments: {} }] }

/** A run that parked on a client's call while `commands` were being written for it. */
async function parked(...commands: RunCommand[]): Promise<string> {
  const { handle } = createRun(journal)
  journal.patch(handle, { state: 'waiting', waitingFor: asks })
  await journal.committed(handle)
  await store.transaction(async (transaction) => {
    for (const command of commands)
      await store.addCommand(transaction, newId(), handle.runId, command.kind, command)
  })
  return handle.runId
}

const outputs = (callId: string): RunCommand => ({ kind: 'tool_outputs', outputs: [{ callId, output: 1 }] })
const typesOf = async (runId: string): Promise<string[]> =>
  (await store.events(runId)).map((event) => event.type)

test('a waiting run is taken up with the answer that was left for it, as a recovered one', async () => {
  const runId = await parked(outputs('call_a'))
  await answers.takeUp(runId)
  expect(started).toMatchObject([{ run: { id: runId }, recovered: true }])
  expect(await typesOf(runId)).toEqual(['message.created', 'tool.outputs_received', 'run.resumed'])
  expect(await store.commandsFor([runId])).toEqual([])
})

test('late outputs of a call that was not handed out are dropped with a line in the log, and the next answer counts', async () => {
  const runId = await parked(outputs('call_x'), outputs('call_a'))
  await answers.takeUp(runId)
  expect(started).toHaveLength(1)
  const received = (await store.events(runId)).filter((event) => event.type === 'tool.outputs_received')
  expect(received.map((event) => event.data)).toEqual([{ outputs: [{ callId: 'call_a', output: 1 }] }])
  expect(lines.filter((line) => line.includes('A late answer does not fit its run'))).toHaveLength(1)
})

test('a run whose late answers are all refused goes on waiting', async () => {
  const runId = await parked(outputs('call_x'))
  await answers.takeUp(runId)
  expect(started).toEqual([])
  expect(await store.find(workspaceId, runId)).toMatchObject({ state: 'waiting' })
  expect(await store.commandsFor([runId])).toEqual([])
})

test('of several that answer the same call the first is taken, and the others are told so before its segment runs', async () => {
  const runId = await parked()
  const answer = (output: number) =>
    answers.submitToolOutputs(principal, runId, [{ callId: 'call_a', output }])
  const settled = await Promise.allSettled([answer(1), answer(2), answer(3)])
  const refused = settled.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []))
  expect(refused).toMatchObject([{ code: 'not_waiting_for_that' }, { code: 'not_waiting_for_that' }])
  expect(started).toHaveLength(1)
  expect(await store.commandsFor([runId])).toEqual([])
})

test('a late cancel ends the run, and what was left behind it is forgotten', async () => {
  const runId = await parked({ kind: 'cancel', reason: 'No.' }, outputs('call_a'))
  await answers.takeUp(runId)
  expect(await store.find(workspaceId, runId)).toMatchObject({ state: 'cancelled' })
  expect(await store.commandsFor([runId])).toEqual([])
  expect(started).toEqual([])
})

test('a run that a segment has is left to it with its commands', async () => {
  const { handle } = createRun(journal)
  await journal.committed(handle)
  await store.transaction((transaction) =>
    store.addCommand(transaction, newId(), handle.runId, 'tool_outputs', outputs('call_a')),
  )
  await answers.takeUp(handle.runId)
  expect(started).toEqual([])
  expect(await store.commandsFor([handle.runId])).toHaveLength(1)
})

test('cancelling follows the run from where it is, and answers once it has ended', async () => {
  const { handle } = createRun(journal)
  for (const text of ['a', 'b', 'c']) journal.append(handle, 'message.delta', { step: 1, text })
  await journal.committed(handle)
  const follow = vi.spyOn(tail, 'follow')
  const cancelled = answers.cancel(principal, handle.runId, 'Stop.')
  await expect.poll(() => follow).toHaveBeenCalled()
  journal.append(handle, 'run.cancelled', { reason: 'Stop.', usage: noUsage() })
  journal.patch(handle, { state: 'cancelled' })
  expect(await cancelled).toMatchObject({ state: 'cancelled' })
  expect(follow.mock.calls).toMatchObject([[handle.runId, { after: 4 }]])
  follow.mockRestore()
})

test('cancelling answers after two seconds with the run as it is when nothing is heard of its end', async () => {
  const { handle } = createRun(journal)
  await journal.committed(handle)
  const began = performance.now()
  expect(await answers.cancel(principal, handle.runId, 'Stop.')).toMatchObject({ state: 'running' })
  expect(performance.now() - began).toBeGreaterThan(1900)
  // Generous: it would not answer at all without its limit, and a busy machine may answer late.
  expect(performance.now() - began).toBeLessThan(15_000)
})

test('a cancel that cannot be followed is recorded all the same', async () => {
  const { handle } = createRun(journal)
  await journal.committed(handle)
  const follow = vi.spyOn(tail, 'follow').mockImplementation(async function* () {
    yield []
    throw new Error('The database went away.')
  })
  expect(await answers.cancel(principal, handle.runId, 'Stop.')).toMatchObject({ state: 'running' })
  expect(await store.commandsFor([handle.runId])).toMatchObject([{ data: { kind: 'cancel' } }])
  follow.mockRestore()
})
