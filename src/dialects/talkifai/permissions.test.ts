import { expect, test } from 'vitest'
import type { Role } from '../../core/access/principal.ts'
import type { Visibility } from '../../core/agents/agent.ts'
import { refuseCreate, refuseDelete, refuseEdit } from './permissions.ts'

const roles: Role[] = ['owner', 'admin', 'member']
const may = (act: () => void): boolean => {
  try {
    act()
    return true
  } catch {
    return false
  }
}

test.each<[Visibility, boolean[]]>([
  ['workspace', [true, true, true]],
  ['private', [true, true, true]],
  ['managed', [true, true, false]],
])('owner, admin and member create %s agents: %j', (visibility, expected) => {
  expect(roles.map((role) => may(() => refuseCreate({ role, userId: 'u' }, visibility)))).toEqual(expected)
})

test.each<[Visibility, string, Visibility, boolean[]]>([
  ['private', 'u', 'private', [true, true, true]],
  ['private', 'another', 'private', [true, true, false]],
  ['private', 'u', 'workspace', [true, true, false]],
  ['private', 'u', 'managed', [true, true, false]],
  ['workspace', 'u', 'workspace', [true, true, false]],
  ['workspace', 'u', 'private', [true, true, false]],
  ['managed', 'u', 'managed', [true, true, false]],
])('owner, admin and member make a %s agent of %s %s: %j', (visibility, ownerId, next, expected) => {
  const agent = { visibility, ownerId }
  expect(roles.map((role) => may(() => refuseEdit({ role, userId: 'u' }, agent, next)))).toEqual(expected)
})

test('owners and admins delete, members do not', () => {
  expect(roles.map((role) => may(() => refuseDelete({ role, userId: 'u' })))).toEqual([true, true, false])
})
