import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { testDatabase } from '../../../test/support/database.ts'
import { systemClock } from '../../lib/clock.ts'
import { newId } from '../../lib/ids.ts'
import type { Event } from '../events/event.ts'
import { createAccessService } from './access-service.ts'
import { createAccessStore } from './access-store.ts'
import { createBrowserSessionStore } from './browser-session-store.ts'
import type { Bootstrap } from './bootstrap.ts'
import { scopes, type Principal, type Role } from './principal.ts'

const database = await testDatabase()
afterAll(async () => await database[Symbol.asyncDispose]())

const published: Event[] = []
const told = { others: 0 }
const accessStore = createAccessStore(database.kysely)
const access = createAccessService({
  store: accessStore,
  browserSessionStore: createBrowserSessionStore(database.kysely, accessStore),
  clock: systemClock,
  keyForms: { native: { kind: 'prefixed', prefix: 'pk_' }, make: { kind: 'uuid' } },
  publishableKeyForms: { native: { kind: 'prefixed', prefix: 'pub_' } },
  publish: (_workspaceId, event) => published.push(event),
  notifyOthers: () => {
    told.others += 1
  },
})
const ownerKey = 'pk_the-first-owner-key'
let place: Bootstrap
let owner: Principal

beforeAll(async () => {
  place = await access.bootstrap(ownerKey)
  owner = await access.authenticate(ownerKey)
})
beforeEach(() => {
  published.length = 0
  told.others = 0
})

/** A new member of the default workspace, and a key of theirs. */
async function memberWith(role: Role): Promise<{ userId: string; principal: Principal; key: string }> {
  const { userId } = await access.members.add(owner, { name: role, role })
  const { secret } = await access.keys.create(owner, { name: role, userId })
  return { userId, key: secret ?? '', principal: await access.authenticate(secret ?? '') }
}

async function count(table: 'organizations' | 'workspaces' | 'users'): Promise<number> {
  return (await database.kysely.selectFrom(table).select('id').execute()).length
}

describe('the first start', () => {
  test('makes one organization, workspace and owner, whose key may do everything', async () => {
    expect(owner).toMatchObject({ ...place, role: 'owner' })
    expect([...owner.scopes].toSorted()).toEqual([...scopes].toSorted())
    expect(await access.members.describe(owner)).toMatchObject({
      member: { name: 'Owner', role: 'owner' },
      workspace: { name: 'Default' },
      organization: { name: 'Default' },
    })
    const [key] = await access.keys.list(owner, { limit: 1, after: null })
    expect(key).toMatchObject({ dialect: 'native', hint: 'pk_…-key' })
  })

  test('changes nothing when it is repeated, also by several processes at once', async () => {
    const before = [await count('organizations'), await count('workspaces'), await count('users')]
    const again = await Promise.all([access.bootstrap(ownerKey), access.bootstrap(ownerKey)])
    expect(again).toEqual([place, place])
    expect([await count('organizations'), await count('workspaces'), await count('users')]).toEqual(before)
  })

  test('replaces the key when another one is configured, and takes the old one back when it is again', async () => {
    await access.bootstrap('pk_another-owner-key')
    await expect(access.authenticate(ownerKey)).rejects.toMatchObject({ code: 'invalid_key' })
    expect(await access.authenticate('pk_another-owner-key')).toMatchObject({
      userId: place.userId,
      role: 'owner',
    })
    expect(await access.bootstrap(ownerKey)).toEqual(place)
    await expect(access.authenticate('pk_another-owner-key')).rejects.toMatchObject({ code: 'invalid_key' })
    expect(await access.authenticate(ownerKey)).toMatchObject(place)
  })

  test('leaves a key revoked that was revoked while it was configured', async () => {
    await access.bootstrap('pk_leaked-owner-key')
    const leaked = await access.authenticate('pk_leaked-owner-key')
    await access.keys.revoke(leaked, leaked.keyId)
    await access.bootstrap('pk_leaked-owner-key')
    await expect(access.authenticate('pk_leaked-owner-key')).rejects.toMatchObject({ code: 'invalid_key' })
    await access.bootstrap(ownerKey)
  })
})

describe('keys', () => {
  test('are shown once and stored as a hash', async () => {
    const { key, secret } = await access.keys.create(owner, {
      name: 'CI',
      scopes: ['runs:write'],
      role: 'member',
    })
    expect(secret).toMatch(/^pk_/)
    expect(key).toMatchObject({ name: 'CI', role: 'member', scopes: ['runs:write'], dialect: 'native' })
    const { rows } = await database.pool.query('select * from keys where id = $1', [key.id])
    expect(JSON.stringify(rows)).not.toContain(secret?.slice(3, 30))
    expect(await access.authenticate(secret ?? '')).toMatchObject({
      keyId: key.id,
      role: 'member',
      scopes: new Set(['runs:write']),
    })
  })

  test('answer the one that exists when the id is repeated, without its secret', async () => {
    const id = newId()
    await access.keys.create(owner, { id, name: 'once' })
    const again = await access.keys.create(owner, { id, name: 'once' })
    expect(again).toMatchObject({ key: { id, name: 'once' }, secret: null })
  })

  test('have the form of their dialect; another dialect is refused by name', async () => {
    const { secret, key } = await access.keys.create(owner, { name: 'make', dialect: 'make' })
    expect(secret).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4/)
    expect(key.hint).toBe(`…${secret?.slice(-4)}`)
    for (const dialect of ['xai', 'toString']) {
      await expect(access.keys.create(owner, { name: 'x', dialect })).rejects.toMatchObject({
        fields: [{ field: 'dialect', message: 'must be among native, make in this version' }],
      })
    }
  })

  test('end at once when revoked, and other processes are told', async () => {
    const { key, secret } = await access.keys.create(owner, { name: 'short-lived' })
    await access.authenticate(secret ?? '')
    await access.keys.revoke(owner, key.id)
    await expect(access.authenticate(secret ?? '')).rejects.toMatchObject({ code: 'invalid_key' })
    expect(told.others).toBe(1)
    await expect(access.keys.revoke(owner, key.id)).rejects.toMatchObject({ code: 'key_not_found' })
    expect(published.map(({ type, seq, stream }) => ({ type, seq, stream }))).toEqual([
      { type: 'key.created', seq: 1, stream: key.id },
      { type: 'key.revoked', seq: 2, stream: key.id },
    ])
  })

  test('of others are for admins only', async () => {
    const { principal: member } = await memberWith('member')
    const { principal: admin } = await memberWith('admin')
    const { key } = await access.keys.create(owner, { name: 'the owner’s' })
    await expect(access.keys.revoke(member, key.id)).rejects.toMatchObject({ code: 'forbidden_role' })
    await expect(access.keys.create(member, { name: 'x', userId: owner.userId })).rejects.toMatchObject({
      code: 'forbidden_role',
    })
    const seen = await access.keys.list(member, { limit: 100, after: null })
    expect(new Set(seen.map(({ userId }) => userId))).toEqual(new Set([member.userId]))
    await access.keys.revoke(admin, key.id)
  })

  test('are listed newest first, in pages, without the revoked', async () => {
    const { key: first } = await access.keys.create(owner, { name: 'first' })
    const { key: second } = await access.keys.create(owner, { name: 'second' })
    const { key: revoked } = await access.keys.create(owner, { name: 'revoked' })
    await access.keys.revoke(owner, revoked.id)
    const [newest] = await access.keys.list(owner, { limit: 1, after: null })
    const [next] = await access.keys.list(owner, { limit: 1, after: second.id })
    expect([newest?.id, next?.id]).toEqual([second.id, first.id])
  })

  test('of another workspace are not found', async () => {
    const { organizationId, userId: ownerId } = place
    const { id: workspaceId } = await access.members.createWorkspace({
      organizationId,
      ownerId,
      name: 'Other',
    })
    const { key } = await access.keys.create(owner, { name: 'here' })
    await expect(access.keys.revoke({ ...owner, workspaceId }, key.id)).rejects.toMatchObject({
      code: 'key_not_found',
    })
    expect(await access.keys.list({ ...owner, workspaceId }, { limit: 10, after: null })).toEqual([])
  })
})

describe('members', () => {
  test('lose what they may do as soon as their role changes', async () => {
    const { userId, key } = await memberWith('admin')
    await access.members.changeRole(owner, userId, 'member')
    expect(await access.authenticate(key)).toMatchObject({ role: 'member' })
    expect(told.others).toBe(1)
  })

  test('lose their keys with their membership, and do not get them back with it', async () => {
    const email = 'ada@example.com'
    const { userId } = await access.members.add(owner, { name: 'Ada', email })
    const { secret } = await access.keys.create(owner, { name: 'Ada’s', userId })
    await access.authenticate(secret ?? '')
    await access.members.remove(owner, userId)
    await expect(access.authenticate(secret ?? '')).rejects.toMatchObject({ code: 'invalid_key' })
    expect(await access.members.add(owner, { name: 'Ada', email: 'ADA@example.com' })).toMatchObject({
      userId,
    })
    await expect(access.authenticate(secret ?? '')).rejects.toMatchObject({ code: 'invalid_key' })
  })

  test('are added once', async () => {
    const id = newId()
    const first = await access.members.add(owner, { id, name: 'Bob', email: 'bob@example.com' })
    expect(await access.members.add(owner, { id, name: 'Bob', email: 'bob@example.com' })).toEqual(first)
    await expect(access.members.add(owner, { name: 'Bob', email: 'Bob@example.com' })).rejects.toMatchObject({
      fields: [{ field: 'email', message: 'is the address of somebody who is a member already' }],
    })
  })

  test('cannot be given, changed or removed above the role of who asks', async () => {
    const { principal: admin } = await memberWith('admin')
    const { principal: member, userId } = await memberWith('member')
    await expect(access.members.add(admin, { name: 'x', role: 'owner' })).rejects.toMatchObject({
      code: 'forbidden_role',
    })
    await expect(access.members.changeRole(admin, owner.userId, 'member')).rejects.toMatchObject({
      code: 'forbidden_role',
    })
    await expect(access.members.remove(admin, owner.userId)).rejects.toMatchObject({ code: 'forbidden_role' })
    await expect(access.members.changeRole(member, userId, 'admin')).rejects.toMatchObject({
      code: 'forbidden_role',
    })
    expect(await access.members.changeRole(admin, userId, 'admin')).toMatchObject({ role: 'admin' })
  })

  test('always include an owner, whoever leaves first', async () => {
    await expect(access.members.remove(owner, owner.userId)).rejects.toMatchObject({ code: 'last_owner' })
    await expect(access.members.changeRole(owner, owner.userId, 'admin')).rejects.toMatchObject({
      code: 'last_owner',
    })
    const { userId, principal: second } = await memberWith('owner')
    const both = await Promise.allSettled([
      access.members.changeRole(owner, userId, 'admin'),
      access.members.changeRole(second, owner.userId, 'admin'),
    ])
    expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
    const owners = (await access.members.list(owner, { limit: 100, after: null })).filter(
      ({ role }) => role === 'owner',
    )
    expect(owners).toHaveLength(1)
    await access.members.changeRole(
      owners[0]?.userId === owner.userId ? owner : second,
      owner.userId,
      'owner',
    )
  })

  test('of another workspace are not found', async () => {
    const { userId } = await memberWith('member')
    const { organizationId, userId: ownerId } = place
    const { id: workspaceId } = await access.members.createWorkspace({
      organizationId,
      ownerId,
      name: 'Third',
    })
    const elsewhere = { ...owner, workspaceId }
    await expect(access.members.changeRole(elsewhere, userId, 'admin')).rejects.toMatchObject({
      code: 'member_not_found',
    })
    expect(await access.members.list(elsewhere, { limit: 10, after: null })).toHaveLength(1)
  })

  test('have their changes in the stream of the workspace', async () => {
    const { userId } = await memberWith('member')
    await access.members.remove(owner, userId)
    const ours = published.filter(({ type }) => type.startsWith('member.'))
    expect(ours.map(({ type, stream, data }) => ({ type, stream, data }))).toEqual([
      { type: 'member.added', stream: place.workspaceId, data: { userId, role: 'member' } },
      { type: 'member.removed', stream: place.workspaceId, data: { userId } },
    ])
  })
})
