import { expect, test } from 'vitest'
import { createChatView } from './chat-view.ts'
import { createPaint } from './paint.ts'
import type { WireEvent } from './wire.ts'

function shown(...events: Pick<WireEvent, 'type' | 'data'>[]): string {
  const view = createChatView(createPaint(false))
  const full = events.map((event, index) => ({ seq: index + 1, run_id: 'run_1', at: '', ...event }))
  return full.map((event) => view.show(event as WireEvent)).join('') // each pairs a type with its own data
}

test('what a failed attempt said is followed by the remark that it failed and when the next one begins', () => {
  const error = { code: 'provider_unavailable', message: 'The model provider did not answer.' }
  expect(
    shown(
      { type: 'message.delta', data: { step: 1, text: 'Half an ans' } },
      { type: 'attempt.failed', data: { attempt: 1, error, wait_ms: 2000 } },
      { type: 'run.completed', data: { output: 'Whole.' } },
    ),
  ).toBe('Half an ans\n(attempt 1 failed: The model provider did not answer.; trying again in 2 s)\nWhole.\n')
})

test('between two rounds of an answer stands which round is done', () => {
  expect(
    shown(
      { type: 'message.delta', data: { step: 1, text: 'First.' } },
      { type: 'iteration.completed', data: { iteration: 1, times: 3 } },
      { type: 'message.delta', data: { step: 2, text: 'Second.' } },
      { type: 'run.completed', data: { output: 'Second.' } },
    ),
  ).toBe('First.\n(round 1 of 3 is done; working on it further)\nSecond.\n')
})
