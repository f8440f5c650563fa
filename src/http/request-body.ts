import { isUtf8 } from 'node:buffer'
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { AppError, type ErrorCode } from '../errors.ts'
import { cleanJson, isJsonObject, parseJson, type JsonValue } from '../lib/json.ts'
import { printPath } from './field-errors.ts'
import { findJsonMistake } from './json-position.ts'

/** Bytes of a body, unless an endpoint says otherwise. */
export const defaultMaxBodyBytes = 4 * 1024 * 1024
/** Arrays and objects inside one another. */
const deepestNesting = 64
/**
 * Texts, numbers, arrays and so on in one request. To check one against its schema takes microseconds, and nobody is
 * answered meanwhile: megabytes of empty objects would take longer than a process may be silent to count as alive.
 */
const mostValues = 100_000

function tooLarge(limit: number): AppError {
  return new AppError('body_too_large', {
    detail: `The request body is larger than ${limit} bytes.`,
    facts: { max_bytes: limit },
  })
}

/**
 * The bytes of a body, counted while they arrive. Rejects with `body_too_large` as soon as there are more than `limit`
 * (the rest is not read), and with `invalid_request` when the client goes before the end.
 */
export async function readBytes(incoming: IncomingMessage, limit: number): Promise<Buffer> {
  if (Number(incoming.headers['content-length'] ?? 0) > limit) throw tooLarge(limit)
  return await new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    incoming.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= limit) chunks.push(chunk)
      else reject(tooLarge(limit))
    })
    incoming.once('end', () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)))
    incoming.once('error', (cause) =>
      reject(new AppError('invalid_request', { detail: 'The body ended early.', cause })),
    )
  })
}

const jsonType = /^application\/(?:[\w.+-]+\+)?json$/

/** Refuses a body that is compressed. */
export function checkEncoding(headers: IncomingHttpHeaders): void {
  const encoding = headers['content-encoding']
  if (encoding !== undefined && encoding !== 'identity') {
    throw new AppError('unsupported_media_type', { detail: 'Send the body without a content-encoding.' })
  }
}

/** Refuses a body that says it is not JSON in UTF-8. A body without a type is taken for JSON. */
export function checkContentType(headers: IncomingHttpHeaders): void {
  checkEncoding(headers)
  const header = headers['content-type']
  if (header === undefined || header === 'application/json') return
  const [type = '', ...parameters] = header.toLowerCase().split(';')
  if (!jsonType.test(type.trim())) throw new AppError('unsupported_media_type')
  const charset = parameters
    .map((parameter) => parameter.trim())
    .find((parameter) => parameter.startsWith('charset='))
  if (charset !== undefined && !/^charset="?utf-?8"?$/.test(charset)) {
    throw new AppError('unsupported_media_type', { detail: 'Send the body in UTF-8.' })
  }
}

function invalidJson(text: string): AppError {
  const { offset, line, column, expected } = findJsonMistake(text)
  const found = offset >= text.length ? 'the body ends' : 'there is something else'
  return new AppError('invalid_json', {
    detail: `The request body is not valid JSON: at line ${line}, column ${column}, ${expected} was expected and ${found}.`,
    facts: { position: offset, line, column },
  })
}

type Flaw = { code: ErrorCode; path: (string | number)[] }

/** How many values may still come. */
interface Count {
  left: number
}

/** The first NUL character or too deep nesting, with the path to it (built only when there is one). */
function findFlaw(value: JsonValue, depth: number, count: Count): Flaw | null {
  count.left -= 1
  if (count.left < 0) throw tooManyValues()
  if (typeof value === 'string') return value.includes('\0') ? { code: 'nul_character', path: [] } : null
  if (typeof value !== 'object' || value === null) return null
  if (depth >= deepestNesting) return { code: 'invalid_request', path: [] }
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      const flaw = findFlaw(item, depth + 1, count)
      if (flaw) return { ...flaw, path: [index, ...flaw.path] }
    }
    return null
  }
  for (const key of Object.keys(value)) {
    const flaw = key.includes('\0')
      ? { code: 'nul_character' as const, path: [] }
      : findFlaw(value[key] ?? null, depth + 1, count)
    if (flaw) return { ...flaw, path: [key.replaceAll('\0', '\\u0000'), ...flaw.path] }
  }
  return null
}

function tooManyValues(): AppError {
  const message = `must not have more than ${mostValues} values`
  return new AppError('invalid_request', { detail: message, fields: [{ field: 'body', message }] })
}

/**
 * Refuses NUL characters in any text of a request value, and nesting deeper than 64, naming the field; and more values
 * than anybody means.
 */
export function checkText(value: JsonValue, whole: string): void {
  const flaw = findFlaw(value, 0, { left: mostValues })
  if (flaw === null) return
  const field = printPath(flaw.path) || whole
  if (flaw.code === 'nul_character') {
    const message = 'must not contain NUL characters (U+0000)'
    throw new AppError('nul_character', { detail: `${field}: ${message}`, fields: [{ field, message }] })
  }
  const message = `must not be nested deeper than ${deepestNesting} levels`
  throw new AppError('invalid_request', { detail: message, fields: [{ field: whole, message }] })
}

/** How JSON writes half of a character, alone or beside its other half: UTF-8 has no other way to say it. */
const halfCharacter = /\\u[dD][89a-fA-F]/

/** What many programs on Windows write in front of UTF-8; to a JSON parser it is a mistake. */
const byteOrderMark = /^\uFEFF/

/**
 * The JSON of a body; undefined for an empty one. A byte order mark in front of it is left out. Half characters, which
 * nothing can store, become U+FFFD.
 */
export function parseBody(bytes: Buffer, headers: IncomingHttpHeaders): JsonValue | undefined {
  if (bytes.length === 0) return undefined
  checkContentType(headers)
  if (!isUtf8(bytes)) throw new AppError('invalid_json', { detail: 'The request body is not valid UTF-8.' })
  const text = bytes.toString('utf8').replace(byteOrderMark, '')
  const value = parseJson(text)
  if (value === undefined) throw invalidJson(text)
  checkText(value, 'body')
  return halfCharacter.test(text) ? cleanJson(value) : value
}

/** Refuses the fields of a body where none is taken; an empty object is let pass, because many clients send one. */
export function refuseBody(body: JsonValue | undefined): void {
  if (body === undefined || (isJsonObject(body) && Object.keys(body).length === 0)) return
  const names = isJsonObject(body) ? Object.keys(body) : ['body']
  const message = 'is not a field here; this request takes no body'
  throw new AppError('unknown_field', {
    detail: `${names[0]}: ${message}`,
    fields: names.map((field) => ({ field, message })),
  })
}
