import { hash } from 'node:crypto'

/**
 * A UUID (version 8) that is always the same for the same words: what is not stored under an id of its own is still
 * printed with one, however often and by whichever process.
 */
export function derivedId(kind: 'step' | 'event' | 'thread', of: string, number: number): string {
  const hex = hash('sha256', `${kind}/${of}/${number}`, 'hex')
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 0b0011) | 0b1000).toString(16)
  const groups = [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, variant + hex.slice(17, 20)]
  return `${groups.join('-')}-${hex.slice(20, 32)}`
}
