import { AppError } from '../../errors.ts'
import type { Clock } from '../../lib/clock.ts'
import type { AccessStore } from './access-store.ts'
import type { KeyHolder } from './key-holder-store.ts'
import { hashKey } from './key.ts'
import { roleAtLeast, type Principal } from './principal.ts'

/** How long a principal is believed without asking the database again, milliseconds. */
const believedFor = 5000
const mostEntries = 10_000

interface Entry {
  principal: Principal
  /** Wall time, because keys expire by it. */
  until: number
}

export interface KeyAuthenticator {
  /** Who holds this key: at once when it was seen lately. Throws `invalid_key` when it is unknown, revoked or expired. */
  authenticate(key: string): Principal | Promise<Principal>
  /** Forgets everybody: a key was revoked or a role has changed, here or in another process. */
  invalidate(): void
}

/** What a key's holder may do now: the lesser of the key's role and the member's. */
export function toPrincipal(holder: KeyHolder): Principal {
  const { keyRole, memberRole, organizationId, workspaceId, userId, keyId, allowedOrigins } = holder
  const role = roleAtLeast(keyRole, memberRole) ? memberRole : keyRole
  const principal = { organizationId, workspaceId, userId, keyId, role, scopes: new Set(holder.scopes) }
  return allowedOrigins === null ? principal : { ...principal, allowedOrigins }
}

/** Keys to principals, over a small cache: the hot path reads no database. */
export function createKeyAuthenticator(options: {
  store: Pick<AccessStore, 'findHolder'>
  clock: Clock
}): KeyAuthenticator {
  const { store, clock } = options
  const entries = new Map<string, Entry>()
  const lookups = new Map<string, Promise<Principal>>()
  /** Counts invalidations: what was read before one must not be kept after it. */
  let generation = 0

  function keep(hash: string, entry: Entry): void {
    if (entries.size >= mostEntries) {
      const oldest = entries.keys().next().value
      if (oldest !== undefined) entries.delete(oldest)
    }
    entries.set(hash, entry)
  }

  async function lookUp(hash: string): Promise<Principal> {
    const startedIn = generation
    const holder = await store.findHolder(hash)
    const now = clock.now()
    const expires = holder?.expiresAt?.getTime() ?? Infinity
    if (holder === null || expires <= now) throw new AppError('invalid_key')
    const principal = toPrincipal(holder)
    if (startedIn === generation) keep(hash, { principal, until: Math.min(now + believedFor, expires) })
    return principal
  }

  return {
    authenticate(key) {
      const hash = hashKey(key)
      if (hash === null) throw new AppError('invalid_key')
      const entry = entries.get(hash)
      if (entry !== undefined && clock.now() < entry.until) return entry.principal
      entries.delete(hash)
      // Requests that arrive together with a key that has just been forgotten share one look.
      const running = lookups.get(hash)
      if (running !== undefined) return running
      const lookup = lookUp(hash).finally(() => {
        if (lookups.get(hash) === lookup) lookups.delete(hash)
      })
      lookups.set(hash, lookup)
      return lookup
    },
    invalidate() {
      generation += 1
      entries.clear()
      lookups.clear()
    },
  }
}
