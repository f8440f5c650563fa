import { createHash } from 'node:crypto'
import {
  canonicalJson,
  isJsonObject,
  parseForeignJson,
  type JsonObject,
  type JsonValue,
} from '../../lib/json.ts'
import type { InputPart } from './run.ts'

/** What selectors look into when a run's caller says nothing else: its text, and its fields when that is a JSON object. */
export function payloadOf(input: readonly InputPart[]): JsonObject {
  const text = input.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n')
  const fields = parseForeignJson(text)
  return isJsonObject(fields) ? { text, ...fields } : { text }
}

/** The same for requests with equal values under the selectors; null when there is nothing under any of them. */
export function deduplicationKey(payload: JsonObject, selectors: readonly string[]): string | null {
  const found = [...new Set(selectors)].toSorted().flatMap((selector): [string, JsonValue][] => {
    const value = valueAt(payload, selector)
    return value === undefined ? [] : [[selector, value]]
  })
  return found.length === 0 ? null : createHash('sha256').update(canonicalJson(found)).digest('base64url')
}

/** What stands at a dot path; items of a list by their number from 0. */
function valueAt(payload: JsonObject, path: string): JsonValue | undefined {
  let value: JsonValue | undefined = payload
  for (const name of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
    if (Array.isArray(value)) value = value[Number(name)]
    else value = value[name]
  }
  return value
}
