import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { AppError, ErrorCode, FieldError } from '../../errors.ts'
import type { ErrorContext, PrintedError } from '../../http/api-dialect.ts'
import type { SseMessage } from '../../http/endpoint.ts'
import { statusOf } from '../../http/status.ts'
import { inVendorWords } from '../vendor-words.ts'
import { wireField } from './field-names.ts'

/** Every error of this dialect. Official clients show `detail` and then each of the `suberrors` on a line of its own. */
export const makeErrorSchema = z
  .strictObject({
    detail: z.string().describe('What is wrong with this request.'),
    message: z.string().describe('What the code means.'),
    code: z.string().describe('SC and the HTTP status.'),
    suberrors: z
      .array(z.strictObject({ message: z.string(), name: z.string() }))
      .optional()
      .describe('Each parameter that is wrong: its path and what would be right.'),
  })
  .meta({ id: 'Error' })

export type MakeError = z.infer<typeof makeErrorSchema>

/** Where this vendor uses another status than the category of the error has. */
const statuses: Partial<Record<ErrorCode, number>> = {
  output_invalid: 422,
  step_limit_reached: 422,
  tool_call_limit_reached: 422,
  token_limit_reached: 422,
  time_limit_reached: 504,
  model_timed_out: 504,
}

const messages: Record<number, string> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Permission denied',
  404: 'Not found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  413: 'File is too big',
  415: 'Unsupported Media Type',
  422: 'Unprocessable Entity',
  429: 'Requests per minute limit exceeded',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
}

/** How long a client shall wait after a refusal that passes by itself, seconds. */
const retryAfterSeconds = 60

/** The HTTP status that this dialect answers an error with. */
export function makeStatus({ code, category }: Pick<AppError, 'code' | 'category'>): number {
  return statuses[code] ?? statusOf(category)
}

/** The body of an error; `path` is that of the request, without the query. */
export function makeErrorBody(error: AppError, context: { path: string; status?: number }): MakeError {
  const status = context.status ?? makeStatus(error)
  const message = messages[status] ?? 'Error'
  const code = `SC${status}`
  // The one error whose body the vendor has published: it says the same whatever is missing.
  if (status === 403) return { detail: 'Access denied.', message, code, ...whyForbidden(error) }
  if (error.fields.length === 0) return { detail: inVendorWords(error, vendorWords), message, code }
  const detail = status === 400 ? `Validation failed for ${error.fields.length} parameter(s).` : error.message
  return { detail, message, code, suberrors: error.fields.map((field) => suberror(field, context.path)) }
}

/** A foreign team is refused in the vendor's own words alone; a key that lacks something is told what. */
function whyForbidden(error: AppError): Pick<MakeError, 'suberrors'> {
  if (error.code === 'workspace_forbidden') return {}
  return { suberrors: [{ message: inVendorWords(error, vendorWords), name: error.code }] }
}

const vendorWords = [
  [/\bworkspace\b/, 'team'],
  [/\btool with\b/, 'scenario with'],
  [/\bdocument(s?)\b/, 'context$1'],
] as const

/** Core counts the limit of a step in seconds; here a number above 3,600 means milliseconds. */
const ownMessages: Readonly<Record<string, string>> = {
  'limits.step_seconds': 'must be 1 to 3600 seconds, or up to 86400000 milliseconds',
}

function suberror({ field, message }: FieldError, path: string): { message: string; name: string } {
  const name = wireField(field, path)
  const said = ownMessages[field] ?? (message === 'is required' ? 'Required' : message)
  return { message: `${name} ${said}`, name }
}

export function printError(error: AppError, context: ErrorContext): PrintedError {
  const status = context.status ?? makeStatus(error)
  const body = JSON.stringify(makeErrorBody(error, context))
  const retryAfter = status === 429 && { headers: { 'retry-after': String(retryAfterSeconds) } }
  return { status, contentType: 'application/json', body, ...retryAfter }
}

/** An event named `error`, after which the stream ends. */
export function printStreamError(error: AppError, context: ErrorContext): SseMessage {
  return { event: 'error', id: randomUUID(), data: JSON.stringify(makeErrorBody(error, context)) }
}
