import type { IncomingHttpHeaders } from 'node:http'
import { requireAllowedOrigin } from '../core/access/origins.ts'
import { hasScope, roleAtLeast, type Principal } from '../core/access/principal.ts'
import { AppError } from '../errors.ts'
import type { Endpoint } from './endpoint.ts'

/** Who a key belongs to. Answers at once when it knows, so that the usual request does not wait a turn. */
export interface Authenticator {
  /** Throws `invalid_key`. */
  authenticate(key: string): Principal | Promise<Principal>
}

/** Schemes of `Authorization` under which vendors' clients send a key. */
const schemes = new Set(['bearer', 'token'])

/** The key of a request: `Authorization: Bearer …` or `Token …` (or the bare key), else `x-api-key`. */
export function credentialOf(headers: IncomingHttpHeaders): string | null {
  const { authorization } = headers
  if (authorization !== undefined) {
    const space = authorization.indexOf(' ')
    if (space < 0) return authorization || null
    if (!schemes.has(authorization.slice(0, space).toLowerCase())) return null
    return authorization.slice(space + 1).trim() || null
  }
  const key = headers['x-api-key']
  return typeof key === 'string' && key !== '' ? key : null
}

/** The credential of a request; throws `missing_key`. */
export function requireCredential(headers: IncomingHttpHeaders): string {
  const credential = credentialOf(headers)
  if (credential === null) throw new AppError('missing_key')
  return credential
}

/**
 * Throws `missing_scope` or `forbidden_role`, naming what the endpoint needs; of a key that may be shown in public
 * `publishable_key` where it does not take such keys, and `origin_not_allowed`. `origin`: the header as it was sent.
 */
export function authorize(
  principal: Principal,
  endpoint: Pick<Endpoint, 'scope' | 'role' | 'cors'>,
  origin?: string,
): void {
  const { scope, role, cors } = endpoint
  if (principal.allowedOrigins !== undefined && cors !== 'publishable_key')
    throw new AppError('publishable_key')
  requireAllowedOrigin(principal, origin)
  if (scope !== null && scope !== 'any' && !hasScope(principal, scope)) {
    throw new AppError('missing_scope', {
      detail: `This API key lacks the scope ${scope}.`,
      facts: { scope },
    })
  }
  if (role !== undefined && !roleAtLeast(principal.role, role)) {
    throw new AppError('forbidden_role', {
      detail: `This needs the role ${role} in this workspace; yours is ${principal.role}.`,
      facts: { role },
    })
  }
}

/** `WWW-Authenticate` of a 401 (RFC 6750). */
export function challenge(error: AppError): string {
  return error.code === 'missing_key'
    ? 'Bearer realm="parley"'
    : 'Bearer realm="parley", error="invalid_token"'
}
