/** Where a text stops being JSON, as an editor counts: from 1. */
export interface JsonProblem {
  line: number
  column: number
  message: string
}

class Unreadable extends Error {
  readonly at: number

  constructor(at: number, message: string) {
    super(message)
    this.at = at
  }
}

const blank = /[ \t\n\r]*/y
const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const word = /true|false|null/y
const text = /"(?:[ !#-[\]-\u{10FFFF}]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"/uy
const mostNested = 1000

/** Browsers word and place their own messages differently, some not at all: null when the text is JSON. */
export function findJsonProblem(source: string): JsonProblem | null {
  try {
    const end = skip(source, readValue(source, skip(source, 0), 0))
    if (end < source.length) throw new Unreadable(end, 'nothing may follow the value')
    return null
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error
    const before = source.slice(0, error.at).split('\n')
    return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1, message: error.message }
  }
}

/** The end of what matches at this place; null when nothing does. */
function match(pattern: RegExp, source: string, at: number): number | null {
  pattern.lastIndex = at
  return pattern.test(source) ? pattern.lastIndex : null
}

function skip(source: string, at: number): number {
  return match(blank, source, at) ?? at
}

function readValue(source: string, at: number, depth: number): number {
  if (depth > mostNested) throw new Unreadable(at, 'this is nested too deeply')
  const first = source[at]
  if (first === '{') return readMembers(source, at, '}', (from) => readMember(source, from, depth))
  if (first === '[') return readMembers(source, at, ']', (from) => readValue(source, from, depth + 1))
  if (first === '"') return readText(source, at)
  const end = match(word, source, at) ?? match(number, source, at)
  if (end !== null) return end
  if (first === undefined) throw new Unreadable(at, 'the text ends where a value belongs')
  throw new Unreadable(at, `a value belongs here, not ${JSON.stringify(first)}`)
}

function readMembers(source: string, at: number, close: '}' | ']', read: (at: number) => number): number {
  let next = skip(source, at + 1)
  if (source[next] === close) return next + 1
  for (;;) {
    next = skip(source, read(next))
    if (source[next] === close) return next + 1
    if (source[next] !== ',') throw new Unreadable(next, `a comma or ${close} belongs here`)
    const comma = next
    next = skip(source, next + 1)
    if (source[next] === close) throw new Unreadable(comma, `no comma may stand before ${close}`)
  }
}

function readMember(source: string, at: number, depth: number): number {
  if (source[at] !== '"') throw new Unreadable(at, 'a name in double quotes belongs here')
  const colon = skip(source, readText(source, at))
  if (source[colon] !== ':') throw new Unreadable(colon, 'a colon belongs here')
  return readValue(source, skip(source, colon + 1), depth + 1)
}

function readText(source: string, at: number): number {
  const end = match(text, source, at)
  if (end === null) throw new Unreadable(at, 'this text has no end, or a character in it must be escaped')
  return end
}

/** The value of a text, or what is wrong with it. */
export function readJson(source: string): { value: unknown } | { problem: JsonProblem } {
  try {
    return { value: JSON.parse(source) as unknown }
  } catch {
    const problem = findJsonProblem(source)
    return { problem: problem ?? { line: 1, column: 1, message: 'this cannot be read as JSON' } }
  }
}

/** `Line 3, column 5: a colon belongs here.` */
export function printJsonProblem({ line, column, message }: JsonProblem): string {
  return `Line ${line}, column ${column}: ${message}.`
}
