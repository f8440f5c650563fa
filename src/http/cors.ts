import type { IncomingHttpHeaders } from 'node:http'
import { originAllowed } from '../core/access/origins.ts'
import type { Principal } from '../core/access/principal.ts'
import type { Endpoint } from './endpoint.ts'

/** What a page may send beside what every page may. */
const requestHeaders = ['Authorization', 'Content-Type', 'X-API-Key', 'Idempotency-Key', 'X-Parley-Dialect']
/** What a page may read beside what every page may. */
const replyHeaders = ['X-Request-Id', 'Retry-After']
/** How long a browser remembers the answer to a preflight, seconds. */
const preflightFor = 600

/** Caches must not hand the reply for one site to another. */
const vary = { vary: 'Origin' }

function mayRead(cors: Endpoint['cors'], origin: string, principal: Principal | null): boolean {
  if (cors === 'own_token' || principal === null) return true
  return principal.allowedOrigins !== undefined && originAllowed(principal.allowedOrigins, origin)
}

/**
 * What tells a browser whether the page that asked may read the reply. There are never credentials in it: no cookie
 * counts where this applies. `principal` null: nobody is known, so there is only a refusal to read.
 */
export function corsHeaders(
  cors: Endpoint['cors'],
  { origin }: IncomingHttpHeaders,
  principal: Principal | null,
): Record<string, string> {
  if (cors === undefined) return {}
  if (origin === undefined || !mayRead(cors, origin, principal)) return vary
  return {
    ...vary,
    'access-control-allow-origin': origin,
    'access-control-expose-headers': replyHeaders.join(', '),
  }
}

/**
 * The answer to a browser that asks whether a page may send its request. It comes without a key, so every page may ask;
 * whether its key allows it is said by the reply to the request itself.
 */
export function preflightHeaders(
  endpoints: readonly Endpoint[],
  { origin }: IncomingHttpHeaders,
): Record<string, string> {
  if (origin === undefined) return vary
  return {
    ...vary,
    'access-control-allow-origin': origin,
    'access-control-allow-methods': endpoints.map(({ method }) => method).join(', '),
    'access-control-allow-headers': requestHeaders.join(', '),
    'access-control-max-age': String(preflightFor),
  }
}

/** The endpoints that pages of other sites may call, by path. */
export function corsRoutes(endpoints: readonly Endpoint[]): Map<string, Endpoint[]> {
  return Map.groupBy(
    endpoints.filter(({ cors }) => cors !== undefined),
    ({ path }) => path,
  )
}
