import { expect, test } from 'vitest'
import type { JsonObject } from '../../src/lib/json.ts'
import type { StreamedEvent } from '../support/parley-client.ts'
import { checkStream, checkText } from './checks.ts'

function event(seq: number, type: string, data: JsonObject = {}): StreamedEvent {
  return { id: seq, type, data: { seq, type, data }, at: 0 }
}

test('a stream that has every event once is right', () => {
  const stream = [event(1, 'run.created'), event(2, 'run.started'), event(3, 'run.completed')]
  expect(checkStream(stream)).toEqual([])
})

test('an event that comes again is found', () => {
  const stream = [
    event(1, 'run.created'),
    event(2, 'run.started'),
    event(2, 'run.started'),
    event(3, 'run.completed'),
  ]
  expect(checkStream(stream)).toEqual(['After event 2 came event 2.', 'The run starts more than once.'])
})

test('an event that is missing is found', () => {
  const stream = [event(1, 'run.created'), event(3, 'run.completed')]
  expect(checkStream(stream)).toEqual(['After event 1 came event 3.'])
})

test('an end that is not the last event is found', () => {
  const stream = [event(1, 'run.created'), event(2, 'run.completed'), event(3, 'message.delta')]
  expect(checkStream(stream)).toEqual(['The run does not end exactly once, with its last event.'])
})

test('text of a step that was restarted does not count', () => {
  const stream = [
    event(1, 'message.delta', { step: 1, text: 'Hal' }),
    event(2, 'step.restarted', { step: 1 }),
    event(3, 'message.delta', { step: 1, text: 'Hello' }),
    event(4, 'message.completed', { step: 1, text: 'Hello' }),
  ]
  expect(checkText(stream, 'Hello')).toEqual([])
})

test('text that was shown twice is found', () => {
  const stream = [
    event(1, 'message.delta', { step: 1, text: 'Hal' }),
    event(2, 'message.delta', { step: 1, text: 'Hello' }),
    event(3, 'message.completed', { step: 1, text: 'Hello' }),
  ]
  expect(checkText(stream, 'Hello')).toEqual(['Step 1 showed "HalHello", and said "Hello".'])
})
