import { expect, test } from 'vitest'
import type { RunEvent } from '../api/wire.ts'
import { spansOf } from './spans.ts'

const start = Date.parse('2026-01-01T00:00:00.000Z')

/** An event `ms` after the beginning. */
const at = (ms: number, type: string, data: RunEvent['data'] = {}): Omit<RunEvent, 'seq'> => ({
  type,
  run_id: 'run_1',
  at: new Date(start + ms).toISOString(),
  data,
})

function drawn(...events: Omit<RunEvent, 'seq'>[]) {
  return spansOf(events.map((event, index) => ({ ...event, seq: index + 1 }))).map(
    ({ kind, label, start: from, end, failed }) =>
      [kind, label, from - start, end === null ? null : end - start, failed] as const,
  )
}

test('model calls, tools and waits are drawn from their beginning to their end', () => {
  expect(
    drawn(
      at(0, 'run.created'),
      at(200, 'run.started'),
      at(210, 'step.started', { step: 1, model: 'a/b', requested_model: 'a/b' }),
      at(400, 'step.completed', { step: 1 }),
      at(400, 'tool.called', { call_id: 'c1', tool: 'look' }),
      at(450, 'tool.called', { call_id: 'c2', tool: 'send' }),
      at(500, 'tool.completed', { call_id: 'c2', tool: 'send', status: 'error' }),
      at(600, 'tool.completed', { call_id: 'c1', tool: 'look', status: 'ok' }),
      at(600, 'run.waiting', { waiting_for: { type: 'approval', approvals: [] } }),
      at(900, 'run.resumed'),
    ),
  ).toEqual([
    ['queue', 'queued', 0, 200, false],
    ['model', 'a/b', 210, 400, false],
    ['tool', 'look', 400, 600, false],
    ['tool', 'send', 450, 500, true],
    ['wait', 'waits for approval', 600, 900, false],
  ])
})

test('what goes on has no end, and what a cancelled run leaves is cut off', () => {
  const step = at(10, 'step.started', { step: 1, model: 'a/b', requested_model: 'a/b' })
  const begun = [at(0, 'run.created'), at(1, 'run.started'), step]
  expect(drawn(...begun)).toEqual([['model', 'a/b', 10, null, false]])
  expect(drawn(...begun, at(50, 'run.cancelled'))).toEqual([['model', 'a/b', 10, 50, true]])
})

test('a step that was begun again is two stretches, and no time is drawn of a restart twice', () => {
  expect(
    drawn(
      at(0, 'step.started', { step: 1, model: 'a/b', requested_model: 'a/b' }),
      at(30, 'step.restarted', { step: 1, reason: 'recovered' }),
      at(90, 'step.completed', { step: 1 }),
    ),
  ).toEqual([
    ['model', 'a/b', 0, 30, true],
    ['model', 'again, after a restart', 30, 90, false],
  ])
})
