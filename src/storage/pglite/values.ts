import type { WireValue } from './wire.ts'

/**
 * A JavaScript value as a wire parameter, by node-postgres's rules: arrays become PostgreSQL arrays, other objects
 * JSON, dates RFC 3339, bytes stay bytes, numbers and booleans their own text. Throws on functions and symbols.
 */
export function wireValue(value: unknown): WireValue {
  if (value === null || value === undefined) return null
  if (typeof value === 'string') return value
  if (value instanceof Uint8Array) return value
  if (value instanceof Date) return value.toISOString()
  if (Array.isArray(value)) return arrayText(value)
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean')
    return String(value)
  if (typeof value === 'object') return JSON.stringify(value)
  throw new TypeError(`A ${typeof value} cannot be a parameter of a statement.`)
}

function arrayText(items: unknown[]): string {
  return `{${items.map(itemText).join(',')}}`
}

function itemText(item: unknown): string {
  if (item === null || item === undefined) return 'NULL'
  if (Array.isArray(item)) return arrayText(item)
  if (item instanceof Uint8Array) return `"\\\\x${Buffer.from(item).toString('hex')}"`
  // Bytes, the one value that is no text, were dealt with.
  const text = wireValue(item) as string
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
}
