import { randomUUIDv7 } from 'node:crypto'

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
/** 62^22 is the first power of 62 above 2^128. */
const width = 22
const base62Form = /^[0-9A-Za-z]{22}$/

/** Largest value of the 12 bits behind the version digit. */
const counterLimit = 0xfff
let lastMs = 0
let counter = 0

/**
 * A new primary key: UUIDv7, so that keys sort by the time they were minted. Those of one process are strictly
 * increasing: what was minted in the same millisecond is numbered in the 12 bits that follow the time.
 */
export function newId(): string {
  const random = randomUUIDv7()
  const now = Number.parseInt(random.slice(0, 8) + random.slice(9, 13), 16)
  if (now > lastMs) {
    lastMs = now
    counter = 0
  } else if (counter < counterLimit) counter += 1
  else {
    lastMs += 1
    counter = 0
  }
  const time = lastMs.toString(16).padStart(12, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}-7${counter.toString(16).padStart(3, '0')}${random.slice(18)}`
}

/** Five base62 digits at a time fit a number, which is many times faster than one big integer division per digit. */
const chunkDigits = 5
const chunkBase = 62n ** 5n

/** A 128-bit UUID as 22 base62 characters. */
export function base62FromUuid(uuid: string): string {
  let value = BigInt(`0x${uuid.replaceAll('-', '')}`)
  let text = ''
  while (text.length < width) {
    let chunk = Number(value % chunkBase)
    value /= chunkBase
    for (let i = 0; i < chunkDigits && text.length < width; i++) {
      text = alphabet.charAt(chunk % 62) + text
      chunk = Math.floor(chunk / 62)
    }
  }
  return text
}

/** The UUID behind 22 base62 characters, or null when the text is not one. */
export function uuidFromBase62(text: string): string | null {
  if (!base62Form.test(text)) return null
  let value = 0n
  for (let start = 0; start < width; start += chunkDigits) {
    const end = Math.min(start + chunkDigits, width)
    let chunk = 0
    for (let i = start; i < end; i++) chunk = chunk * 62 + alphabet.indexOf(text.charAt(i))
    value = value * BigInt(62 ** (end - start)) + BigInt(chunk)
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
