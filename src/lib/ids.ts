import { randomUUIDv7 } from 'node:crypto'

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
/** 62^22 is the first power of 62 above 2^128. */
const width = 22
const uuidForm = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** A new primary key: UUIDv7, so that keys sort by the time they were minted. */
export function newId(): string {
  return randomUUIDv7()
}

export function isUuid(text: string): boolean {
  return uuidForm.test(text)
}

/** A 128-bit UUID as 22 base62 characters. */
export function base62FromUuid(uuid: string): string {
  let value = BigInt('0x' + uuid.replaceAll('-', ''))
  let text = ''
  for (let i = 0; i < width; i++) {
    text = alphabet[Number(value % 62n)] + text
    value /= 62n
  }
  return text
}

/** The UUID behind 22 base62 characters, or null when the text is not one. */
export function uuidFromBase62(text: string): string | null {
  if (text.length !== width) return null
  let value = 0n
  for (const character of text) {
    const digit = alphabet.indexOf(character)
    if (digit < 0) return null
    value = value * 62n + BigInt(digit)
  }
  if (value >= 1n << 128n) return null
  const hex = value.toString(16).padStart(32, '0')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

/** `agent_` + base62: how ids are printed outside. */
export function printId(prefix: string, uuid: string): string {
  return `${prefix}_${base62FromUuid(uuid)}`
}

/** The UUID behind a printed id, or null when the prefix or the form is another. */
export function parseId(prefix: string, text: string): string | null {
  if (!text.startsWith(`${prefix}_`)) return null
  return uuidFromBase62(text.slice(prefix.length + 1))
}
