import { isJsonObject, renameKey, withoutKey, type JsonObject, type JsonValue } from '../document/json.ts'

/** JSON Schema of a tool's arguments, as a list of simple properties. What the list does not show is kept. */
export interface Parameter {
  name: string
  schema: JsonObject
  required: boolean
}

export const parameterTypes = ['string', 'number', 'integer', 'boolean', 'array', 'object'] as const

export function parametersOf(schema: JsonValue | undefined): Parameter[] {
  if (!isJsonObject(schema) || !isJsonObject(schema['properties'])) return []
  const required = requiredOf(schema)
  return Object.entries(schema['properties']).map(([name, property]) => ({
    name,
    schema: isJsonObject(property) ? property : {},
    required: required.includes(name),
  }))
}

function requiredOf(schema: JsonObject): JsonValue[] {
  return Array.isArray(schema['required']) ? schema['required'] : []
}

function propertiesOf(schema: JsonObject): JsonObject {
  return isJsonObject(schema['properties']) ? schema['properties'] : {}
}

export function addParameter(schema: JsonObject, name: string): JsonObject {
  return { type: 'object', ...schema, properties: { ...propertiesOf(schema), [name]: { type: 'string' } } }
}

export function removeParameter(schema: JsonObject, name: string): JsonObject {
  return {
    ...schema,
    properties: withoutKey(propertiesOf(schema), name),
    required: requiredOf(schema).filter((one) => one !== name),
  }
}

export function renameParameter(schema: JsonObject, from: string, to: string): JsonObject {
  return {
    ...schema,
    properties: renameKey(propertiesOf(schema), from, to),
    required: requiredOf(schema).map((one) => (one === from ? to : one)),
  }
}

export function requireParameter(schema: JsonObject, name: string, required: boolean): JsonObject {
  const others = requiredOf(schema).filter((one) => one !== name)
  return { ...schema, required: required ? [...others, name] : others }
}

export function changeParameter(schema: JsonObject, name: string, change: JsonObject): JsonObject {
  const properties = propertiesOf(schema)
  const before = isJsonObject(properties[name]) ? properties[name] : {}
  const after = Object.entries({ ...before, ...change }).filter(([, value]) => value !== null)
  return { ...schema, properties: { ...properties, [name]: Object.fromEntries(after) } }
}

/** The first free name: `parameter`, `parameter_2`, … */
export function freeName(schema: JsonObject): string {
  const properties = propertiesOf(schema)
  let name = 'parameter'
  for (let count = 2; name in properties; count += 1) name = `parameter_${count}`
  return name
}
