import { z } from 'zod'
import { errors, type AppError } from '../../errors.ts'
import type { ErrorContext, PrintedError } from '../../http/api-dialect.ts'
import type { SseMessage } from '../../http/endpoint.ts'
import { statusOf } from '../../http/status.ts'
import { printId } from '../../lib/ids.ts'

/** RFC 9457 problem details, as every error of the native API is printed. */
export const problemSchema = z
  .strictObject({
    type: z.string().describe('A URI that names the kind of problem: urn:parley:error:<code>.'),
    title: z.string().describe('What `code` means.'),
    status: z.int(),
    detail: z.string().describe('What is wrong with this request.'),
    instance: z.string().describe('The path of the request.'),
    code: z.string().describe('Stable; for programs.'),
    request_id: z.string(),
    retryable: z.boolean().describe('Whether the same request may succeed later.'),
    errors: z
      .array(z.strictObject({ field: z.string(), message: z.string() }))
      .describe('Each field that is wrong.'),
    facts: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).optional(),
  })
  .meta({ id: 'Problem' })

export type Problem = z.infer<typeof problemSchema>

function problem(error: AppError, context: ErrorContext): Problem {
  return {
    type: `urn:parley:error:${error.code}`,
    title: errors[error.code].message,
    status: context.status ?? statusOf(error.category),
    detail: error.message,
    instance: context.path,
    code: error.code,
    request_id: context.requestId,
    retryable: error.retryable,
    errors: error.fields,
    ...(Object.keys(error.facts).length > 0 && { facts: printFacts(error.facts) }),
  }
}

/** Core names a run by its own id. */
function printFacts(facts: AppError['facts']): AppError['facts'] {
  const { run_id: runId } = facts
  return typeof runId === 'string' ? { ...facts, run_id: printId('run', runId) } : facts
}

export function printError(error: AppError, context: ErrorContext): PrintedError {
  const body = problem(error, context)
  return { status: body.status, contentType: 'application/problem+json', body: JSON.stringify(body) }
}

/** An event named `error`: the stream ends after it, the run may go on and be followed again. */
export function printStreamError(error: AppError, context: ErrorContext): SseMessage {
  return { event: 'error', data: JSON.stringify(problem(error, context)) }
}
