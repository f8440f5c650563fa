import { AppError } from '../../errors.ts'
import type { Clock } from '../../lib/clock.ts'
import { newId } from '../../lib/ids.ts'
import { recordResourceEvent } from '../events/resource-events.ts'
import type { AccessStore, Tx } from './access-store.ts'
import { hasKeyForm, hashKey, keyHint, type KeyForm } from './key.ts'
import { scopes } from './principal.ts'

/** What the first start made. */
export interface Bootstrap {
  organizationId: string
  workspaceId: string
  userId: string
  keyId: string
}

const setting = 'bootstrap'

/**
 * Sees to it that there is a default organization with a workspace, an owner and the owner's key. On a database that
 * has them only the key is looked at: when another one is configured, it is added and the one before it is revoked.
 * Safe when several processes start at once.
 */
export async function bootstrap(options: {
  store: AccessStore
  clock: Clock
  ownerKey: string
  keyForms: Record<string, KeyForm>
}): Promise<Bootstrap> {
  const { store, clock, ownerKey } = options
  const hash = hashKey(ownerKey)
  if (hash === null) throw new AppError('invalid_configuration', { detail: 'PARLEY_OWNER_KEY is too long.' })
  const dialect = Object.entries(options.keyForms).find(([, form]) => hasKeyForm(ownerKey, form))
  const hint = keyHint(ownerKey, dialect?.[1] ?? null)

  async function makeWorkspace(transaction: Tx): Promise<Omit<Bootstrap, 'keyId'>> {
    const ids = { organizationId: newId(), workspaceId: newId(), userId: newId() }
    const { organizationId, workspaceId, userId } = ids
    await store.insertOrganization(transaction, { id: organizationId, name: 'Default' })
    await store.insertWorkspace(transaction, { id: workspaceId, organizationId, name: 'Default' })
    await store.insertUser(transaction, { id: userId, name: 'Owner', email: null })
    await store.insertMember(transaction, workspaceId, userId, 'owner')
    const data = { userId, role: 'owner' }
    await recordResourceEvent(transaction, { workspaceId, stream: workspaceId, type: 'member.added', data })
    return ids
  }

  /** A key that is configured anew is valid again; one that was revoked while it is configured stays revoked. */
  async function addKey(
    transaction: Tx,
    place: Omit<Bootstrap, 'keyId'>,
    key: string,
    earlierKeyId: string | null,
  ): Promise<string> {
    const { workspaceId, userId } = place
    const known = await store.findKeyByHash(transaction, key)
    if (known !== null) {
      if (known.id !== earlierKeyId) await store.restoreKey(transaction, known.id)
      return known.id
    }
    const id = newId()
    const row = { id, workspaceId, userId, name: 'Owner key', role: 'owner' as const, scopes: [...scopes] }
    const createdAt = new Date(clock.now())
    await store.insertKey(transaction, {
      ...row,
      dialect: dialect?.[0] ?? null,
      allowedOrigins: null,
      hash: key,
      hint,
      createdAt,
      expiresAt: null,
    })
    const data = { keyId: id, name: row.name }
    await recordResourceEvent(transaction, { workspaceId, stream: id, type: 'key.created', data })
    return id
  }

  async function revokeKey(transaction: Tx, workspaceId: string, keyId: string): Promise<void> {
    if (!(await store.revokeKey(transaction, keyId, new Date(clock.now())))) return
    await recordResourceEvent(transaction, {
      workspaceId,
      stream: keyId,
      type: 'key.revoked',
      data: { keyId },
    })
  }

  return await store.transaction(async (transaction) => {
    const earlier = (await store.lockSetting(transaction, setting)) as Bootstrap | null // only this function writes it
    const place = earlier ?? (await makeWorkspace(transaction))
    const keyId = await addKey(transaction, place, hash, earlier?.keyId ?? null)
    if (earlier !== null && earlier.keyId !== keyId)
      await revokeKey(transaction, place.workspaceId, earlier.keyId)
    const made = { ...place, keyId }
    if (earlier?.keyId !== keyId) await store.saveSetting(transaction, setting, made)
    return made
  })
}
