export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue }
export type JsonObject = { [key: string]: JsonValue }

/** Parsed JSON, or undefined when the text is not JSON. */
export function parseJson(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue
  } catch {
    return undefined
  }
}

/** Arrays and objects inside one another. What walks a value calls itself for each, and so does the database. */
const deepestNesting = 64

/**
 * JSON that somebody else wrote into a text: a model, a tool, a person. Undefined when it is not JSON, or nested deeper
 * than 64 levels, as no request may be either: then it is only text.
 */
export function parseForeignJson(text: string): JsonValue | undefined {
  const value = parseJson(text)
  return value !== undefined && isDeeperThan(value, deepestNesting) ? undefined : value
}

function isDeeperThan(value: JsonValue, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  return levels === 0 || Object.values(value).some((member) => isDeeperThan(member, levels - 1))
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** JSON with sorted keys: equal values give equal text, so it can be hashed. */
export function canonicalJson(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (!isJsonObject(value)) return JSON.stringify(value)
  const members = Object.keys(value)
    .toSorted()
    .map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key] ?? null)}`)
  return `{${members.join(',')}}`
}

/** Whether a NUL character occurs in any string or key: PostgreSQL text cannot hold one. */
export function containsNul(value: JsonValue): boolean {
  if (typeof value === 'string') return value.includes('\0')
  if (Array.isArray(value)) return value.some(containsNul)
  if (isJsonObject(value)) {
    return Object.entries(value).some(([key, member]) => key.includes('\0') || containsNul(member))
  }
  return false
}

/**
 * The text as PostgreSQL can hold it: NUL characters and lone surrogates become U+FFFD. For what models and tools say,
 * and for requests, which are refused before when they hold NUL.
 */
export function cleanText(text: string): string {
  const wellFormed = text.toWellFormed()
  return wellFormed.includes('\0') ? wellFormed.replaceAll('\0', '\uFFFD') : wellFormed
}

/** `cleanText` for every string and key in a value. */
export function cleanJson(value: JsonValue): JsonValue {
  if (typeof value === 'string') return cleanText(value)
  if (Array.isArray(value)) return value.map(cleanJson)
  if (!isJsonObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [cleanText(key), cleanJson(member)]))
}

/** RFC 7396 JSON merge patch. */
export function mergePatch(target: JsonValue | undefined, patch: JsonValue): JsonValue {
  if (!isJsonObject(patch)) return patch
  const result: JsonObject = isJsonObject(target) ? { ...target } : {}
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key]
    else result[key] = mergePatch(result[key], value)
  }
  return result
}
