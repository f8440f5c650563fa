import { z } from 'zod'
import { AppError, type ErrorCode } from '../errors.ts'
import { parseId, printId } from '../lib/ids.ts'

/** An id in a path. Its form is not part of the schema: an id of another form names nothing, which is 404. */
export function idParameter(prefix: string) {
  return z
    .string()
    .min(1)
    .meta({ examples: [printId(prefix, '01980f4e-0000-7000-8000-000000000001')] })
}

/** The UUID behind a printed id that names the object of the request; `code` (a not_found one) when there is none. */
export function readId(prefix: string, text: string, code: ErrorCode): string {
  const id = parseId(prefix, text)
  if (id === null) throw new AppError(code)
  return id
}
