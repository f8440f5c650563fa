import { isJsonObject, type JsonObject, type JsonValue } from '../../lib/json.ts'

/** A schema with its reference followed, its alternatives reduced to the first that is not null, and `allOf` merged. */
export function deref(schema: JsonValue, root: JsonValue, depth = 0): JsonObject {
  if (!isJsonObject(schema) || depth > 16) return {}
  const reference = schema['$ref']
  if (typeof reference === 'string') return deref(lookUp(reference, root), root, depth + 1)
  const alternatives = schema['anyOf'] ?? schema['oneOf']
  if (Array.isArray(alternatives)) {
    const chosen = alternatives.find((one) => isJsonObject(one) && one['type'] !== 'null')
    return { ...schema, ...deref(chosen ?? {}, root, depth + 1) }
  }
  if (Array.isArray(schema['allOf'])) {
    const merged: JsonObject = { ...schema }
    for (const one of schema['allOf']) {
      const part = deref(one, root, depth + 1)
      merged['properties'] = { ...propertiesOf(merged), ...propertiesOf(part) }
      merged['required'] = [...requiredOf(merged), ...requiredOf(part)]
      merged['type'] ??= part['type'] ?? 'object'
    }
    return merged
  }
  return schema
}

function lookUp(reference: string, root: JsonValue): JsonValue {
  let value: JsonValue | undefined = root
  for (const key of reference.replace(/^#\/?/, '').split('/')) {
    if (key === '') continue
    value = isJsonObject(value) ? value[key.replaceAll('~1', '/').replaceAll('~0', '~')] : undefined
  }
  return value ?? {}
}

export function propertiesOf(schema: JsonValue): JsonObject {
  return isJsonObject(schema) && isJsonObject(schema['properties']) ? schema['properties'] : {}
}

export function requiredOf(schema: JsonValue): string[] {
  const required = isJsonObject(schema) ? schema['required'] : undefined
  return Array.isArray(required) ? required.filter((name) => typeof name === 'string') : []
}

/** The first type that is not null; what the other keywords imply when there is none. */
export function typeOf(schema: JsonObject): string {
  const { type } = schema
  if (typeof type === 'string') return type
  if (Array.isArray(type)) {
    const first = type.find((one) => one !== 'null')
    return typeof first === 'string' ? first : 'null'
  }
  if (schema['properties'] !== undefined) return 'object'
  return schema['items'] === undefined ? 'string' : 'array'
}

export function isNullable(schema: JsonValue): boolean {
  if (!isJsonObject(schema)) return false
  const alternatives = schema['anyOf'] ?? schema['oneOf']
  if (Array.isArray(alternatives)) return alternatives.some(isNullable)
  return schema['type'] === 'null' || (Array.isArray(schema['type']) && schema['type'].includes('null'))
}
