import { canonicalJson, isJsonObject, parseForeignJson, type JsonValue } from '../../lib/json.ts'
import { compilePattern } from '../tools/safe-pattern.ts'
import type { Condition } from './strategies.ts'

/** What a path may begin with and does not mean: the value itself is the input of a condition. */
const inputPrefix = 'input.'
const fence = '```'

/**
 * Whether a condition is true of a value: an answer as the model wrote it, or a tool's result. A text that is JSON, in a
 * code fence or not, is read as JSON where members or values of it are asked for; `regex` and `contains` without a path
 * see it as it was written. A path that leads nowhere leads to null. Throws a SyntaxError for a pattern that would have
 * been refused when it was stored.
 */
export function holds(condition: Condition, value: JsonValue): boolean {
  const { type, term, path } = condition
  const subject = path === null ? value : memberAt(readAnswer(value), path)
  switch (type) {
    case 'else':
      return true
    case 'regex':
      return subject !== null && compilePattern(term ?? '').test(textOf(subject))
    case 'contains':
      return subject !== null && textOf(subject).includes(term ?? '')
    case 'not_empty':
      return !isEmpty(readAnswer(subject))
    case 'equal':
      return equal(subject, condition.value)
    case 'not_equal':
      return !equal(subject, condition.value)
    default:
      return compares(type, subject, condition.value)
  }
}

/** A text that is one JSON value as that value; models like to wrap it in a code fence. Everything else as it is. */
export function readAnswer(value: JsonValue): JsonValue {
  return typeof value === 'string' ? (parseForeignJson(unfenced(value)) ?? value) : value
}

/** The text without the code fence around all of it, when there is one. */
export function unfenced(text: string): string {
  const whole = text.trim()
  const end = whole.length - fence.length
  const lineEnd = whole.indexOf('\n')
  if (lineEnd < 0 || lineEnd >= end || !whole.startsWith(fence) || !whole.endsWith(fence)) return text
  const language = whole.slice(fence.length, lineEnd).trim()
  return language === '' || language === 'json' ? whole.slice(lineEnd, end).trim() : text
}

function memberAt(value: JsonValue, path: string): JsonValue {
  const names = path.startsWith(inputPrefix) ? path.slice(inputPrefix.length) : path
  let at = value
  for (const name of names.split('.')) {
    if (Array.isArray(at)) at = (/^\d+$/.test(name) ? at[Number(name)] : undefined) ?? null
    else at = isJsonObject(at) && Object.hasOwn(at, name) ? (at[name] ?? null) : null
  }
  return at
}

function textOf(value: JsonValue): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function isEmpty(value: JsonValue): boolean {
  if (value === null || value === '') return true
  if (Array.isArray(value)) return value.length === 0
  return isJsonObject(value) && Object.keys(value).length === 0
}

function equal(a: JsonValue, b: JsonValue): boolean {
  const [x, y] = [numberOf(a), numberOf(b)]
  if (x !== null && y !== null) return x === y
  return (
    canonicalJson(a) === canonicalJson(b) || canonicalJson(readAnswer(a)) === canonicalJson(readAnswer(b))
  )
}

/** As numbers where both sides are, else as texts; nothing is before or after what is neither. */
function compares(type: 'gt' | 'lt' | 'gte' | 'lte', a: JsonValue, b: JsonValue): boolean {
  const [x, y] = [numberOf(a), numberOf(b)]
  if (x !== null && y !== null) return isOrdered(type, x, y)
  return typeof a === 'string' && typeof b === 'string' && isOrdered(type, a, b)
}

function isOrdered<Value extends number | string>(
  type: 'gt' | 'lt' | 'gte' | 'lte',
  a: Value,
  b: Value,
): boolean {
  if (type === 'gt') return a > b
  if (type === 'lt') return a < b
  return type === 'gte' ? a >= b : a <= b
}

function numberOf(value: JsonValue): number | null {
  if (typeof value === 'number') return value
  if (typeof value !== 'string' || value.trim() === '') return null
  const number = Number(value)
  return Number.isFinite(number) ? number : null
}

const signs = { equal: '=', not_equal: '≠', gt: '>', lt: '<', gte: '≥', lte: '≤' } as const

/** The condition in words, for whoever is told that it was true. */
export function conditionText({ type, term, path, value }: Condition): string {
  const subject = path ?? 'it'
  switch (type) {
    case 'else':
      return 'always'
    case 'not_empty':
      return `${subject} is not empty`
    case 'regex':
      return `${subject} matches ${JSON.stringify(term)}`
    case 'contains':
      return `${subject} contains ${JSON.stringify(term)}`
    default:
      return `${subject} ${signs[type]} ${JSON.stringify(value)}`
  }
}
