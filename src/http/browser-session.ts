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

/** The start of the cookie's name; the port of the server follows, where its address has one. */
export const sessionCookie = 'parley_session'

/** What a cookie is for. `host`: the `Host` header that its request was sent to. */
interface CookieScope {
  secure: boolean
  host: string | undefined
}

const tokenForm = /^[\w-]{1,200}$/
const changes = new Set(['POST', 'PUT', 'PATCH', 'DELETE'])

/** The token in the session cookie. A request that carries a key is that key's: its cookie is not looked at. */
export function sessionTokenOf(headers: IncomingHttpHeaders): string | null {
  if (headers.authorization !== undefined || headers['x-api-key'] !== undefined) return null
  const start = `${cookieName(headers.host)}=`
  const cookie = (headers.cookie ?? '').split(';').find((one) => one.trimStart().startsWith(start))
  const token = cookie?.trim().slice(start.length)
  return token !== undefined && tokenForm.test(token) ? token : null
}

/** Cookies know no ports: a server on another port of the same host must not sign this one's people out. */
function cookieName(host: string | undefined): string {
  const port = /:(\d{1,5})$/.exec(host ?? '')?.[1]
  return port === undefined ? sessionCookie : `${sessionCookie}_${port}`
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
export function setSessionCookie(token: string, { secure, host }: CookieScope): string {
  return `${cookieName(host)}=${token}; Path=/; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`
}

/** `Set-Cookie` of a session that was ended. */
export function dropSessionCookie(scope: CookieScope): string {
  return `${setSessionCookie('', scope)}; Max-Age=0`
}
