import { expect, test } from 'vitest'
import { verifies } from '../../../test/support/verifies.ts'
import { AppError, refuseProblems, type ErrorCode } from '../../errors.ts'
import { errorSchema, printError, printStreamError } from './errors.ts'
import { talkifaiRequirements } from './requirements.ts'

function printed(error: AppError, path = '/talkifai/v1/agents') {
  const { status, body, headers } = printError(error, { requestId: 'r', path })
  return { status, headers, ...errorSchema.parse(JSON.parse(body)) }
}

verifies(talkifaiRequirements, ['talkifai.errors.statuses'], 'each failure has its status and code', () => {
  const expected: [ErrorCode, number, string][] = [
    ['invalid_request', 400, 'VALIDATION_ERROR'],
    ['invalid_key', 401, 'UNAUTHORIZED'],
    ['forbidden_role', 403, 'FORBIDDEN'],
    ['agent_not_found', 404, 'AGENT_NOT_FOUND'],
    ['run_not_found', 404, 'NOT_FOUND'],
    ['agent_disabled', 403, 'AGENT_INACTIVE'],
    ['tool_in_use', 409, 'CONFLICT'],
    ['body_too_large', 413, 'BODY_TOO_LARGE'],
    ['unsupported_media_type', 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['idempotency_mismatch', 422, 'CONFLICT'],
    ['internal', 500, 'INTERNAL_ERROR'],
    ['feature_unavailable', 501, 'NOT_IMPLEMENTED'],
    ['provider_unavailable', 502, 'UPSTREAM_ERROR'],
    ['database_unavailable', 503, 'UNAVAILABLE'],
  ]
  for (const [code, status, name] of expected)
    expect(printed(new AppError(code))).toMatchObject({ status, success: false, code: name })
  expect(printed(new AppError('daily_limit_reached'))).toMatchObject({
    status: 429,
    code: 'RATE_LIMITED',
    headers: { 'retry-after': '60' },
  })
})

verifies(
  talkifaiRequirements,
  ['talkifai.frame.rate_limits'],
  'a limit that is counted has all headers',
  () => {
    const facts = { limit: 50, resets_at: '2026-03-02T00:00:00.000Z', retry_after_seconds: 3600 }
    expect(printed(new AppError('daily_limit_reached', { facts })).headers).toEqual({
      'retry-after': '3600',
      'x-ratelimit-limit': '50',
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': '1772409600',
    })
  },
)

test('errors say organization where core says workspace', () => {
  expect(printed(new AppError('agent_not_found')).error).toBe('No agent with this id in this organization.')
})

test.each([
  ['/talkifai/v1/chat/sessions', 'conflict'],
  ['/v1/chat', 'conflict'],
  ['/telephony/outbound-call', 'conflict'],
])('%s answers in the form of chat', (path, code) => {
  const body = printed(new AppError('tool_in_use'), path)
  expect(body).toMatchObject({ code, detail: body.error })
})

test('a path that only begins like chat answers in the other form', () => {
  expect(printed(new AppError('tool_in_use'), '/v1/chatter')).not.toHaveProperty('detail')
})

test('the sentence lists ten wrong fields and counts the others', () => {
  const fields = Array.from({ length: 12 }, (_, index) => ({ field: `f${index}`, message: 'is required' }))
  try {
    refuseProblems(fields)
    expect.unreachable()
  } catch (error) {
    const { error: sentence, details } = printed(error as AppError) // what refuseProblems throws
    expect(sentence).toMatch(/^f0: is required; .*; f9: is required \(and 2 more\)$/)
    expect(details).toHaveLength(12)
  }
})

test('a stream ends with a sentence', () => {
  expect(printStreamError(new AppError('internal'))).toEqual({
    event: 'error',
    data: '{"error":"Something went wrong on our side."}',
  })
})
