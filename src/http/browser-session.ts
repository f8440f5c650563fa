import { timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import type { Principal } from '../core/access/principal.ts'
import { AppError } from '../errors.ts'

/** People signed in by a browser, as the frame needs them. */
export interface BrowserSessionAuthenticator {
  /** Throws `not_signed_in`. */
  authenticate(token: string): Promise<Principal>
  /** What a request that changes something must carry in `X-CSRF-Token`. */
  csrfToken(token: string): string
}

export const sessionCookie = 'parley_session'

const form = new RegExp(`(?:^|;\\s*)${sessionCookie}=([\\w-]{1,200})(?:;|$)`)
const changes = new Set(['POST', 'PUT', 'PATCH', 'DELETE'])

/** The token in the session cookie. A request that carries a key is that key's: its cookie is not looked at. */
export function sessionTokenOf(headers: IncomingHttpHeaders): string | null {
  if (headers.authorization !== undefined || headers['x-api-key'] !== undefined) return null
  return form.exec(headers.cookie ?? '')?.[1] ?? null
}

function equal(sent: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(sent), Buffer.from(wanted)]
  return a.length === b.length && timingSafeEqual(a, b)
}

/** Throws `csrf_token_missing` for a change whose header is not the session's: another site can send a cookie, not this. */
export function requireCsrfToken(
  request: { method: string; headers: IncomingHttpHeaders },
  wanted: string,
): void {
  if (!changes.has(request.method)) return
  const { 'x-csrf-token': sent } = request.headers
  if (typeof sent !== 'string' || !equal(sent, wanted)) throw new AppError('csrf_token_missing')
}

/** `Set-Cookie` of a session that began. The cookie goes with the browser; the session itself ends earlier by its own time. */
export function setSessionCookie(token: string, options: { secure: boolean }): string {
  return `${sessionCookie}=${token}; Path=/; HttpOnly; SameSite=Strict${options.secure ? '; Secure' : ''}`
}

/** `Set-Cookie` of a session that was ended. */
export function dropSessionCookie(options: { secure: boolean }): string {
  return `${setSessionCookie('', options)}; Max-Age=0`
}
