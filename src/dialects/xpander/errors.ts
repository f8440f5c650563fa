import { z } from 'zod'
import { AppError, errors, type ErrorCode } from '../../errors.ts'
import type { ErrorContext, PrintedError } from '../../http/api-dialect.ts'
import type { SseMessage } from '../../http/endpoint.ts'
import { statusOf } from '../../http/status.ts'
import { inVendorWords, problemsAsSentence } from '../vendor-words.ts'
import { validationDetail, validationDetailSchema } from './validation-detail.ts'

/** Every error: a sentence, or what is wrong with each field. */
export const errorSchema = z
  .strictObject({
    detail: z.union([z.string(), z.array(validationDetailSchema)]),
    message: z.string().describe('The same as a sentence, for clients that read no `detail`.'),
  })
  .meta({ id: 'Error' })

export type XpanderError = z.infer<typeof errorSchema>

/** Where this vendor has another status than the category of the error. */
const ownStatuses: Partial<Record<ErrorCode, number>> = {
  unknown_field: 422,
  invalid_json: 422,
  nul_character: 422,
  agent_disabled: 400,
  agent_has_no_version: 400,
  agent_name_taken: 400,
}

/** The vendor's own sentences. */
const sentences: Partial<Record<ErrorCode, string>> = {
  missing_key: 'API key not specified',
  invalid_key: 'Invalid API key',
  agent_not_found: 'Agent not found',
  version_not_found: 'Agent version not found',
  run_not_found: 'Task not found',
  thread_not_found: 'Task not found',
  tool_not_found: 'Tool not found',
  agent_disabled: 'Agent is inactive',
  agent_name_taken: 'Agent name already exists',
  daily_limit_reached: 'Daily run limit reached',
  nothing_to_publish: 'Agent has no pending changes',
}

const vendorWords = [
  [/\bworkspace\b/, 'organization'],
  [/\bThis run\b/, 'This task'],
  [/\bthread\b/, 'task'],
] as const

/** How long a client shall wait after a refusal that passes by itself, seconds. */
const retryAfterSeconds = 60

/** A request that is wrong as a whole: 422 with a sentence instead of a list. */
export function wrongAsAWhole(sentence: string): AppError {
  return new AppError('invalid_request', { detail: sentence, facts: { whole: true } })
}

function isWebhook(path: string): boolean {
  return /^(?:\/xpander)?\/webhook(?:\/|$)/.test(path)
}

/** The HTTP status that this API answers an error with. `path` is that of the request. */
export function statusOfError(error: AppError, path: string): number {
  if (error.code === 'invalid_key' && isWebhook(path)) return 403
  const own = ownStatuses[error.code]
  if (own !== undefined) return own
  const listed = error.category === 'invalid' && (error.fields.length > 0 || error.facts['whole'] === true)
  return listed ? 422 : statusOf(error.category)
}

function sentence(error: AppError): string {
  const { fields, code, message } = error
  if (fields.length > 1) return problemsAsSentence(fields)
  const own = message === errors[code].message ? sentences[code] : undefined
  return own ?? inVendorWords(error, vendorWords)
}

/** The body of an error. */
export function errorBody(error: AppError, context: Omit<ErrorContext, 'requestId'>): XpanderError {
  const message = sentence(error)
  const status = context.status ?? statusOfError(error, context.path)
  if (status !== 422) return { detail: message, message }
  const detail = validationDetail(error, context)
  return { detail: detail.length === 0 ? message : detail, message }
}

export function printError(error: AppError, context: ErrorContext): PrintedError {
  const status = context.status ?? statusOfError(error, context.path)
  const retryAfter = status === 429 && { headers: { 'retry-after': String(retryAfterSeconds) } }
  const body = JSON.stringify(errorBody(error, context))
  return { status, contentType: 'application/json', body, ...retryAfter }
}

/** A stream of this API has no event for errors: what failed is told as a task that did. This is for what comes before. */
export function printStreamError(error: AppError, context: ErrorContext): SseMessage {
  return { data: JSON.stringify(errorBody(error, context)) }
}
