import * as fc from 'fast-check'
import { isJsonObject, type JsonObject, type JsonValue } from '../../src/lib/json.ts'

/** Text that has broken servers before: NUL, lone surrogates, right-to-left marks, quotes, very long. */
const hostileText = fc.oneof(
  fc.constantFrom(
    '',
    '\0',
    'a\0b',
    '\uD800',
    '\uDFFF\uD800',
    '\u202Eabc',
    '\uFEFF',
    '💥'.repeat(50),
    '../../etc/passwd',
  ),
  fc.constantFrom(
    "'; drop table keys; --",
    '%00',
    '{{x}}',
    '__proto__',
    'constructor',
    'null',
    '-1',
    '1e999',
    'NaN',
  ),
  fc.constant('x'.repeat(100_000)),
  fc.string({ unit: 'binary', maxLength: 40 }),
)

const hostileNumber = fc.constantFrom(
  0,
  -0,
  -1,
  0.1,
  1e308,
  -1e308,
  2 ** 31,
  2 ** 53,
  2 ** 63,
  Number.MIN_VALUE,
)

function nested(depth: number): JsonValue {
  let value: JsonValue = 'deep'
  for (let i = 0; i < depth; i++) value = i % 2 === 0 ? [value] : { a: value }
  return value
}

/** Any JSON at all, most of it wrong wherever it is put. */
export const hostileJson: fc.Arbitrary<JsonValue> = fc.oneof(
  hostileText,
  hostileNumber,
  fc.boolean(),
  fc.constant(null),
  fc.constantFrom<JsonValue>(
    [],
    {},
    nested(30),
    nested(70),
    nested(2000),
    Array.from({ length: 5000 }, () => 1),
  ),
  fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<JsonValue>,
  fc.dictionary(hostileText, hostileNumber, { maxKeys: 4 }),
)

export type Resolve = (reference: string) => JsonObject

function objectOf(schema: JsonObject, resolve: Resolve, depth: number): fc.Arbitrary<JsonValue> {
  const properties = isJsonObject(schema['properties']) ? schema['properties'] : {}
  const required = Array.isArray(schema['required']) ? schema['required'] : []
  const members = Object.entries(properties).map(([name, member]) => {
    const value = arbitraryFor(isJsonObject(member) ? member : {}, resolve, depth + 1)
    return fc.tuple(
      fc.constant(name),
      fc.option(value, { freq: required.includes(name) ? 20 : 2, nil: undefined }),
    )
  })
  const unknown = fc.option(fc.tuple(hostileText, hostileJson), { freq: 1, nil: undefined })
  return fc
    .tuple(fc.tuple(...members), fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, unknown))
    .map(([known, extra]) => {
      const pairs = known.filter((pair): pair is [string, JsonValue] => pair[1] !== undefined)
      return Object.fromEntries(extra === undefined ? pairs : [...pairs, extra])
    })
}

function stringOf(schema: JsonObject): fc.Arbitrary<JsonValue> {
  if (schema['format'] === 'date-time')
    return fc.constantFrom('2030-01-01T00:00:00Z', '2030-13-01T00:00:00Z', '1970-01-01')
  if (schema['format'] === 'email') return fc.emailAddress()
  if (schema['format'] === 'uri') return fc.webUrl()
  return fc.oneof(
    { weight: 5, arbitrary: fc.string({ minLength: 1, maxLength: 30 }) },
    { weight: 1, arbitrary: hostileText },
  )
}

function validFor(schema: JsonObject, resolve: Resolve, depth: number): fc.Arbitrary<JsonValue> {
  const { $ref: reference, enum: values, const: constant, anyOf, oneOf, items, minimum, maximum } = schema
  if (typeof reference === 'string') return arbitraryFor(resolve(reference), resolve, depth)
  if (constant !== undefined) return fc.constant(constant)
  if (Array.isArray(values)) return fc.constantFrom(...values)
  const branches = anyOf ?? oneOf
  if (Array.isArray(branches)) {
    return fc.oneof(...branches.filter(isJsonObject).map((branch) => arbitraryFor(branch, resolve, depth)))
  }
  switch (schema['type']) {
    case 'string':
      return stringOf(schema)
    case 'integer':
    case 'number':
      return fc.integer({
        min: typeof minimum === 'number' ? Math.max(Math.ceil(minimum), -(2 ** 31)) : 0,
        max: typeof maximum === 'number' ? Math.min(Math.floor(maximum), 2 ** 31 - 1) : 1000,
      })
    case 'boolean':
      return fc.boolean()
    case 'null':
      return fc.constant(null)
    case 'array':
      return fc.array(arbitraryFor(isJsonObject(items) ? items : {}, resolve, depth + 1), { maxLength: 3 })
    case 'object':
      return objectOf(schema, resolve, depth)
    default:
      return hostileJson
  }
}

/** Values that a JSON Schema mostly allows, with something hostile in one place of ten. */
export function arbitraryFor(schema: JsonObject, resolve: Resolve, depth = 0): fc.Arbitrary<JsonValue> {
  if (depth > 6) return fc.constant(null)
  return fc.oneof(
    { weight: 9, arbitrary: validFor(schema, resolve, depth) },
    { weight: 1, arbitrary: hostileJson },
  )
}

/** What may stand in a path segment or a query: percent-encoded by the caller. */
export const hostileSegment = fc.oneof(
  fc.constantFrom(
    '0',
    '-1',
    '1e9',
    '\0',
    'a\0',
    '.',
    '..',
    '../..',
    '%',
    '%2',
    '%zz',
    ' ',
    '/',
    '?',
    '#',
    '💥',
    ':id',
    '*',
  ),
  fc.constantFrom('9'.repeat(30), 'x'.repeat(2000), 'agent_', 'agent_' + 'z'.repeat(22), 'null', 'undefined'),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }),
)
