import { z } from 'zod'
import { AppError, type FieldError } from '../errors.ts'

type Issue = z.core.$ZodIssue
type RawIssue = z.core.$ZodRawIssue

/** Above this many names a list helps nobody. */
const longestList = 40

const typeNames: Record<string, string> = {
  string: 'a string',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'an object',
  record: 'an object',
  array: 'an array',
  tuple: 'an array',
  null: 'null',
  undefined: 'absent',
  nan: 'a number',
}

const formatNames: Record<string, string> = {
  email: 'must be an e-mail address',
  url: 'must be a URL',
  uuid: 'must be a UUID',
  datetime: 'must be a time like 2026-01-01T00:00:00Z',
  date: 'must be a date like 2026-01-01',
  time: 'must be a time of day like 09:30:00',
  duration: 'must be an ISO 8601 duration like PT5M',
  json_string: 'must be JSON',
}

/** The list with commas and a last `or`. */
function anyOf(names: string[]): string {
  const last = names.at(-1) ?? ''
  return names.length > 1 ? `${names.slice(0, -1).join(', ')} or ${last}` : last
}

function plural(count: number | bigint, noun: string): string {
  return `${count} ${noun}${Number(count) === 1 ? '' : 's'}`
}

function sizeMessage(
  origin: string,
  bound: number | bigint,
  side: 'least' | 'most',
  inclusive: boolean,
): string {
  if (origin === 'string') return `must have at ${side} ${plural(bound, 'character')}`
  if (origin === 'array' || origin === 'set') return `must have at ${side} ${plural(bound, 'item')}`
  if (inclusive) return `must be at ${side} ${bound}`
  return `must be ${side === 'least' ? 'greater' : 'less'} than ${bound}`
}

/** Names of the fields that an object schema has, as far as its issue tells. */
function knownFields(issue: RawIssue): string[] {
  const schema = issue.inst
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : []
}

function typeMessage(issue: RawIssue & { expected: string }): string {
  if (issue.input === undefined) return 'is required'
  return `must be ${typeNames[issue.expected] ?? issue.expected}`
}

/** The values as JSON, with a last `or`. */
function oneOf(values: readonly unknown[]): string {
  return anyOf(values.map((value) => JSON.stringify(value) ?? String(value)))
}

function unionMessage(issue: RawIssue & { errors: Issue[][]; options?: unknown }): string {
  if (Array.isArray(issue.options)) return `must be ${oneOf(issue.options)}`
  const expected = issue.errors.flatMap((branch) =>
    branch.flatMap((inner) =>
      inner.path.length === 0 && inner.code === 'invalid_type' ? [inner.expected] : [],
    ),
  )
  if (issue.input === undefined) return 'is required'
  if (expected.length > 0)
    return `must be ${anyOf([...new Set(expected.map((name) => typeNames[name] ?? name))])}`
  return 'has none of the forms that are accepted here'
}

function unknownFieldMessage(issue: RawIssue): string {
  const fields = knownFields(issue)
  if (fields.length === 0 || fields.length > longestList) return 'is not a field here'
  return `is not a field here; there are: ${fields.join(', ')}`
}

/** What would be right, in place of zod's own words. A schema that states its own message keeps it. */
export function fieldMessage(issue: RawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return typeMessage(issue)
    case 'too_small':
      return sizeMessage(issue.origin, issue.minimum, 'least', issue.inclusive ?? true)
    case 'too_big':
      return sizeMessage(issue.origin, issue.maximum, 'most', issue.inclusive ?? true)
    case 'invalid_format':
      return formatNames[issue.format] ?? 'does not have the right form'
    case 'invalid_value':
      if (issue.input === undefined) return 'is required'
      return `must be ${oneOf(issue.values)}`
    case 'not_multiple_of':
      return `must be a multiple of ${issue.divisor}`
    case 'unrecognized_keys':
      return unknownFieldMessage(issue)
    case 'invalid_union':
      return unionMessage(issue)
    default:
      return undefined
  }
}

/** `tools[0].name`. */
export function printPath(path: readonly PropertyKey[]): string {
  let text = ''
  for (const segment of path) {
    if (typeof segment === 'number') text += `[${segment}]`
    else text += text === '' ? String(segment) : `.${String(segment)}`
  }
  return text
}

/** The branch of a union that the value was meant for: one that understood the value's own type, the nearest first. */
function likeliestBranch(branches: Issue[][]): Issue[] | null {
  const understood = branches.filter(
    (branch) => !branch.some((issue) => issue.path.length === 0 && issue.code === 'invalid_type'),
  )
  return understood.toSorted((a, b) => a.length - b.length)[0] ?? null
}

function fieldErrors(issue: Issue, parent: readonly PropertyKey[], whole: string): FieldError[] {
  const path = [...parent, ...issue.path]
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ field: printPath([...path, key]), message: issue.message }))
  }
  if (issue.code === 'invalid_union') {
    const branch = likeliestBranch(issue.errors)
    if (branch !== null && branch.length > 0)
      return branch.flatMap((inner) => fieldErrors(inner, path, whole))
  }
  return [{ field: printPath(path) || whole, message: issue.message }]
}

/** The first thing that is wrong with each field: what follows from it helps nobody. */
function firstOfEach(fields: FieldError[]): FieldError[] {
  const first = new Map<string, FieldError>()
  for (const one of fields) if (!first.has(one.field)) first.set(one.field, one)
  return [...first.values()]
}

/** More than this many wrong fields are counted, not listed. */
const mostFields = 50
/** More of what is wrong is not even looked at. */
const mostIssues = 1_000

/**
 * The error that names every wrong field of a request. `whole` is what the value itself is called: `body`, `query`.
 */
export function requestError(error: z.core.$ZodError, whole: string): AppError {
  const found = error.issues.slice(0, mostIssues).flatMap((issue) => fieldErrors(issue, [], whole))
  const fields = firstOfEach(found).slice(0, mostFields)
  const first = fields[0] ?? { field: whole, message: 'is not valid' }
  const more = fields.length > 1 ? ` (and ${fields.length - 1} more)` : ''
  const unknown = error.issues.every((issue) => issue.code === 'unrecognized_keys')
  return new AppError(unknown ? 'unknown_field' : 'invalid_request', {
    detail: `${first.field}: ${first.message}${more}`,
    fields,
  })
}

const parsing: z.core.ParseContext<Issue> = { error: (issue) => fieldMessage(issue) }

/** The value as `schema` reads it; throws `invalid_request` or `unknown_field`, naming what is wrong. */
export function parseWith<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  whole: string,
): z.output<Schema> {
  const result = schema.safeParse(value, parsing)
  if (!result.success) throw requestError(result.error, whole)
  return result.data
}
