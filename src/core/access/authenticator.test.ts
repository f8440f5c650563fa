import { expect, test } from 'vitest'
import type { Clock } from '../../lib/clock.ts'
import type { AccessStore } from './access-store.ts'
import type { KeyHolder } from './key-holder-store.ts'
import { createKeyAuthenticator } from './authenticator.ts'
import { hashKey } from './key.ts'

const holder: KeyHolder = {
  keyId: 'k',
  userId: 'u',
  workspaceId: 'w',
  organizationId: 'o',
  keyRole: 'owner',
  memberRole: 'admin',
  scopes: ['agents:read'],
  allowedOrigins: null,
  expiresAt: null,
}

/** An authenticator over a table of one key, with its clock and a count of its looks into the database. */
function setUp(found: () => KeyHolder | null) {
  const state = { now: 1_000_000, looks: 0, gate: Promise.resolve() }
  const clock: Clock = { now: () => state.now, monotonic: () => state.now, sleep: async () => {} }
  const store: Pick<AccessStore, 'findHolder'> = {
    async findHolder(hash) {
      state.looks += 1
      await state.gate
      return hash === hashKey('right') ? found() : null
    },
  }
  return { state, authenticator: createKeyAuthenticator({ store, clock }) }
}

test('gives the lesser of the roles of key and member', async () => {
  const { authenticator } = setUp(() => holder)
  expect(await authenticator.authenticate('right')).toMatchObject({
    role: 'admin',
    keyId: 'k',
    workspaceId: 'w',
  })
  const other = setUp(() => ({ ...holder, keyRole: 'member', memberRole: 'owner' }))
  expect(await other.authenticator.authenticate('right')).toMatchObject({ role: 'member' })
})

test('answers at once for five seconds, then looks again', async () => {
  const { state, authenticator } = setUp(() => holder)
  await authenticator.authenticate('right')
  state.now += 4999
  expect(authenticator.authenticate('right')).not.toBeInstanceOf(Promise)
  expect(state.looks).toBe(1)
  state.now += 1
  await authenticator.authenticate('right')
  expect(state.looks).toBe(2)
})

test('looks once for requests that arrive together', async () => {
  const { state, authenticator } = setUp(() => holder)
  await Promise.all([authenticator.authenticate('right'), authenticator.authenticate('right')])
  expect(state.looks).toBe(1)
})

test('refuses an unknown key every time, and one that is too long without a look', async () => {
  const { state, authenticator } = setUp(() => holder)
  await expect(authenticator.authenticate('wrong')).rejects.toMatchObject({ code: 'invalid_key' })
  await expect(authenticator.authenticate('wrong')).rejects.toMatchObject({ code: 'invalid_key' })
  expect(state.looks).toBe(2)
  expect(() => authenticator.authenticate('x'.repeat(1000))).toThrow(
    expect.objectContaining({ code: 'invalid_key' }),
  )
  expect(state.looks).toBe(2)
})

test('refuses a key from the moment it expires, although it is remembered', async () => {
  const { state, authenticator } = setUp(() => ({ ...holder, expiresAt: new Date(1_002_000) }))
  await authenticator.authenticate('right')
  state.now = 1_001_999
  expect(authenticator.authenticate('right')).not.toBeInstanceOf(Promise)
  state.now = 1_002_000
  await expect(authenticator.authenticate('right')).rejects.toMatchObject({ code: 'invalid_key' })
})

test('forgets at once when told to, also what is just being read', async () => {
  let current: KeyHolder | null = holder
  const { state, authenticator } = setUp(() => current)
  await authenticator.authenticate('right')
  current = null
  authenticator.invalidate()
  await expect(authenticator.authenticate('right')).rejects.toMatchObject({ code: 'invalid_key' })
  current = holder
  const gate = Promise.withResolvers<void>()
  state.gate = gate.promise
  const reading = authenticator.authenticate('right')
  authenticator.invalidate()
  gate.resolve()
  await reading
  const before = state.looks
  await authenticator.authenticate('right')
  expect(state.looks).toBe(before + 1)
})
