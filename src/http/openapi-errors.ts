import { AppError, errors, type ErrorCode } from '../errors.ts'
import type { JsonObject } from '../lib/json.ts'
import type { ApiDialect, PrintedError } from './api-dialect.ts'
import { honoursIdempotencyKey, type Endpoint } from './endpoint.ts'

const commonErrors: ErrorCode[] = ['internal', 'database_unavailable', 'shutting_down']
const guardedErrors: ErrorCode[] = ['missing_key', 'invalid_key']
const bodyErrors: ErrorCode[] = [
  'invalid_json',
  'unknown_field',
  'invalid_request',
  'nul_character',
  'body_too_large',
  'unsupported_media_type',
]
const idempotencyErrors: ErrorCode[] = ['idempotency_mismatch', 'idempotency_in_progress']

/** What can be wrong with what a client sends, where it is read at all. */
function inputErrors(endpoint: Endpoint): ErrorCode[] {
  const { scope, query, body } = endpoint
  const parameters: ErrorCode[] =
    query !== undefined || scope !== null ? ['invalid_request', 'unknown_field', 'nul_character'] : []
  const once = honoursIdempotencyKey(endpoint) ? idempotencyErrors : []
  return [...(body === undefined ? parameters : bodyErrors), ...once]
}

/** Every code that an operation can answer: its own, and those that the frame answers for it. */
export function errorCodesOf(endpoint: Endpoint): ErrorCode[] {
  const codes = new Set<ErrorCode>(endpoint.errors)
  const add = (more: ErrorCode[]) => more.forEach((code) => codes.add(code))
  if (endpoint.scope !== null) add(guardedErrors)
  if (endpoint.scope !== null && endpoint.scope !== 'any') add(['missing_scope'])
  if (endpoint.scope !== null && endpoint.cors !== 'publishable_key') add(['publishable_key'])
  if (endpoint.role !== undefined) add(['forbidden_role'])
  if (!endpoint.unavailable) add(inputErrors(endpoint))
  if (endpoint.reply.secret) add(['idempotency_secret'])
  add(commonErrors)
  return [...codes].toSorted()
}

/** An error as a dialect prints it when nothing but its code is known. */
export type PrintError = (code: ErrorCode) => PrintedError

/** How the dialect prints an error that says no more than its code. */
export function printerOf(dialect: ApiDialect): PrintError {
  const printed = new Map<ErrorCode, PrintedError>()
  return (code) => {
    const known = printed.get(code) ?? dialect.printError(new AppError(code), { requestId: '', path: '' })
    printed.set(code, known)
    return known
  }
}

/** The `responses` of an operation that are errors, one for each status that the dialect gives them. */
export function errorResponses(endpoint: Endpoint, problem: JsonObject, print: PrintError): JsonObject {
  const list: JsonObject = {}
  for (const [status, codes] of Map.groupBy(errorCodesOf(endpoint), (code) => print(code).status)) {
    const types = new Set(codes.map((code) => print(code).contentType))
    list[status] = {
      description: codes.map((code) => `\`${code}\`: ${errors[code].message}`).join('\n\n'),
      content: Object.fromEntries([...types].map((type) => [type, { schema: problem }])),
    }
  }
  return list
}
