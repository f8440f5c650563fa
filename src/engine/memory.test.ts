import * as fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { testDatabase } from '../../test/support/database.ts'
import { fuzzSeed } from '../../test/support/fuzz-seed.ts'
import { createRun } from '../../test/support/runs.ts'
import type { EventTypes, RunEventType } from '../core/events/event.ts'
import { eventsAfter } from '../core/events/event-store.ts'
import { Journal } from '../core/events/journal.ts'
import { noUsage } from '../core/runs/usage.ts'
import { silentLog } from '../lib/log.ts'
import { emptyMemory, fold, foldAll, hasOpenQuestion, type RunMemory } from './memory.ts'

const database = await testDatabase()

afterAll(async () => {
  await database[Symbol.asyncDispose]()
})

type AnyEvent = { [T in RunEventType]: { type: T; data: EventTypes[T] } }[RunEventType]

const at = (ms: number): string => new Date(ms).toISOString()
const usage = (tokens: number, cost: string | null) => ({
  ...noUsage(),
  totalTokens: tokens,
  modelCalls: 1,
  cost,
})

const text = fc.string({ unit: 'grapheme', maxLength: 12 }).map((value) => value.replaceAll('\0', ''))
const callId = fc.constantFrom('call_a', 'call_b', 'call_c')
const approvalId = fc.uuid()
const waiting = fc.constant<AnyEvent>({
  type: 'run.waiting',
  data: { waitingFor: { type: 'tool_outputs', calls: [] }, usage: noUsage() },
})

/** Histories need not make sense: the fold has to be the same whatever the events are. */
const anyEvent: fc.Arbitrary<AnyEvent> = fc.oneof(
  text.map((value): AnyEvent => ({
    type: 'message.created',
    data: { role: 'user', content: [{ type: 'text', text: value }] },
  })),
  fc.constant<AnyEvent>({ type: 'run.started', data: { fence: 1 } }),
  fc.constant<AnyEvent>({ type: 'run.resumed', data: { fence: 2, reason: 'recovered' } }),
  waiting,
  fc
    .nat(5)
    .map((step): AnyEvent => ({ type: 'step.started', data: { step, model: 'a/b', requestedModel: 'a/b' } })),
  fc
    .record({ step: fc.nat(5), text, ids: fc.uniqueArray(callId) })
    .map(({ step, text: said, ids }): AnyEvent => ({
      type: 'message.completed',
      data: {
        step,
        role: 'assistant',
        text: said,
        reasoning: [{ text: said }],
        calls: ids.map((id) => ({ callId: id, tool: 'act', arguments: { said } })),
        finishReason: 'stop',
      },
    })),
  fc
    .record({ tokens: fc.nat(1000), cost: fc.constantFrom('0.25', '0.000000001', null) })
    .map(({ tokens, cost }): AnyEvent => ({
      type: 'step.completed',
      data: { step: 1, model: 'a/b', usage: usage(tokens, cost), ms: 5 },
    })),
  text.map((message): AnyEvent => ({ type: 'output.rejected', data: { step: 1, message } })),
  fc
    .record({ iteration: fc.integer({ min: 1, max: 4 }), output: text })
    .map((data): AnyEvent => ({ type: 'iteration.completed', data: { ...data, times: 5 } })),
  fc.record({ attempt: fc.integer({ min: 1, max: 4 }), waitMs: fc.nat(30_000) }).map((data): AnyEvent => ({
    type: 'attempt.failed',
    data: { ...data, error: { code: 'internal', message: 'x' } },
  })),
  fc
    .record({ callId, effects: fc.constantFrom('none', 'once', 'client') })
    .map(({ callId: id, effects }): AnyEvent => ({
      type: 'tool.called',
      data: { callId: id, tool: 'act', arguments: {}, argumentsHash: 'h', effectId: `effect_${id}`, effects },
    })),
  fc
    .record({ callId, output: fc.jsonValue({ maxDepth: 2, stringUnit: 'grapheme' }) })
    .map(({ callId: id, output }): AnyEvent => ({
      type: 'tool.completed',
      // A value as it comes out of JSON: negative zero does not.
      data: {
        callId: id,
        tool: 'act',
        status: 'ok',
        output: JSON.parse(JSON.stringify(output).replaceAll('\\u0000', '')),
        ms: 1,
      },
    })),
  callId.map((id): AnyEvent => ({
    type: 'tool.outputs_received',
    data: { outputs: [{ callId: id, output: 1 }] },
  })),
  fc
    .record({
      approvalId,
      callId,
      kind: fc.constantFrom('approval', 'needs_decision'),
      mode: fc.constantFrom('park', 'defer'),
    })
    .map((question): AnyEvent => ({
      type: 'approval.requested',
      data: { ...question, tool: 'act', arguments: {} },
    })),
  fc
    .record({ approvalId, callId, decision: fc.constantFrom('approve', 'reject', 'again') })
    .map((answer): AnyEvent => ({
      type: 'approval.decided',
      data: { ...answer, reason: null, result: null, decidedBy: answer.approvalId },
    })),
)

test('the fold of the stored journal is the memory that wrote it', async () => {
  let now = 1_767_225_600_000
  const clock = { now: () => (now += 7), monotonic: () => now, sleep: async () => {} }
  const hooks = { published: () => {}, turnGiven: () => {} }
  await using journal = new Journal({ database, clock, log: silentLog, hooks, origin: null })
  await fc.assert(
    fc.asyncProperty(fc.array(anyEvent, { maxLength: 25 }), async (history) => {
      const { handle } = createRun(journal)
      await journal.committed(handle)
      const writer = foldAll(emptyMemory(), await eventsAfter(database.kysely, handle.runId, 0, 10))
      for (const { type, data } of history) fold(writer, type, data, journal.append(handle, type, data))
      await journal.committed(handle)
      const reader = foldAll(emptyMemory(), await eventsAfter(database.kysely, handle.runId, 0, 1000))
      expect(reader).toEqual(writer)
    }),
    { seed: fuzzSeed, numRuns: 60 },
  )
})

/** Folds events that follow each other by a second. */
function folded(...events: AnyEvent[]): RunMemory {
  const memory = emptyMemory()
  events.forEach(({ type, data }, index) => fold(memory, type, data, at(1000 * (index + 1))))
  return memory
}

const started: AnyEvent = { type: 'run.started', data: { fence: 1 } }
const resumed: AnyEvent = { type: 'run.resumed', data: { fence: 2, reason: 'answered' } }
const step: AnyEvent = { type: 'step.started', data: { step: 1, model: 'a/b', requestedModel: 'a/b' } }
const parked: AnyEvent = {
  type: 'run.waiting',
  data: { waitingFor: { type: 'tool_outputs', calls: [] }, usage: noUsage() },
}

test('time is counted while a run runs, and not while it waits', () => {
  const memory = folded(started, step, parked, resumed, step, parked)
  expect(memory.activeMs).toBe(4000)
  expect(memory.runningSince).toBeNull()
})

test('a segment whose process died counts up to its last event', () => {
  const memory = folded(started, step, step, { type: 'run.resumed', data: { fence: 3, reason: 'recovered' } })
  expect(memory.activeMs).toBe(2000)
  expect(memory.runningSince).toBe(4000)
})

const messageOf = (number: number, ...ids: string[]): AnyEvent => ({
  type: 'message.completed',
  data: {
    step: number,
    role: 'assistant',
    text: '',
    reasoning: [],
    calls: ids.map((id) => ({ callId: id, tool: 'act', arguments: {} })),
    finishReason: 'tool-calls',
  },
})
const message = (...ids: string[]): AnyEvent => messageOf(1, ...ids)
const asked = (kind: 'approval' | 'needs_decision', mode: 'park' | 'defer'): AnyEvent => ({
  type: 'approval.requested',
  data: { approvalId: 'a1', callId: 'call_a', tool: 'act', arguments: {}, kind, mode },
})
const decided = (decision: 'approve' | 'again'): AnyEvent => ({
  type: 'approval.decided',
  data: { approvalId: 'a1', callId: 'call_a', decision, reason: null, result: null, decidedBy: 'u1' },
})

test('a question is open until it is decided; a deferred one never holds the run', () => {
  expect(hasOpenQuestion(folded(message('call_a')))).toBe(false)
  expect(hasOpenQuestion(folded(message('call_a'), asked('approval', 'park')))).toBe(true)
  expect(hasOpenQuestion(folded(message('call_a'), asked('approval', 'park'), decided('approve')))).toBe(
    false,
  )
  expect(hasOpenQuestion(folded(message('call_a'), asked('approval', 'defer')))).toBe(false)
  expect(hasOpenQuestion(folded(message('call_a'), asked('needs_decision', 'park')))).toBe(true)
  expect(hasOpenQuestion(folded(message('call_a'), asked('needs_decision', 'park'), decided('again')))).toBe(
    false,
  )
})

test('a call that is made again has forgotten the question what became of it', () => {
  const called: AnyEvent = {
    type: 'tool.called',
    data: {
      callId: 'call_a',
      tool: 'act',
      arguments: {},
      argumentsHash: 'h',
      effectId: 'e',
      effects: 'once',
    },
  }
  const memory = folded(message('call_a'), called, asked('needs_decision', 'park'), decided('again'), called)
  expect(memory.calls.get('call_a')?.lost).toBeNull()
})

const user: AnyEvent = {
  type: 'message.created',
  data: { role: 'user', content: [{ type: 'text', text: 'Go.' }] },
}
const said = (text: string): AnyEvent => ({
  type: 'message.completed',
  data: { step: 1, role: 'assistant', text, reasoning: [], calls: [], finishReason: 'stop' },
})
const failed: AnyEvent = {
  type: 'attempt.failed',
  data: { attempt: 1, error: { code: 'internal', message: 'Broken.' }, waitMs: 1_000 },
}
const round = (iteration: number): AnyEvent => ({
  type: 'iteration.completed',
  data: { iteration, times: 3, output: 'Draft.' },
})

test('an attempt that failed leaves the input, its usage and its calls, and nothing that was said', () => {
  const used: AnyEvent = {
    type: 'step.completed',
    data: { step: 1, model: 'a/b', usage: usage(7, '0.5'), ms: 1 },
  }
  const again: AnyEvent = {
    type: 'step.started',
    data: { step: 2, model: 'a/b', requestedModel: 'a/b' },
  }
  const memory = folded(user, started, step, message('call_a'), used, round(1), again, failed)
  expect(memory).toMatchObject({
    turns: [{ type: 'user', content: [{ type: 'text', text: 'Go.' }] }],
    attempt: 2,
    retryAt: 9_000,
    iterations: 0,
    step: 2,
    earlierSteps: 2,
    stepOpen: false,
    toolCalls: 0,
    corrections: 0,
    usage: { totalTokens: 7, cost: '0.5' },
  })
  // Nobody waits for it any more, and no other call may have its id.
  expect(memory.calls.get('call_a')?.result).toEqual({ status: 'error', output: 'This attempt failed.' })
  fold(memory, 'step.started', { step: 3, model: 'a/b', requestedModel: 'a/b' }, at(10_000))
  expect(memory.retryAt).toBeNull()
})

test('a call that was decided on before the run began belongs to every attempt, with its receipt', () => {
  const decidedCall = messageOf(0, 'call_a')
  const receipt: AnyEvent = {
    type: 'tool.completed',
    data: { callId: 'call_a', tool: 'act', status: 'ok', output: 1, ms: 1 },
  }
  const memory = folded(user, decidedCall, receipt, step, said('Hm.'), failed)
  expect(memory.turns.map(({ type }) => type)).toEqual(['user', 'assistant'])
  expect(memory.calls.get('call_a')?.result).toEqual({ status: 'ok', output: 1 })
})

test('the model is told which round it is, and that its corrections begin anew', () => {
  const wrong: AnyEvent = { type: 'output.rejected', data: { step: 1, message: 'x' } }
  const memory = folded(user, said('x'), wrong, said('Draft.'), round(1), said('Better.'), round(2))
  expect(memory.corrections).toBe(0)
  expect(memory.iterations).toBe(2)
  expect(memory.turns.flatMap((turn) => (turn.type === 'correction' ? [turn.message] : [])).slice(1)).toEqual(
    [
      'This is round 2 of 3. Your previous answer is the result so far: check it against what was asked for, improve it ' +
        'or go on with it, and answer with the whole new result.',
      'This is round 3 of 3, the last one. Your previous answer is the result so far: check it against what was asked ' +
        'for, improve it or go on with it, and answer with the whole new result.',
    ],
  )
})
