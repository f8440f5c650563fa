import { hash } from 'node:crypto'
import { canonicalJson, parseJson, type JsonObject, type JsonValue } from '../lib/json.ts'

/**
 * A part of an agent kept as its client wrote it, order of keys included, beside the core value it was translated to.
 * It is printed again for as long as the core value is what it was then: an edit through another dialect ends it.
 */
export function keepAsSent(sent: JsonValue, core: JsonValue): JsonObject {
  return { text: JSON.stringify(sent), of: fingerprint(core) }
}

/** What `keepAsSent` kept, or undefined when there is nothing or the core value has changed since. */
export function asSent(kept: JsonValue | undefined, core: JsonValue): JsonValue | undefined {
  const { text, of } = (kept ?? {}) as JsonObject // anything else has neither member
  if (typeof text !== 'string' || of !== fingerprint(core)) return undefined
  return parseJson(text)
}

function fingerprint(core: JsonValue): string {
  return hash('sha256', canonicalJson(core), 'base64url').slice(0, 22)
}
