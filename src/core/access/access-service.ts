import type { Clock } from '../../lib/clock.ts'
import type { Event } from '../events/event.ts'
import type { AccessStore } from './access-store.ts'
import { createDirectory, type Directory } from './directory.ts'
import { createKeyAuthenticator, type KeyAuthenticator } from './authenticator.ts'
import { bootstrap, type Bootstrap } from './bootstrap.ts'
import type { BrowserSessionStore } from './browser-session-store.ts'
import { createBrowserSessions, type BrowserSessions } from './browser-sessions.ts'
import type { KeyForm } from './key.ts'
import { createKeyService, type KeyService } from './key-service.ts'
import { createMemberService, type MemberService } from './member-service.ts'

export interface AccessServiceOptions {
  store: AccessStore
  browserSessionStore: BrowserSessionStore
  clock: Clock
  /** The form of each dialect's keys, by the dialect's name; the first one is used when none is named. */
  keyForms: Record<string, KeyForm>
  /** The form of keys that may be shown in public, of the dialects that have such. */
  publishableKeyForms: Record<string, KeyForm>
  /** Tells followers of the workspace's feed, after the commit. */
  publish: (workspaceId: string, event: Event) => void
  /** Tells the other processes to call `invalidate`, after a commit that takes a right away. */
  notifyOthers: () => void
}

export interface AccessService extends KeyAuthenticator {
  keys: KeyService
  members: MemberService
  directory: Directory
  /** People signed in by a browser. */
  browserSessions: BrowserSessions
  /** Calls `listener` whenever somebody may have lost a right, here or in another process. */
  whenInvalidated(listener: () => void): void
  /** See `bootstrap`: idempotent, called at every start with the owner's key. */
  bootstrap(ownerKey: string): Promise<Bootstrap>
}

/** Who may do what: keys, members, and whose request this is. */
export function createAccessService(options: AccessServiceOptions): AccessService {
  const { store, clock, keyForms, publishableKeyForms, publish } = options
  const authenticator = createKeyAuthenticator({ store, clock })
  const listeners: (() => void)[] = []
  const browserSessions = createBrowserSessions({ store: options.browserSessionStore, clock, ended: changed })
  const members = createMemberService({ store, clock, publish, changed })
  const directory = createDirectory({ read: members.describe, clock })
  function invalidate(): void {
    authenticator.invalidate()
    browserSessions.invalidate()
    directory.invalidate()
    for (const listener of listeners) listener()
  }
  function changed(): void {
    invalidate()
    options.notifyOthers()
  }
  return {
    ...authenticator,
    invalidate,
    whenInvalidated: (listener) => void listeners.push(listener),
    keys: createKeyService({ store, clock, keyForms, publishableKeyForms, publish, changed }),
    members,
    directory,
    browserSessions,
    async bootstrap(ownerKey) {
      const made = await bootstrap({ store, clock, ownerKey, keyForms })
      changed()
      return made
    },
  }
}
