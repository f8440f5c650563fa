import { hash, randomBytes } from 'node:crypto'
import { AppError } from '../../errors.ts'
import type { Clock } from '../../lib/clock.ts'
import { newId } from '../../lib/ids.ts'
import type { KeyHolder } from './key-holder-store.ts'
import { createKeyAuthenticator, toPrincipal } from './authenticator.ts'
import type { BrowserSessionStore } from './browser-session-store.ts'
import { hashKey } from './key.ts'
import type { Principal } from './principal.ts'

/** A session ends this long after it was last used, milliseconds. */
const sessionTime = 12 * 60 * 60 * 1000
/** The end of a session moves only when it would move by this much, so that most requests write nothing. Milliseconds. */
const prolongStep = 5 * 60 * 1000
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
 * when it is ended, or twelve hours after its last use.
 */
export function createBrowserSessions(options: { store: BrowserSessionStore; clock: Clock }) {
  const { store, clock } = options
  const authenticator = createKeyAuthenticator({ store: { findHolder }, clock })

  /** The holder of a session that goes on; using it prolongs it. */
  async function findHolder(tokenHash: string): Promise<KeyHolder | null> {
    const session = await store.findSession(tokenHash)
    const now = clock.now()
    if (session === null || session.expiresAt.getTime() <= now) return null
    const wanted = now + sessionTime
    if (wanted - session.expiresAt.getTime() >= prolongStep) {
      await store.prolongSession(tokenHash, new Date(wanted))
    }
    return session.holder
  }

  async function begin(principal: Principal): Promise<BegunSession> {
    if (principal.allowedOrigins !== undefined) throw new AppError('publishable_key')
    const now = clock.now()
    await store.purge(new Date(now))
    const token = mintToken()
    const expiresAt = new Date(now + sessionTime)
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

    /** The session behind a token, prolonged. Throws `not_signed_in`. */
    async read(token: string): Promise<BegunSession> {
      const tokenHash = mustHash(token)
      const holder = await findHolder(tokenHash)
      const session = holder === null ? null : await store.findSession(tokenHash)
      if (holder === null || session === null) throw new AppError('not_signed_in')
      if ((holder.expiresAt?.getTime() ?? Infinity) <= clock.now()) throw new AppError('not_signed_in')
      return { token, principal: toPrincipal(holder), expiresAt: session.expiresAt }
    },

    /** Ends a session; one that has ended already stays as it is. */
    async end(token: string): Promise<void> {
      await store.deleteSession(mustHash(token))
      authenticator.invalidate()
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
