import { z } from 'zod'
import type { AppError } from '../../errors.ts'
import type { ErrorContext } from '../../http/api-dialect.ts'

/** What is wrong with one field. What was sent is not repeated: it may be a secret. */
export const validationDetailSchema = z.strictObject({
  loc: z.array(z.union([z.string(), z.int()])).describe('Where it stands: `["body", "name"]`.'),
  msg: z.string(),
  type: z.string().describe('What kind of mistake it is, for programs.'),
  input: z.null(),
  ctx: z.record(z.string(), z.json()),
})

type ValidationDetail = z.infer<typeof validationDetailSchema>
type WhatWasAsked = Pick<ErrorContext, 'endpoint' | 'part'>
type Kind = Pick<ValidationDetail, 'type' | 'msg' | 'ctx'>

/** Kinds of mistakes by how the frame words them: the names that validators of this vendor's framework give them. */
const kinds: readonly [RegExp, (match: RegExpExecArray) => Kind][] = [
  [/^is required$/, () => ({ type: 'missing', msg: 'Field required', ctx: {} })],
  [/^must be at most (-?[\d.]+)$/, ([, bound]) => range('less_than_equal', 'less', 'le', bound)],
  [/^must be at least (-?[\d.]+)$/, ([, bound]) => range('greater_than_equal', 'greater', 'ge', bound)],
  [/^must be a string$/, () => plain('string_type', 'Input should be a valid string')],
  [/^must be (?:a number|null or a number)$/, () => plain('float_type', 'Input should be a valid number')],
  [/^must be a whole number$/, () => plain('int_type', 'Input should be a valid integer')],
  [/^must be true or false$/, () => plain('bool_type', 'Input should be a valid boolean')],
  [/^must be an object$/, () => plain('dict_type', 'Input should be a valid dictionary')],
  [/^must be an array$/, () => plain('list_type', 'Input should be a valid list')],
  [/^must be (".*)$/, ([, expected = '']) => oneOf(expected)],
]

function plain(type: string, msg: string): Kind {
  return { type, msg, ctx: {} }
}

function range(type: string, word: string, name: string, bound = '0'): Kind {
  const limit = Number(bound)
  return { type, msg: `Input should be ${word} than or equal to ${limit}`, ctx: { [name]: limit } }
}

function oneOf(list: string): Kind {
  const expected = list.replaceAll('"', "'")
  return { type: 'enum', msg: `Input should be ${expected}`, ctx: { expected } }
}

function kindOf(message: string): Kind {
  for (const [form, make] of kinds) {
    const match = form.exec(message)
    if (match !== null) return make(match)
  }
  return { type: 'value_error', msg: message, ctx: {} }
}

/** Fields of requests that are headers. */
const headers = new Set(['Idempotency-Key', 'Last-Event-ID'])

/** Whether a schema may have this field; one that is not of an object may have any. */
function has(schema: z.ZodType | undefined, name: string | number | undefined): boolean {
  if (schema === undefined) return false
  return !(schema instanceof z.ZodObject) || String(name) in schema.shape
}

/** Where the client finds a field: in the part that could not be read, else where the endpoint takes one of its name. */
function placeOf(field: string, { endpoint, part }: WhatWasAsked): (string | number)[] {
  if (headers.has(field)) return ['header', field.toLowerCase()]
  const path = segments(field)
  const [name] = path
  const isParameter = endpoint !== undefined && !has(endpoint.body, name)
  const named =
    isParameter && has(endpoint.params, name)
      ? 'path'
      : isParameter && has(endpoint.query, name)
        ? 'query'
        : 'body'
  const place = part ?? named
  return field === place ? [place] : [place, ...path]
}

/** `input.user.email` → `["input", "user", "email"]`; `graph[0].type` → `["graph", 0, "type"]`. */
function segments(field: string): (string | number)[] {
  return [...field.matchAll(/[^.[\]]+/g)].map(([text]) => (/^\d+$/.test(text) ? Number(text) : text))
}

/** Each field that is wrong, as this vendor's framework lists them; empty when the error names none. */
export function validationDetail(error: AppError, asked: WhatWasAsked): ValidationDetail[] {
  if (error.code === 'invalid_json') {
    const position = Number(error.facts['position'] ?? 0)
    return [{ loc: ['body', position], ...plain('json_invalid', error.message), input: null }]
  }
  return error.fields.map(({ field, message }) => ({
    loc: placeOf(field, asked),
    input: null,
    ...kindOf(message),
  }))
}
