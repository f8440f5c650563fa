import { expect, test } from 'vitest'
import { newKeyOf, type KeyValues } from './key-values.ts'

const values: KeyValues = {
  name: ' CI ',
  dialect: 'native',
  isPublic: false,
  allowed_origins: 'left.example',
  role: '',
  everything: true,
  scopes: ['runs:write'],
  lifetime: '',
  expires_at: '2001-01-01',
  user_id: '',
}
const now = Date.parse('2026-06-01T00:00:00Z')

test('a form that was left alone asks for nothing but a name', () => {
  expect(newKeyOf(values, now)).toEqual({ name: 'CI', dialect: 'native' })
})

test('chosen rights and an end are asked for', () => {
  const chosen = { ...values, role: 'member', everything: false, lifetime: '7', user_id: 'user_1' } as const
  expect(newKeyOf(chosen, now)).toEqual({
    name: 'CI',
    dialect: 'native',
    role: 'member',
    scopes: ['runs:write'],
    expires_at: '2026-06-08T00:00:00.000Z',
    user_id: 'user_1',
  })
})

test('a key for public pages asks for its sites, and for no rights', () => {
  const page = { ...values, isPublic: true, role: 'admin', everything: false } as const
  expect(newKeyOf({ ...page, allowed_origins: 'a.example\n b.example, \n' }, now)).toEqual({
    name: 'CI',
    dialect: 'native',
    allowed_origins: ['a.example', 'b.example'],
  })
})

test('a key that ends on a day counts that day to its end', () => {
  const dated = newKeyOf({ ...values, lifetime: 'date', expires_at: '2027-01-31' }, now)
  expect(Date.parse(dated.expires_at ?? '')).toBe(new Date(2027, 0, 31, 23, 59, 59).getTime())
})
