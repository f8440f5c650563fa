import type { Category } from '../errors.ts'

const statuses: Record<Category, number> = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  too_large: 413,
  unsupported_media: 415,
  unprocessable: 422,
  limited: 429,
  internal: 500,
  not_implemented: 501,
  upstream: 502,
  unavailable: 503,
}

/** The HTTP status of a category of errors. A dialect whose vendor uses another one says so in its own `errors.ts`. */
export function statusOf(category: Category): number {
  return statuses[category]
}
