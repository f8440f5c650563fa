import { z } from 'zod'
import type { AppError, ErrorCode } from '../../errors.ts'
import type { ErrorContext, PrintedError } from '../../http/api-dialect.ts'
import type { SseMessage } from '../../http/endpoint.ts'
import { statusOf } from '../../http/status.ts'
import { inVendorWords, problemsAsSentence } from '../vendor-words.ts'
import { chatProblems } from './chat-problems.ts'

const details = z
  .array(z.strictObject({ field: z.string(), message: z.string() }))
  .optional()
  .describe('Each field that is wrong, as the client wrote it.')

/** Every error: chat and telephony add `detail`, where the vendor's other APIs have `error` alone. */
export const errorSchema = z
  .strictObject({
    success: z.literal(false),
    error: z.string().describe('What is wrong; begins with the field it is about, where there is one.'),
    code: z.string().describe('What kind of failure it is, for programs.'),
    details,
    detail: z.string().optional().describe('The same as `error`, for clients of chat and telephony.'),
  })
  .meta({ id: 'Error' })

export type TalkifaiError = z.infer<typeof errorSchema>

const codesByStatus: Readonly<Record<number, string>> = {
  400: 'VALIDATION_ERROR',
  401: 'UNAUTHORIZED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  405: 'METHOD_NOT_ALLOWED',
  409: 'CONFLICT',
  413: 'BODY_TOO_LARGE',
  415: 'UNSUPPORTED_MEDIA_TYPE',
  422: 'CONFLICT',
  429: 'RATE_LIMITED',
  500: 'INTERNAL_ERROR',
  501: 'NOT_IMPLEMENTED',
  502: 'UPSTREAM_ERROR',
  503: 'UNAVAILABLE',
}

/** Errors whose code says more than their status. */
const ownCodes: Partial<Record<ErrorCode, string>> = {
  agent_not_found: 'AGENT_NOT_FOUND',
  agent_disabled: 'AGENT_INACTIVE',
}

/** How long a client shall wait after a refusal that passes by itself at a time that nobody knows, seconds. */
const retryAfterSeconds = 60

const vendorWords = [
  [/\bworkspace\b/, 'organization'],
  [/\bThis agent is disabled; enable it before running it\./, 'This agent is not active; activate it first.'],
] as const

function sentence(error: AppError): string {
  const { fields } = error
  return fields.length > 1 ? problemsAsSentence(fields) : inVendorWords(error, vendorWords)
}

/** Whether a path, mount included or not, belongs to the APIs whose clients read `detail`. */
function readsDetail(path: string): boolean {
  return /^(?:\/talkifai)?\/(?:v1\/chat|telephony)(?:\/|$)/.test(path)
}

/** The body of an error as the chat and telephony APIs have it. */
export function chatError(error: AppError, status: number): TalkifaiError {
  const problem = chatProblems[error.code]
  const text = problem?.text ?? sentence(error)
  const code = problem?.code ?? codeOf(error, status).toLowerCase()
  return { detail: text, code, success: false, error: text, ...detailsOf(error) }
}

function restError(error: AppError, status: number): TalkifaiError {
  return { success: false, error: sentence(error), code: codeOf(error, status), ...detailsOf(error) }
}

function codeOf({ code }: AppError, status: number): string {
  return ownCodes[code] ?? codesByStatus[status] ?? 'INTERNAL_ERROR'
}

function detailsOf({ fields }: AppError): Pick<TalkifaiError, 'details'> {
  return fields.length === 0 ? {} : { details: fields.map(({ field, message }) => ({ field, message })) }
}

export function printError(error: AppError, context: ErrorContext): PrintedError {
  const chat = readsDetail(context.path)
  const status = context.status ?? chatProblems[error.code]?.status ?? statusOf(error.category)
  const body = JSON.stringify(chat ? chatError(error, status) : restError(error, status))
  return { status, contentType: 'application/json', body, ...(status === 429 && { headers: limitOf(error) }) }
}

/** What a refusal says of the limit: when to try again and, of one that is counted, what it is and when it begins anew. */
function limitOf({ facts }: AppError): Record<string, string> {
  const { limit, resets_at: resetsAt, retry_after_seconds: seconds = retryAfterSeconds } = facts
  const retryAfter = { 'retry-after': String(seconds) }
  if (typeof limit !== 'number' || typeof resetsAt !== 'string') return retryAfter
  return {
    ...retryAfter,
    'x-ratelimit-limit': String(limit),
    'x-ratelimit-remaining': '0',
    'x-ratelimit-reset': String(Date.parse(resetsAt) / 1000),
  }
}

/** The last event of a stream that failed. */
export function printStreamError(error: AppError): SseMessage {
  return { event: 'error', data: JSON.stringify({ error: sentence(error) }) }
}
