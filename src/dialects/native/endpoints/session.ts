import type { AccessService } from '../../../core/access/access-service.ts'
import type { BegunSession } from '../../../core/access/browser-sessions.ts'
import { AppError } from '../../../errors.ts'
import {
  dropSessionCookie,
  requireCsrfToken,
  sessionCookie,
  sessionTokenOf,
  setSessionCookie,
} from '../../../http/browser-session.ts'
import { endpoint, replyWith, type Endpoint, type EndpointRequest } from '../../../http/endpoint.ts'
import { secretHeaders } from '../../../http/reply.ts'
import { printId } from '../../../lib/ids.ts'
import { printMe } from '../wire-access.ts'
import { printTime } from '../wire-common.ts'
import { newSessionSchema, sessionSchema, signInLinkSchema } from '../wire-session.ts'

const tag = 'Sessions'

/** What the cookie is for that this request sets. */
function cookieScope({ baseUrl, headers }: EndpointRequest) {
  return { secure: baseUrl.startsWith('https:'), host: headers('host') }
}

/**
 * Refuses a page of another site, which could sign a browser in as somebody else: it can send no JSON unasked, and says
 * where it is from. Behind a proxy that does not say its scheme, the host alone tells whose page it is.
 */
function refuseOtherSites({ headers, baseUrl }: EndpointRequest): void {
  if (headers('content-type') === undefined) throw new AppError('unsupported_media_type')
  const origin = headers('origin')
  if (origin === undefined || origin === new URL(baseUrl).origin) return
  if (URL.parse(origin)?.host === headers('host')) return
  throw new AppError('origin_not_allowed', {
    detail:
      'Only pages of this server itself may sign a browser in. Behind a proxy that changes the Host header, ' +
      'PARLEY_PUBLIC_URL has to be the address that browsers know.',
  })
}

/** The token of the caller's cookie. Throws `not_signed_in`. */
function requireToken({ headers }: EndpointRequest): string {
  const token = sessionTokenOf({
    host: headers('host'),
    cookie: headers('cookie'),
    authorization: headers('authorization'),
    'x-api-key': headers('x-api-key'),
  })
  if (token === null) throw new AppError('not_signed_in')
  return token
}

/** How people sign in with a browser: a key, or a one-time link, for a cookie. */
export function sessionEndpoints({ access }: { access: AccessService }): Endpoint[] {
  const { browserSessions } = access

  async function print({ token, principal, expiresAt }: BegunSession) {
    const me = printMe(principal, await access.members.describe(principal))
    const csrf = browserSessions.csrfToken(token)
    return { ...me, csrf_token: csrf, expires_at: printTime(expiresAt) }
  }

  /** The same for a request that changes something. Throws `csrf_token_missing` too. */
  function requireTokenOfChange(request: EndpointRequest): string {
    const token = requireToken(request)
    const headers = { 'x-csrf-token': request.headers('x-csrf-token') }
    requireCsrfToken({ method: 'POST', headers }, browserSessions.csrfToken(token))
    return token
  }

  return [
    endpoint({
      id: 'session.create',
      method: 'POST',
      path: '/session',
      summary: 'Sign in with a browser',
      description:
        `Takes an API key or the token of a one-time link, and sets the cookie \`${sessionCookie}_<port>\`. With the cookie instead ` +
        'of a key, every request that changes something carries `X-CSRF-Token`. Pages of other sites are refused.',
      tag,
      scope: null,
      body: newSessionSchema,
      reply: { status: 201, body: sessionSchema },
      errors: ['invalid_key', 'invalid_sign_in_link', 'publishable_key', 'origin_not_allowed'],
      async handle(request) {
        refuseOtherSites(request)
        const { key, link_token: linkToken } = request.body
        const session =
          linkToken === undefined
            ? await browserSessions.begin(await access.authenticate(key ?? ''))
            : await browserSessions.beginWithLink(linkToken)
        const cookie = setSessionCookie(session.token, cookieScope(request))
        return replyWith({ body: await print(session), headers: { ...secretHeaders, 'set-cookie': cookie } })
      },
    }),
    endpoint({
      id: 'session.get',
      method: 'GET',
      path: '/session',
      summary: 'Who is signed in',
      description: 'Asked with the cookie of the session.',
      tag,
      scope: null,
      ownCredential: true,
      reply: { status: 200, body: sessionSchema },
      errors: ['not_signed_in'],
      async handle(request) {
        const session = await browserSessions.read(requireToken(request))
        return replyWith({ body: await print(session), headers: secretHeaders })
      },
    }),
    endpoint({
      id: 'session.prolong',
      method: 'POST',
      path: '/session/prolong',
      summary: 'Say that the person who is signed in is there',
      description:
        'The session goes on for twelve hours from now, and at most for seven days from its beginning. No other request ' +
        'prolongs it: pages ask by themselves.',
      tag,
      scope: null,
      ownCredential: true,
      reply: { status: 200, body: sessionSchema },
      errors: ['not_signed_in', 'csrf_token_missing'],
      async handle(request) {
        const session = await browserSessions.prolong(requireTokenOfChange(request))
        return replyWith({ body: await print(session), headers: secretHeaders })
      },
    }),
    endpoint({
      id: 'session.delete',
      method: 'DELETE',
      path: '/session',
      summary: 'Sign out',
      tag,
      scope: null,
      ownCredential: true,
      reply: { status: 204, body: null },
      errors: ['not_signed_in', 'csrf_token_missing'],
      async handle(request) {
        await browserSessions.end(requireTokenOfChange(request))
        const cookie = dropSessionCookie(cookieScope(request))
        return replyWith({ body: undefined, headers: { 'set-cookie': cookie } })
      },
    }),
    endpoint({
      id: 'session.links.create',
      method: 'POST',
      path: '/session/links',
      summary: 'Make a one-time link that signs a browser in',
      description:
        'It signs in as the caller, once, within 15 minutes. The token stands behind `#`, where no server and no log sees it.',
      tag,
      scope: 'any',
      role: 'owner',
      reply: { status: 201, body: signInLinkSchema, secret: true },
      errors: [],
      async handle({ principal, baseUrl }) {
        const { id, token, expiresAt } = await browserSessions.createLink(principal)
        const url = `${baseUrl}/console/#link=${token}`
        return { id: printId('link', id), token, url, expires_at: printTime(expiresAt) }
      },
    }),
  ]
}
