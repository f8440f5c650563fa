import { expect, test } from 'vitest'
import { checkExpiry, checkOwnerRemains, checkRoleChange, grantFor } from './grant.ts'
import type { Role, Scope } from './principal.ts'

const admin = { role: 'admin' as const, scopes: new Set<Scope>(['keys:write', 'agents:write', 'runs:read']) }

test('gives everything its maker may do when nothing is asked for', () => {
  expect(grantFor(admin, 'admin', {})).toEqual({
    role: 'admin',
    scopes: ['agents:write', 'runs:read', 'keys:write'],
  })
})

test('gives less when less is asked for, each scope once', () => {
  const asked = {
    role: 'member' as const,
    scopes: ['runs:read', 'runs:read', 'agents:read'] satisfies Scope[],
  }
  expect(grantFor(admin, 'admin', asked)).toEqual({ role: 'member', scopes: ['runs:read', 'agents:read'] })
})

test('names the role that is too much', () => {
  expect(() => grantFor(admin, 'admin', { role: 'owner' })).toThrow(
    expect.objectContaining({
      code: 'forbidden_grant',
      message: 'A key of an admin cannot have the role owner.',
      fields: [{ field: 'role', message: 'must be member or admin' }],
    }),
  )
})

test('names the scopes that the maker lacks', () => {
  expect(() => grantFor(admin, 'admin', { scopes: ['runs:read', 'runs:write', 'usage:read'] })).toThrow(
    expect.objectContaining({
      code: 'forbidden_grant',
      message: 'Your own key lacks: runs:write, usage:read.',
    }),
  )
})

test('gives a key for another member no more than that member has', () => {
  expect(grantFor(admin, 'member', {}).role).toBe('member')
  expect(() => grantFor(admin, 'member', { role: 'admin' })).toThrow(
    expect.objectContaining({ code: 'forbidden_grant' }),
  )
  expect(grantFor(admin, 'owner', {}).role).toBe('admin')
})

test('wants an expiry that lies ahead', () => {
  expect(() => checkExpiry(null, 1000)).not.toThrow()
  expect(() => checkExpiry(new Date(1001), 1000)).not.toThrow()
  expect(() => checkExpiry(new Date(1000), 1000)).toThrow(
    expect.objectContaining({ code: 'invalid_request' }),
  )
})

test.each<[Role, Role | null, Role | null, boolean]>([
  ['admin', null, 'member', true],
  ['admin', 'member', 'admin', true],
  ['admin', null, 'owner', false],
  ['admin', 'owner', 'member', false],
  ['admin', 'owner', null, false],
  ['owner', 'owner', 'member', true],
  ['owner', 'member', 'owner', true],
])('%s changing a membership from %s to %s: %s', (actor, from, to, allowed) => {
  const change = () => checkRoleChange(actor, from, to)
  if (allowed) expect(change).not.toThrow()
  else expect(change).toThrow(expect.objectContaining({ code: 'forbidden_role' }))
})

test('keeps at least one owner', () => {
  const one = new Map<string, Role>([
    ['a', 'owner'],
    ['b', 'admin'],
  ])
  const two = new Map<string, Role>([
    ['a', 'owner'],
    ['b', 'owner'],
  ])
  expect(() => checkOwnerRemains(one, 'a', 'admin')).toThrow(expect.objectContaining({ code: 'last_owner' }))
  expect(() => checkOwnerRemains(one, 'a', null)).toThrow(expect.objectContaining({ code: 'last_owner' }))
  expect(() => checkOwnerRemains(one, 'a', 'owner')).not.toThrow()
  expect(() => checkOwnerRemains(one, 'b', null)).not.toThrow()
  expect(() => checkOwnerRemains(two, 'a', null)).not.toThrow()
})
