import { z } from 'zod'
import type { Scope } from '../core/access/principal.ts'
import { AppError } from '../errors.ts'
import type { Endpoint, Method } from './endpoint.ts'

/** Parameters of a path, each any text. */
function anyParameters(path: string): z.ZodObject | undefined {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '')
  if (names.length === 0) return undefined
  return z.strictObject(Object.fromEntries(names.map((name) => [name, z.string()])))
}

/**
 * An operation that the vendor documents and this server does not do: whatever an authenticated caller sends is
 * answered `feature_unavailable` with `sentence`, which says what is missing.
 */
export function unavailableEndpoint(options: {
  id: string
  method: Method
  path: string
  summary: string
  tag: string
  sentence: string
  /** Default: any valid key. */
  scope?: Scope | 'any'
}): Endpoint {
  const { sentence, scope = 'any', ...record } = options
  const params = anyParameters(record.path)
  return {
    ...record,
    scope,
    ...(params && { params }),
    unavailable: true,
    reply: { status: 204, body: null },
    errors: ['feature_unavailable'],
    async handle() {
      throw new AppError('feature_unavailable', { detail: sentence })
    },
  }
}
