import { expect, test } from 'vitest'
import { verifies } from '../../../test/support/verifies.ts'
import { AppError, type ErrorCode } from '../../errors.ts'
import { makeErrorSchema, printError, printStreamError } from './errors.ts'
import { makeRequirements } from './requirements.ts'

const context = { requestId: 'r', path: '/api/v2/ai-agents/v1/agents' }

function printed(code: ErrorCode) {
  const { status, body, contentType, headers } = printError(new AppError(code), context)
  expect(contentType).toBe('application/json')
  return { status, headers, ...makeErrorSchema.parse(JSON.parse(body)) }
}

verifies(makeRequirements, ['make.errors.statuses'], 'each failure has its status', () => {
  const expected: [ErrorCode, number, string][] = [
    ['thread_busy', 409, 'Conflict'],
    ['body_too_large', 413, 'File is too big'],
    ['unsupported_media_type', 415, 'Unsupported Media Type'],
    ['output_invalid', 422, 'Unprocessable Entity'],
    ['step_limit_reached', 422, 'Unprocessable Entity'],
    ['tool_call_limit_reached', 422, 'Unprocessable Entity'],
    ['token_limit_reached', 422, 'Unprocessable Entity'],
    ['internal', 500, 'Internal Server Error'],
    ['feature_unavailable', 501, 'Not Implemented'],
    ['provider_unavailable', 502, 'Bad Gateway'],
    ['database_unavailable', 503, 'Service Unavailable'],
    ['model_timed_out', 504, 'Gateway Timeout'],
    ['time_limit_reached', 504, 'Gateway Timeout'],
  ]
  for (const [code, status, message] of expected)
    expect(printed(code)).toMatchObject({ status, message, code: `SC${status}` })
})

verifies(makeRequirements, ['make.errors.retry_after'], 'a limited client is told how long to wait', () => {
  expect(printed('daily_limit_reached')).toMatchObject({
    status: 429,
    code: 'SC429',
    headers: { 'retry-after': '60' },
  })
  expect(printed('internal').headers).toBeUndefined()
})

test("what core calls by its own names is called by the vendor's", () => {
  const details: [ErrorCode, string][] = [
    ['agent_not_found', 'No agent with this id in this team.'],
    ['tool_not_found', 'No scenario with this id in this team.'],
    ['document_not_found', 'No context with this id in this team.'],
    ['document_limit_reached', 'This agent has as many contexts as it may.'],
    ['tool_call_limit_reached', 'The run reached its limit of tool calls.'],
  ]
  for (const [code, detail] of details) expect(printed(code)).toMatchObject({ detail })
  const own = new AppError('invalid_request', { detail: 'The workspace of "No tool" is closed.' })
  expect(JSON.parse(printError(own, context).body).detail).toBe('The workspace of "No tool" is closed.')
})

test('a run names its settings under config', () => {
  const fields = [
    ['model.name', 'config.llmConfig.llmModel'],
    ['instructions', 'config.systemPrompt'],
    ['output.schema', 'config.outputParser.schema'],
    ['tools[2].tool_id', 'config.scenarios[2].makeScenarioId'],
    ['messages[0].role', 'messages[0].role'],
  ]
  for (const path of ['/api/v2/ai-agents/v1/agents/x/run', '/make/api/v2/ai-agents/v1/agents/x/run/stream']) {
    const error = new AppError('invalid_request', {
      fields: fields.map(([field = '']) => ({ field, message: 'is required' })),
    })
    const { suberrors } = JSON.parse(printError(error, { ...context, path }).body)
    expect(suberrors).toEqual(fields.map(([, name]) => ({ message: `${name} Required`, name })))
  }
})

test('the last event of a stream that failed is the error itself', () => {
  const { event, id, data } = printStreamError(new AppError('provider_unavailable'), context)
  expect(event).toBe('error')
  expect(id).toMatch(/^[0-9a-f-]{36}$/)
  expect(JSON.parse(data)).toEqual({
    detail: 'The model provider did not answer.',
    message: 'Bad Gateway',
    code: 'SC502',
  })
})
