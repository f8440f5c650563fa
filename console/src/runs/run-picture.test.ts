import { expect, test } from 'vitest'
import type { RunEvent } from '../api/wire.ts'
import { openQuestions, pictureOf } from './run-picture.ts'

/** Events in order, numbered from 1. */
function events(...facts: [type: string, data: RunEvent['data']][]): RunEvent[] {
  return facts.map(([type, data], index) => ({
    seq: index + 1,
    type,
    run_id: 'run_1',
    at: '2026-01-01T00:00:00.000Z',
    data,
  }))
}

const asked: [string, RunEvent['data']] = [
  'message.created',
  { role: 'user', content: [{ type: 'text', text: 'Hi' }] },
]
const said = (step: number, text: string, calls: RunEvent['data'][] = []): [string, RunEvent['data']] => [
  'message.completed',
  { step, role: 'assistant', text, reasoning: [], calls, finish_reason: 'stop' },
]

test('a restarted step drops what was written in it', () => {
  const begun = events(
    asked,
    ['run.started', { fence: 1 }],
    ['step.started', { step: 1, model: 'a/b', requested_model: 'a/b' }],
    ['message.delta', { step: 1, text: 'Hel' }],
    ['step.restarted', { step: 1, reason: 'recovered' }],
    ['message.delta', { step: 1, text: 'Good ' }],
    ['message.delta', { step: 1, text: 'day' }],
  )
  expect(pictureOf(begun).items[1]).toEqual({
    kind: 'said',
    step: 1,
    text: 'Good day',
    reasoning: '',
    writing: true,
    restarts: 1,
  })
})

test('a call grows from what the model asked to its receipt', () => {
  const call = { call_id: 'c1', tool: 'refund', arguments: { amount: 5 } }
  const { items } = pictureOf(
    events(
      asked,
      said(1, '', [call]),
      ['tool.called', { ...call, arguments_hash: 'h', effect_id: 'effect_1', effects: 'once' }],
      ['tool.completed', { call_id: 'c1', tool: 'refund', status: 'ok', output: { ok: true }, ms: 12 }],
    ),
  )
  expect(items[2]).toEqual({
    kind: 'call',
    id: 'c1',
    tool: 'refund',
    arguments: { amount: 5 },
    state: 'ok',
    effects: 'once',
    effectId: 'effect_1',
    output: { ok: true },
    ms: 12,
    questions: [],
  })
})

test('an attempt that failed is put aside with all that was said in it', () => {
  const { items } = pictureOf(
    events(
      asked,
      said(1, 'First'),
      ['attempt.failed', { attempt: 1, error: { code: 'internal', message: 'No.' }, wait_ms: 100 }],
      said(2, 'Second'),
    ),
  )
  expect(items.map(({ kind }) => kind)).toEqual(['input', 'attempt', 'said'])
  expect(items[1]).toMatchObject({ attempt: 1, message: 'No.', items: [{ text: 'First' }] })
})

test('a question is open until it is decided, or until its run has ended', () => {
  const question = (mode: string): [string, RunEvent['data']] => [
    'approval.requested',
    { approval_id: 'a1', call_id: 'c1', tool: 't', arguments: {}, kind: 'approval', mode },
  ]
  const decided: [string, RunEvent['data']] = [
    'approval.decided',
    { approval_id: 'a1', call_id: 'c1', decision: 'approve', reason: null, result: null, decided_by: 'u' },
  ]
  const cancelled: [string, RunEvent['data']] = [
    'run.cancelled',
    { reason: 'Enough.', usage: null, cost: null },
  ]
  const open = (...facts: Parameters<typeof events>) =>
    openQuestions(pictureOf(events(...facts))).map(({ id }) => id)
  expect(open(question('park'))).toEqual(['a1'])
  expect(open(question('park'), decided)).toEqual([])
  expect(open(question('park'), cancelled)).toEqual([])
  expect(open(question('defer'), cancelled)).toEqual(['a1'])
})
