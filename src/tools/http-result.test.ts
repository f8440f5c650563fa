import { expect, test } from 'vitest'
import type { JsonValue } from '../lib/json.ts'
import { toolResult } from './http-result.ts'

const texts = { replyText: 'first_of_result_data_message' } as const

test.each<[string, JsonValue, string]>([
  ['result before everything else', { message: 'm', data: 'd', result: 'r' }, 'r'],
  ['data before message, written as JSON', { message: 'm', data: { a: [1, null] } }, '{"a":[1,null]}'],
  ['message where nothing else is', { message: 'm', other: 1 }, 'm'],
  ['what is null is not there', { result: null, data: null, message: 'm' }, 'm'],
  ['what is empty or false is there', { result: '', data: 'd' }, ''],
  ['false as text', { result: false, data: 'd' }, 'false'],
  ['zero as text', { result: 0 }, '0'],
  ['all of an object that has none of them', { state: 'shipped' }, '{"state":"shipped"}'],
  ['all of a list', [{ result: 1 }], '[{"result":1}]'],
  ['text as it is', 'plain', 'plain'],
  ['nothing as no text', null, ''],
])('an answer as one text: %s', (_, value, output) => {
  expect(toolResult(texts, { status: 200, value })).toEqual({ status: 'ok', output })
})

test('a failure as one text is the status, without what came with it', () => {
  expect(toolResult(texts, { status: 503, value: { result: 'r' } })).toEqual({
    status: 'error',
    message: 'Error: 503',
  })
})

test('no answer as one text says timeout, or why there is none', () => {
  const timedOut = { problem: 'It did not answer within 30 s.', timedOut: true }
  expect(toolResult(texts, timedOut)).toEqual({ status: 'error', message: 'Error: timeout' })
  expect(toolResult(texts, { problem: 'It is gone.' })).toEqual({
    status: 'error',
    message: 'Error: It is gone.',
  })
})

test('a whole answer is given as it is, a failure with what came with it', () => {
  expect(toolResult({}, { status: 201, value: { result: 'r' } })).toEqual({
    status: 'ok',
    output: { result: 'r' },
  })
  expect(toolResult({ replyText: 'whole' }, { status: 404, value: 'none' })).toEqual({
    status: 'error',
    message: 'It answered 404 Not Found.',
    output: { status: 404, body: 'none' },
  })
  expect(toolResult({}, { problem: 'It is gone.', timedOut: true })).toEqual({
    status: 'error',
    message: 'It is gone.',
  })
})
