import { hash, randomBytes } from 'node:crypto'
import { AppError } from '../../errors.ts'
import type { Clock } from '../../lib/clock.ts'
import { newId } from '../../lib/ids.ts'
import type { KeyHolder } from './key-holder-store.ts'
import { createKeyAuthenticator, toPrincipal } from './authenticator.ts'
import type { BrowserSessionStore } from './browser-session-store.ts'
import { hashKey } from './key.ts'
import type { Principal } from './principal.ts'

/** A session ends this long after its person was last there, milliseconds. */
const idleTime = 12 * 60 * 60 * 1000
/** And this long after it was begun, whoever is there, milliseconds. */
const longestTime = 7 * 24 * 60 * 60 * 1000
/** How long a link can be used, milliseconds. */
const linkTime = 15 * 60 * 1000

/** A session as its browser gets it: the token goes into a cookie that no script can read. */
export interface BegunSession {
  token: string
  principal: Principal
  expiresAt: Date
}

export interface SignInLink {
  id: string
  /** The secret in the link; shown once. */
  token: string
  expiresAt: Date
}

export type BrowserSessions = ReturnType<typeof createBrowserSessions>

function mintToken(): string {
  return randomBytes(32).toString('base64url')
}

function mustHash(token: string): string {
  const hashed = hashKey(token)
  if (hashed === null) throw new AppError('not_signed_in')
  return hashed
}

/**
 * People signed in by a browser. A session may do what the key may do that it was begun with, and ends with that key,
 * when it is ended, twelve hours after its person was last there, or seven days after it was begun. Requests do not
 * prolong it: an open page asks by itself for as long as it is open.
 */
export function createBrowserSessions(options: {
  store: BrowserSessionStore
  clock: Clock
  /** Called after a session was ended: whoever was let in with it must be asked again, here and in other processes. */
  ended: () => void
}) {
  const { store, clock } = options
  const authenticator = createKeyAuthenticator({ store: { findHolder }, clock })

  /** The holder of a session that goes on, believed no longer than it does. */
  async function findHolder(tokenHash: string): Promise<KeyHolder | null> {
    const session = await store.findSession(tokenHash)
    if (session === null) return null
    const { holder, expiresAt } = session
    const ends = Math.min(expiresAt.getTime(), holder.expiresAt?.getTime() ?? Infinity)
    return { ...holder, expiresAt: new Date(ends) }
  }

  /** The session behind a token that goes on. Throws `not_signed_in`. */
  async function mustFind(token: string) {
    const session = await store.findSession(mustHash(token))
    const now = clock.now()
    if (session === null || session.expiresAt.getTime() <= now) throw new AppError('not_signed_in')
    if ((session.holder.expiresAt?.getTime() ?? Infinity) <= now) throw new AppError('not_signed_in')
    return session
  }

  async function begin(principal: Principal): Promise<BegunSession> {
    if (principal.allowedOrigins !== undefined) throw new AppError('publishable_key')
    const now = clock.now()
    await store.purge(new Date(now))
    const token = mintToken()
    const expiresAt = new Date(now + idleTime)
    const row = { id: newId(), tokenHash: mustHash(token), keyId: principal.keyId }
    await store.insertSession({ ...row, createdAt: new Date(now), expiresAt })
    return { token, principal, expiresAt }
  }

  return {
    begin,

    /** Begins a session with a one-time link. Errors: `invalid_sign_in_link`. */
    async beginWithLink(linkToken: string): Promise<BegunSession> {
      const tokenHash = hashKey(linkToken)
      const holder = tokenHash === null ? null : await store.useLink(tokenHash, new Date(clock.now()))
      const expires = holder?.expiresAt?.getTime() ?? Infinity
      if (holder === null || expires <= clock.now()) throw new AppError('invalid_sign_in_link')
      return await begin(toPrincipal(holder))
    },

    /** A link that signs one browser in, once, as the caller; it can be used for 15 minutes. */
    async createLink(principal: Principal): Promise<SignInLink> {
      const now = clock.now()
      const link = { id: newId(), token: mintToken(), expiresAt: new Date(now + linkTime) }
      await store.insertLink({
        id: link.id,
        tokenHash: mustHash(link.token),
        keyId: principal.keyId,
        createdAt: new Date(now),
        expiresAt: link.expiresAt,
      })
      return link
    },

    /** Who is signed in: at once when the token was seen lately. Throws `not_signed_in`. */
    async authenticate(token: string): Promise<Principal> {
      try {
        return await authenticator.authenticate(token)
      } catch (error) {
        if (error instanceof AppError && error.code === 'invalid_key') throw new AppError('not_signed_in')
        throw error
      }
    },

    /** The session behind a token. Throws `not_signed_in`. */
    async read(token: string): Promise<BegunSession> {
      const { holder, expiresAt } = await mustFind(token)
      return { token, principal: toPrincipal(holder), expiresAt }
    },

    /** Its person is there: it goes on for another twelve hours, within its seven days. Throws `not_signed_in`. */
    async prolong(token: string): Promise<BegunSession> {
      const { holder, createdAt } = await mustFind(token)
      const expiresAt = new Date(Math.min(clock.now() + idleTime, createdAt.getTime() + longestTime))
      await store.prolongSession(mustHash(token), expiresAt)
      return { token, principal: toPrincipal(holder), expiresAt }
    },

    /** Ends a session; one that has ended already stays as it is. */
    async end(token: string): Promise<void> {
      // Anybody may name a session that never was: that must not have everybody asked again.
      if (await store.deleteSession(mustHash(token))) options.ended()
    },

    /**
     * What a browser must send with every change, beside its cookie. It is made of the token, so that it is nowhere
     * stored; the token cannot be had from it.
     */
    csrfToken(token: string): string {
      return hash('sha256', `csrf ${token}`, 'base64url')
    },

    /** Forgets everybody: a key was revoked or a role has changed, here or in another process. */
    invalidate: () => authenticator.invalidate(),
  }
}
