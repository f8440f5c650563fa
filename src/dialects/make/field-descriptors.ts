import { isJsonObject, type JsonObject, type JsonValue } from '../../lib/json.ts'

/** A field of this vendor's forms: it describes the input and output of scenarios, and structured answers of agents. */
export interface FieldDescriptor {
  /** Absent only where it describes the items of an array. */
  name?: string
  type: string
  label?: string
  help?: string
  required?: boolean
  default?: JsonValue
  /** Of a `select`. */
  options?: { label: string; value: JsonValue }[]
  /** A `select` that takes several of its options. */
  multiple?: boolean
  /** Of a `collection` its fields; of an `array` what its items are: one descriptor, or the fields of each. */
  spec?: FieldDescriptor[] | FieldDescriptor
}

/** Forms within forms, at most; nobody fills in a deeper one. */
export const maxDepth = 16

/** The JSON Schema of one field, without what its name and its label say. */
const schemas: Record<string, JsonObject> = {
  number: { type: 'number' },
  integer: { type: 'integer' },
  uinteger: { type: 'integer', minimum: 0 },
  boolean: { type: 'boolean' },
  json: { type: 'string', contentMediaType: 'application/json' },
  any: {},
}

/** A date is text: no `format`, which would refuse what other writers of dates write. The model is told in words. */
const dateHint = 'ISO 8601 date'
const dateHintForm = /^(?:(.*\S) )?\(?ISO 8601 date\)?$/s

/** The JSON Schema of an object with these fields. Every type that is not listed is text. */
export function schemaOfFields(fields: readonly FieldDescriptor[]): JsonObject {
  const named = fields.filter((field) => field.name !== undefined)
  const required = named.filter((field) => field.required === true).map(({ name }) => name ?? '')
  return {
    type: 'object',
    properties: Object.fromEntries(named.map((field) => [field.name, schemaOfField(field)])),
    ...(required.length > 0 && { required }),
  }
}

function schemaOfField(field: FieldDescriptor): JsonObject {
  const { label, help, default: preset } = field
  const description = field.type === 'date' ? (help === undefined ? dateHint : `${help} (${dateHint})`) : help
  return {
    ...valueSchema(field),
    ...(label !== undefined && { title: label }),
    ...(description !== undefined && { description }),
    ...(preset !== undefined && { default: preset }),
  }
}

function valueSchema({ type, spec, options, multiple }: FieldDescriptor): JsonObject {
  if (type === 'collection') return spec === undefined ? { type: 'object' } : schemaOfFields([spec].flat())
  if (type === 'array') return { type: 'array', items: spec === undefined ? {} : itemSchema(spec) }
  if (type !== 'select') return schemas[type] ?? { type: 'string' }
  const one = choiceSchema(options ?? [])
  return multiple === true ? { type: 'array', items: one } : one
}

function itemSchema(spec: FieldDescriptor[] | FieldDescriptor): JsonObject {
  return Array.isArray(spec) ? schemaOfFields(spec) : schemaOfField(spec)
}

function choiceSchema(options: { value: JsonValue }[]): JsonObject {
  const values = [...new Set(options.map(({ value }) => value))]
  const schema: JsonObject = values.every((value) => typeof value === 'string') ? { type: 'string' } : {}
  return values.length === 0 ? schema : { ...schema, enum: values }
}

/** The fields of an object as they are described by its JSON Schema; what forms cannot say is left out. */
export function fieldsOfSchema(schema: JsonObject, depth = 0): FieldDescriptor[] {
  const { properties, required } = schema
  if (!isJsonObject(properties) || depth > maxDepth) return []
  const needed = new Set(Array.isArray(required) ? required : [])
  return Object.entries(properties).map(([name, property]) => ({
    name,
    ...fieldOfSchema(isJsonObject(property) ? property : {}, depth),
    required: needed.has(name),
  }))
}

function fieldOfSchema(schema: JsonObject, depth: number): FieldDescriptor {
  const { title, description, default: preset } = schema
  const date = typeof description === 'string' ? dateHintForm.exec(description) : null
  const shape = shapeOfSchema(schema, depth)
  const isDate = shape.type === 'text' && (date !== null || isDateFormat(schema['format']))
  const help = isDate && date !== null ? date[1] : description
  return {
    ...shape,
    ...(isDate && { type: 'date' }),
    ...(typeof title === 'string' && { label: title }),
    ...(typeof help === 'string' && { help }),
    ...(preset !== undefined && { default: preset }),
  }
}

function isDateFormat(format: JsonValue | undefined): boolean {
  return format === 'date' || format === 'date-time'
}

function shapeOfSchema(schema: JsonObject, depth: number): FieldDescriptor {
  const { enum: values, items } = schema
  if (Array.isArray(values)) return { type: 'select', options: values.map(optionOf) }
  switch (typeOfSchema(schema)) {
    case 'object': {
      const spec = fieldsOfSchema(schema, depth + 1)
      return { type: 'collection', ...(spec.length > 0 && { spec }) }
    }
    case 'array':
      return isJsonObject(items) && depth < maxDepth ? arrayOf(items, depth) : { type: 'array' }
    case 'integer':
      return { type: Number(schema['minimum'] ?? -1) >= 0 ? 'uinteger' : 'integer' }
    case 'number':
      return { type: 'number' }
    case 'boolean':
      return { type: 'boolean' }
    case 'string':
      return { type: schema['contentMediaType'] === 'application/json' ? 'json' : 'text' }
    default:
      return { type: 'any' }
  }
}

function arrayOf(items: JsonObject, depth: number): FieldDescriptor {
  if (Array.isArray(items['enum']))
    return { type: 'select', multiple: true, options: items['enum'].map(optionOf) }
  const isForm = typeOfSchema(items) === 'object' && isJsonObject(items['properties'])
  if (isForm) return { type: 'array', spec: fieldsOfSchema(items, depth + 1) }
  return Object.keys(items).length === 0
    ? { type: 'array' }
    : { type: 'array', spec: fieldOfSchema(items, depth + 1) }
}

export function optionOf(value: JsonValue): { label: string; value: JsonValue } {
  return { label: typeof value === 'string' ? value : JSON.stringify(value), value }
}

/** The type of a value; of several types the first that is not null. */
function typeOfSchema(schema: JsonObject): JsonValue | undefined {
  const { type } = schema
  if (Array.isArray(type)) return type.find((one) => one !== 'null')
  return type ?? (isJsonObject(schema['properties']) ? 'object' : undefined)
}
