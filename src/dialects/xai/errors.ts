import { z } from 'zod'
import type { AppError, Category } from '../../errors.ts'
import type { ErrorContext, PrintedError } from '../../http/api-dialect.ts'
import type { SseMessage } from '../../http/endpoint.ts'
import { statusOf } from '../../http/status.ts'
import { inVendorWords, problemsAsSentence } from '../vendor-words.ts'

/** Every error: a phrase that stands for the kind of failure, and a sentence. */
export const errorSchema = z
  .strictObject({
    code: z.string().describe('The phrase of the status, the same for every error of that status.'),
    error: z.string().describe('What is wrong; begins with the field it is about, where there is one.'),
  })
  .meta({ id: 'Error' })

const notImplemented = 'Operation is not implemented or not supported'

const phrases: Readonly<Record<number, string>> = {
  400: 'Client specified an invalid argument',
  401: 'The request does not have valid authentication credentials',
  403: 'The caller does not have permission to execute the specified operation',
  404: 'Some requested entity was not found',
  405: notImplemented,
  409: 'Some entity that we attempted to create already exists',
  413: 'Client specified an invalid argument',
  415: 'Client specified an invalid argument',
  429: 'Some resource has been exhausted',
  500: 'Internal error',
  501: notImplemented,
  503: 'The service is currently unavailable',
}

/** Where this vendor has another status for a kind of failure than HTTP would suggest. */
const ownStatuses: Partial<Record<Category, number>> = { unprocessable: 400, upstream: 503 }

const vendorWords = [[/\bworkspace\b/, 'team']] as const

function sentence(error: AppError): string {
  const { fields } = error
  return fields.length > 1 ? problemsAsSentence(fields) : inVendorWords(error, vendorWords)
}

function envelope(error: AppError, status: number): string {
  return JSON.stringify({ code: phrases[status] ?? phrases[500], error: sentence(error) })
}

export function printError(error: AppError, context: ErrorContext): PrintedError {
  const status = context.status ?? ownStatuses[error.category] ?? statusOf(error.category)
  return { status, contentType: 'application/json', body: envelope(error, status) }
}

/** None of this dialect's replies is a stream; the frame asks for it all the same. */
export function printStreamError(error: AppError): SseMessage {
  return { event: 'error', data: envelope(error, statusOf(error.category)) }
}
