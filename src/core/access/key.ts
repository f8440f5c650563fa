import { hash, randomBytes, randomUUID } from 'node:crypto'

/** How the API keys of one dialect look. Both kinds are printed so that a client's own form check passes. */
export type KeyForm = { kind: 'prefixed'; prefix: string } | { kind: 'uuid' }

const secretBytes = 32
const uuidV4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i
/** Longer credentials are refused before they are hashed. */
const longestKey = 512

/** A new secret in the given form: 256 bits of randomness, or the 122 that a UUID can hold. */
export function mintKey(form: KeyForm): string {
  if (form.kind === 'uuid') return randomUUID()
  return form.prefix + randomBytes(secretBytes).toString('base64url')
}

/** Whether a credential looks like a key of this form. It says nothing about its being valid. */
export function hasKeyForm(key: string, form: KeyForm): boolean {
  if (form.kind === 'uuid') return uuidV4.test(key)
  return key.startsWith(form.prefix) && key.length > form.prefix.length
}

/**
 * The SHA-256 of a key, hex: all of it that is stored. A plain hash is enough because a key is random; and looking it
 * up by hash takes the same time for every wrong key. Null when no key can be that long.
 */
export function hashKey(key: string): string | null {
  return key.length > longestKey ? null : hash('sha256', key, 'hex')
}

/** What may be shown of a key afterwards: the prefix of its form and its last four characters. */
export function keyHint(key: string, form: KeyForm | null): string {
  const prefix = form?.kind === 'prefixed' && hasKeyForm(key, form) ? form.prefix : ''
  return `${prefix}…${key.slice(-4)}`
}
