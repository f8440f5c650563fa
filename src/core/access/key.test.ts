import { expect, test } from 'vitest'
import { hashKey, hasKeyForm, keyHint, mintKey } from './key.ts'

const prefixed = { kind: 'prefixed', prefix: 'pk_' } as const
const uuid = { kind: 'uuid' } as const

test('mints prefixed keys with 256 bits of randomness', () => {
  const key = mintKey(prefixed)
  expect(key).toMatch(/^pk_[\w-]{43}$/)
  expect(Buffer.from(key.slice(3), 'base64url')).toHaveLength(32)
  expect(mintKey(prefixed)).not.toBe(key)
})

test('mints UUIDv4 keys', () => {
  expect(mintKey(uuid)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
})

test('recognizes the form of a key', () => {
  expect(hasKeyForm(mintKey(prefixed), prefixed)).toBe(true)
  expect(hasKeyForm(mintKey(uuid), uuid)).toBe(true)
  expect(hasKeyForm('pk_', prefixed)).toBe(false)
  expect(hasKeyForm('xai-1', prefixed)).toBe(false)
  expect(hasKeyForm('01a201aa-f501-742c-9bef-e73b92c0bf28', uuid)).toBe(false) // a UUIDv7: one of our ids
})

test('hashes with SHA-256 and refuses what no key can be', () => {
  expect(hashKey('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
  expect(hashKey('x'.repeat(513))).toBeNull()
})

test('hints at a key by its form and its last four characters', () => {
  expect(keyHint('pk_abcdefgh', prefixed)).toBe('pk_…efgh')
  expect(keyHint('3f2b8c1e-5d4a-4c6b-9e7f-0a1b2c3d4e5f', uuid)).toBe('…4e5f')
  expect(keyHint('something-else', null)).toBe('…else')
})
