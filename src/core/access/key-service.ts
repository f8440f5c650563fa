import { AppError, invalidField, refuseProblems } from '../../errors.ts'
import type { Clock } from '../../lib/clock.ts'
import { newId } from '../../lib/ids.ts'
import { recordResourceEvent } from '../events/resource-events.ts'
import type { Event } from '../events/event.ts'
import type { Key } from './access.ts'
import type { AccessStore } from './access-store.ts'
import { checkExpiry, grantFor, type Grant } from './grant.ts'
import { hashKey, keyHint, mintKey, type KeyForm } from './key.ts'
import { readSites } from './origins.ts'
import { roleAtLeast, type Principal, type Role, type Scope } from './principal.ts'

export interface KeyServiceOptions {
  store: AccessStore
  clock: Clock
  /** The form of each dialect's keys, by the dialect's name; the first one is used when none is named. */
  keyForms: Record<string, KeyForm>
  /** The form of keys that may be shown in public, of the dialects that have such. */
  publishableKeyForms: Record<string, KeyForm>
  publish: (workspaceId: string, event: Event) => void
  /** Called after every commit that takes a right away. */
  changed: () => void
}

export interface NewKey {
  /** A pre-minted id: a create that is repeated with it answers the key that exists, without its secret. */
  id?: string
  name: string
  role?: Role
  scopes?: Scope[]
  dialect?: string
  /** Makes a key that may be shown in public: these sites' pages begin sessions with it, and nothing else. */
  allowedOrigins?: string[]
  expiresAt?: Date | null
  /** Whose key it will be; default: the maker's own. Another member's needs the role admin. */
  userId?: string
}

/** `secret` is null when the key existed already: it was shown once and is not stored. */
export interface CreatedKey {
  key: Key
  secret: string | null
}

/** What everybody may do who reads the page that a key is on. */
const publicGrant: Grant = { role: 'member', scopes: ['runs:write'] }

export type KeyService = ReturnType<typeof createKeyService>

function refuseUnlessAdmin(principal: Principal): void {
  if (roleAtLeast(principal.role, 'admin')) return
  throw new AppError('forbidden_role', {
    detail: 'Only an admin can do this with the key of somebody else.',
    facts: { role: 'admin' },
  })
}

function mustReadSites(texts: string[]): string[] {
  const { sites, problems } = readSites(texts)
  refuseProblems(problems)
  return sites
}

export function createKeyService(options: KeyServiceOptions) {
  const { store, clock, keyForms, publishableKeyForms, publish } = options
  const dialects = Object.keys(keyForms)

  function formOf(dialect: string, publishable: boolean): KeyForm {
    const form = Object.hasOwn(keyForms, dialect) ? keyForms[dialect] : undefined
    if (form === undefined)
      throw invalidField('dialect', `must be among ${dialects.join(', ')} in this version`)
    if (!publishable) return form
    const publishableForm = publishableKeyForms[dialect]
    if (publishableForm !== undefined) return publishableForm
    const known = Object.keys(publishableKeyForms).join(', ')
    throw invalidField(
      'allowed_origins',
      `only goes with the dialect ${known}, whose clients run in browsers`,
    )
  }

  /** What a new key may do. One that may be shown in public gets the least, whoever makes it. */
  function grantOf(principal: Principal, holder: Role, request: NewKey): Grant {
    if (request.allowedOrigins === undefined) return grantFor(principal, holder, request)
    const message = 'leave it out: a key with allowed_origins begins sessions and does nothing else'
    const asked = (['role', 'scopes'] as const).filter((field) => request[field] !== undefined)
    refuseProblems(asked.map((field) => ({ field, message })))
    return grantFor(principal, holder, publicGrant)
  }

  /** The role that the key's future holder has in the workspace. */
  async function holderRole(principal: Principal, userId: string): Promise<Role> {
    if (userId === principal.userId) return principal.role
    refuseUnlessAdmin(principal)
    const member = await store.findMember(principal.workspaceId, userId)
    if (member === null) throw new AppError('member_not_found')
    return member.role
  }

  return {
    /**
     * Makes a key that may do no more than its maker and its holder. Errors: `forbidden_grant` naming what is too much,
     * `invalid_request` (dialect, expiry, allowed origins), `forbidden_role` and `member_not_found` for somebody else's key.
     */
    async create(principal: Principal, request: NewKey): Promise<CreatedKey> {
      const { workspaceId } = principal
      const { id = newId(), name, userId = principal.userId, expiresAt = null } = request
      const dialect = request.dialect ?? dialects[0] ?? ''
      const form = formOf(dialect, request.allowedOrigins !== undefined)
      const now = clock.now()
      checkExpiry(expiresAt, now)
      const grant = grantOf(principal, await holderRole(principal, userId), request)
      const allowedOrigins = request.allowedOrigins ? mustReadSites(request.allowedOrigins) : null
      const secret = mintKey(form)
      const hash = hashKey(secret)
      if (hash === null)
        throw new AppError('internal', { cause: `a key of the form of ${dialect} is too long` })
      const key = { id, workspaceId, userId, name, ...grant, dialect, hint: keyHint(secret, form) }
      const row = { ...key, allowedOrigins, createdAt: new Date(now), expiresAt }
      const event = await store.transaction(async (transaction) => {
        if (!(await store.insertKey(transaction, { ...row, hash }))) return null
        const data = { keyId: id, name }
        return await recordResourceEvent(transaction, { workspaceId, stream: id, type: 'key.created', data })
      })
      if (event !== null) {
        publish(workspaceId, event)
        return { key: { ...row, revokedAt: null }, secret }
      }
      const existing = await store.findKey(workspaceId, id)
      if (existing === null) throw new AppError('key_not_found')
      return { key: existing, secret: null }
    },

    /** Newest first; an admin sees everybody's keys, a member their own. */
    async list(principal: Principal, page: { limit: number; after: string | null }): Promise<Key[]> {
      const userId = roleAtLeast(principal.role, 'admin') ? null : principal.userId
      return await store.listKeys(principal.workspaceId, { ...page, userId })
    },

    /** Ends a key at once, everywhere. Errors: `key_not_found` (a revoked one too), `forbidden_role` for another's key. */
    async revoke(principal: Principal, keyId: string): Promise<void> {
      const { workspaceId } = principal
      const key = await store.findKey(workspaceId, keyId)
      if (key === null || key.revokedAt !== null) throw new AppError('key_not_found')
      if (key.userId !== principal.userId) refuseUnlessAdmin(principal)
      const event = await store.transaction(async (transaction) => {
        if (!(await store.revokeKey(transaction, keyId, new Date(clock.now())))) return null
        return await recordResourceEvent(transaction, {
          workspaceId,
          stream: keyId,
          type: 'key.revoked',
          data: { keyId },
        })
      })
      options.changed()
      if (event !== null) publish(workspaceId, event)
    },
  }
}
