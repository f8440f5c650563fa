import { Ajv, type ErrorObject, type Options, type ValidateFunction } from 'ajv'
import { Ajv2020 } from 'ajv/dist/2020.js'
import formatsPlugin from 'ajv-formats'
import { canonicalJson, isJsonObject, type JsonValue } from '../../lib/json.ts'
import { compilePattern } from './safe-pattern.ts'
import type { JsonSchema } from './tool.ts'

/** Of the schema as JSON text, in UTF-16 units. */
export const maxSchemaLength = 64 * 1024
const maxCompiled = 1_000
const maxProblems = 10

/** One thing that is wrong with a value: where (`items[0].name`, empty for the whole) and what would be right. */
export interface SchemaProblem {
  path: string
  message: string
}

export interface SchemaValidator {
  /** Why this is not a schema we accept, as a sentence part; null when it is one. */
  check(schema: JsonSchema): string | null
  /** What is wrong with the value, nothing when it fits. Throws when `check` would have refused the schema. */
  validate(schema: JsonSchema, value: JsonValue): SchemaProblem[]
  /** The same in one sentence; null when the value fits. */
  explain(schema: JsonSchema, value: JsonValue): string | null
}

// The packages are CommonJS; under Node's resolution the function is the default export's own default.
const addFormats = formatsPlugin.default
const regExp = Object.assign(compilePattern, { code: 'compilePattern' })

/** JSON Schema 2020-12, or draft-07 where `$schema` says so. Compiled schemas are kept, by identity and by content. */
export function createSchemaValidator(): SchemaValidator {
  const options: Options = {
    strict: false,
    allErrors: true,
    addUsedSchema: false, // two schemas may carry the same $id and mean different things
    unicodeRegExp: false,
    logger: false,
    code: { regExp },
  }
  const draft7 = new Ajv(options)
  const draft2020 = new Ajv2020(options)
  addFormats(draft7)
  addFormats(draft2020)
  const byIdentity = new WeakMap<object, ValidateFunction>()
  const byContent = new Map<string, ValidateFunction>()

  function compiled(schema: JsonSchema): ValidateFunction {
    const known = byIdentity.get(schema)
    if (known !== undefined) return known
    const text = canonicalJson(schema)
    if (text.length > maxSchemaLength) throw new Error(`it is longer than ${maxSchemaLength} characters`)
    const found = byContent.get(text) ?? compile(schema)
    byContent.delete(text)
    byContent.set(text, found)
    if (byContent.size > maxCompiled) byContent.delete(byContent.keys().next().value ?? '')
    byIdentity.set(schema, found)
    return found
  }

  function compile(schema: JsonSchema): ValidateFunction {
    const ajv = String(schema['$schema'] ?? '').includes('draft-07') ? draft7 : draft2020
    // Ajv knows only the drafts it was given; an unknown `$schema` would fail although the rest is ordinary.
    const { $schema: _, ...rest } = schema
    const remote = remoteReference(rest)
    if (remote !== null) throw new Error(`$ref ${JSON.stringify(remote)} points outside the schema`)
    try {
      return ajv.compile(rest)
    } finally {
      ajv.removeSchema(rest) // else the instance would remember every schema for ever
    }
  }

  function validate(schema: JsonSchema, value: JsonValue): SchemaProblem[] {
    const check = compiled(schema)
    return check(value) ? [] : (check.errors ?? []).slice(0, maxProblems).map(problem)
  }

  return {
    validate,

    explain(schema, value) {
      const problems = validate(schema, value)
      if (problems.length === 0) return null
      return problems.map(({ path, message }) => (path === '' ? message : `${path} ${message}`)).join('; ')
    },

    check(schema) {
      try {
        compiled(schema)
        return null
      } catch (error) {
        return error instanceof Error ? error.message : 'it cannot be read'
      }
    },
  }
}

/** The first `$ref` that is not within the document itself. */
function remoteReference(value: JsonValue): string | null {
  if (Array.isArray(value)) return value.map(remoteReference).find((found) => found !== null) ?? null
  if (!isJsonObject(value)) return null
  for (const [key, member] of Object.entries(value)) {
    const isReference = (key === '$ref' || key === '$dynamicRef') && typeof member === 'string'
    if (isReference && !member.startsWith('#')) return member
    const inner = remoteReference(member)
    if (inner !== null) return inner
  }
  return null
}

function problem(error: ErrorObject): SchemaProblem {
  const at = readablePath(error.instancePath)
  const parameters: Record<string, unknown> = error.params
  switch (error.keyword) {
    case 'required':
      return { path: member(at, String(parameters['missingProperty'])), message: 'is required' }
    case 'additionalProperties':
      return { path: member(at, String(parameters['additionalProperty'])), message: 'is not a known field' }
    case 'enum':
      return { path: at, message: `must be one of ${JSON.stringify(parameters['allowedValues'])}` }
    case 'const':
      return { path: at, message: `must be ${JSON.stringify(parameters['allowedValue'])}` }
    default:
      return { path: at, message: error.message ?? 'is not valid' }
  }
}

function member(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`
}

/** `/items/0/name` as `items[0].name`. */
function readablePath(pointer: string): string {
  let path = ''
  for (const part of pointer.split('/').slice(1)) {
    const name = part.replaceAll('~1', '/').replaceAll('~0', '~')
    path = /^\d+$/.test(name) ? `${path}[${name}]` : member(path, name)
  }
  return path
}
