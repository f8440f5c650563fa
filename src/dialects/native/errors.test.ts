import { expect, test } from 'vitest'
import { AppError } from '../../errors.ts'
import { printError, printStreamError } from './errors.ts'

const context = { requestId: 'r1', path: '/v1/keys' }

test('prints problem details with code, fields and facts', () => {
  const error = new AppError('invalid_request', {
    detail: 'name: is required',
    fields: [{ field: 'name', message: 'is required' }],
    facts: { limit: 3 },
  })
  const printed = printError(error, context)
  expect(printed.contentType).toBe('application/problem+json')
  expect(JSON.parse(printed.body)).toEqual({
    type: 'urn:parley:error:invalid_request',
    title: 'The request is not valid.',
    status: 400,
    detail: 'name: is required',
    instance: '/v1/keys',
    code: 'invalid_request',
    request_id: 'r1',
    retryable: false,
    errors: [{ field: 'name', message: 'is required' }],
    facts: { limit: 3 },
  })
})

test('never prints a cause', () => {
  const error = new AppError('internal', { cause: new Error('the password is hunter2') })
  const printed = printError(error, context)
  expect(printed.status).toBe(500)
  expect(printed.body).not.toContain('hunter2')
})

test('ends a stream with an event named error', () => {
  const message = printStreamError(new AppError('shutting_down'), context)
  expect(message.event).toBe('error')
  expect(JSON.parse(message.data)).toMatchObject({ code: 'shutting_down', status: 503, retryable: true })
})
