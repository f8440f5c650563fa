import type { FieldError } from '../../errors.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../../lib/json.ts'
import type { ToolOverlay, ValueOverlay } from './overlay.ts'
import type { SchemaValidator } from './schema-validator.ts'
import type { ToolDefinition } from './tool.ts'

/** With one of these a schema may allow members that its properties do not name. */
const opening = [
  '$ref',
  '$dynamicRef',
  'allOf',
  'anyOf',
  'oneOf',
  'if',
  'patternProperties',
  'dependentSchemas',
]

/**
 * What can never work as an overlay of this tool, each with the field it is about; `at` is where the overlay stands, such
 * as `tools[0].overlay`. Where the tool's schema leaves open what may be there, nothing is wrong.
 */
export function overlayProblems(
  tool: ToolDefinition,
  { input, output }: ToolOverlay,
  at: string,
  validator: SchemaValidator,
): FieldError[] {
  if (tool.kind !== 'http')
    return [{ field: at, message: 'only goes with a tool that this server calls, one of the type "http"' }]
  const misfit = (schema: JsonObject, value: JsonValue) => misfitOf(tool.parameters, schema, value, validator)
  return [
    ...wholeProblems(input, tool.parameters, `${at}.input`, misfit),
    ...wholeProblems(output, {}, `${at}.output`, misfit),
  ]
}

/** Why a value does not fit a part of a tool's schema; null when it does, or when nobody can tell. */
type Misfit = (schema: JsonObject, value: JsonValue) => string | null

function wholeProblems(
  whole: ValueOverlay | null,
  schema: JsonObject,
  at: string,
  misfit: Misfit,
): FieldError[] {
  const { hidden, fixed, ...parts } = whole ?? {}
  const message = 'can be said of the values in it, not of all of them at once'
  return [
    ...(hidden ? [{ field: `${at}.hidden`, message }] : []),
    ...(fixed === undefined ? [] : [{ field: `${at}.fixed`, message }]),
    ...valueProblems(parts, schema, at, misfit),
  ]
}

function valueProblems(said: ValueOverlay, schema: JsonObject, at: string, misfit: Misfit): FieldError[] {
  const { fixed, members, items } = said
  const wrong = fixed === undefined ? null : misfit(schema, fixed)
  return [
    ...(wrong === null ? [] : [{ field: `${at}.fixed`, message: wrong }]),
    ...(members === undefined ? [] : membersProblems(members, schema, `${at}.members`, misfit)),
    ...(items === undefined ? [] : itemsProblems(items, schema, `${at}.items`, misfit)),
  ]
}

function membersProblems(
  members: NonNullable<ValueOverlay['members']>,
  schema: JsonObject,
  at: string,
  misfit: Misfit,
): FieldError[] {
  if (excludes(schema, 'object')) return [{ field: at, message: 'only goes with an object' }]
  const declared = new Map(Object.entries(objectOf(schema['properties'])))
  return Object.entries(members).flatMap(([name, said]): FieldError[] => {
    const field = `${at}.${name}`
    if (!declared.has(name) && isClosed(schema)) {
      const names = [...declared.keys()].map((one) => JSON.stringify(one)).join(', ')
      return [
        { field, message: `the tool takes no such value; here it takes ${names === '' ? 'none' : names}` },
      ]
    }
    return valueProblems(said, objectOf(declared.get(name)), field, misfit)
  })
}

function itemsProblems(said: ValueOverlay, schema: JsonObject, at: string, misfit: Misfit): FieldError[] {
  if (excludes(schema, 'array')) return [{ field: at, message: 'only goes with a list' }]
  if (said.hidden) {
    const message = 'elements cannot be hidden: hide the list, or members of its elements'
    return [{ field: `${at}.hidden`, message }]
  }
  return valueProblems(said, objectOf(schema['items']), at, misfit)
}

/** Whether the properties name every member there can be. Most schemas do not say so, and mean it. */
function isClosed(schema: JsonObject): boolean {
  const { properties, additionalProperties = false } = schema
  return (
    isJsonObject(properties) &&
    additionalProperties === false &&
    !opening.some((keyword) => Object.hasOwn(schema, keyword))
  )
}

/** Whether values of this schema are known never to be of this type. */
function excludes({ type }: JsonObject, wanted: string): boolean {
  return Array.isArray(type) ? !type.includes(wanted) : typeof type === 'string' && type !== wanted
}

function objectOf(value: JsonValue | undefined): JsonObject {
  return isJsonObject(value) ? value : {}
}

/** A part of a schema refers to what the root defines. */
function misfitOf(
  root: JsonObject,
  part: JsonObject,
  value: JsonValue,
  validator: SchemaValidator,
): string | null {
  const shared = ['$schema', '$defs', 'definitions'].flatMap((name) => {
    const said = root[name]
    return said === undefined ? [] : [[name, said] as const]
  })
  const schema = { ...part, ...Object.fromEntries(shared) }
  const wrong = validator.check(schema) === null ? validator.explain(schema, value) : null
  return wrong === null ? null : `the tool does not take this value: ${wrong}`
}
