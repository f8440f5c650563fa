import { Ajv, type ErrorObject, type Options, type ValidateFunction } from 'ajv'
import { Ajv2020 } from 'ajv/dist/2020.js'
import formatsPlugin from 'ajv-formats'
import { BoundedCache } from '../../lib/bounded-cache.ts'
import { canonicalJson, isJsonObject, type JsonValue } from '../../lib/json.ts'
import { inTime } from './in-time.ts'
import { compilePattern } from './safe-pattern.ts'
import type { JsonSchema } from './tool.ts'

/** Of the schema as JSON text, in UTF-16 units. */
export const maxSchemaLength = 64 * 1024
/** Of compiled schemas that are kept; each takes a few times the memory of its text. */
const compiledBounds = { mostEntries: 1_000, mostKeyLength: 8 * 1024 * 1024 }
const maxProblems = 10

/**
 * A schema without references is applied to each part of a value once at most. From so many characters of the one times
 * those of the other on, the time is watched; with references, or where items are compared with each other, always.
 */
const unwatchedWork = 2_000_000
const growsFast = /"\$(?:ref|dynamicRef)"|"uniqueItems"/
/** Milliseconds that a value may take. What is found wrong with it by then fits into memory. */
const longestCheck = 500

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

interface Compiled {
  check: ValidateFunction
  /** Characters of the schema; Infinity where that does not tell how much work it is. */
  work: number
}

/** JSON Schema 2020-12, or draft-07 where `$schema` says so. Compiled schemas are kept, by identity and by content. */
export function createSchemaValidator(): SchemaValidator {
  const options: Options = {
    strict: false,
    allErrors: true,
    inlineRefs: false, // what is referred to a thousand times would be compiled as often, which takes gigabytes
    unicodeRegExp: false,
    logger: false,
    code: { regExp },
  }
  // They tell what a schema is, and compile none.
  const draft7 = addFormats(new Ajv(options))
  const draft2020 = addFormats(new Ajv2020(options))
  const byIdentity = new WeakMap<object, Compiled>()
  const byContent = new BoundedCache<Compiled>(compiledBounds)

  function compiled(schema: JsonSchema): Compiled {
    const known = byIdentity.get(schema)
    if (known !== undefined) return known
    const text = canonicalJson(schema)
    if (text.length > maxSchemaLength) throw new Error(`it is longer than ${maxSchemaLength} characters`)
    const found = byContent.get(text, () => ({
      check: compile(schema),
      work: growsFast.test(text) ? Infinity : text.length,
    }))
    byIdentity.set(schema, found)
    return found
  }

  function compile(schema: JsonSchema): ValidateFunction {
    const isDraft7 = String(schema['$schema'] ?? '').includes('draft-07')
    // Ajv knows only the drafts it was given; an unknown `$schema` would fail although the rest is ordinary.
    const { $schema: _, ...rest } = schema
    const remote = remoteReference(rest)
    if (remote !== null) throw new Error(`$ref ${JSON.stringify(remote)} points outside the schema`)
    void (isDraft7 ? draft7 : draft2020).validateSchema(rest, true)
    // Each by an instance of its own: two schemas may carry the same $id, anywhere in them, and mean different things;
    // and one that carries that of a draft must not take its place for everybody.
    const alone = { ...options, meta: false, validateSchema: false }
    return addFormats(isDraft7 ? new Ajv(alone) : new Ajv2020(alone)).compile(rest)
  }

  function validate(schema: JsonSchema, value: JsonValue): SchemaProblem[] {
    const { check, work } = compiled(schema)
    try {
      const isWatched = work === Infinity || work * JSON.stringify(value).length >= unwatchedWork
      const fits = isWatched ? inTime(() => check(value), longestCheck) : { result: check(value) }
      if (fits === null) return [{ path: '', message: 'takes too long to check' }]
      return fits.result ? [] : (check.errors ?? []).slice(0, maxProblems).map(problem)
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      return [{ path: '', message: 'cannot be checked: its schema refers to itself without end' }]
    } finally {
      check.errors = null
    }
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
        if (error instanceof RangeError) return 'it refers to itself without end'
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
