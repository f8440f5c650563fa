/** Where a text stops being JSON; line and column count from 1. */
export interface JsonPosition {
  offset: number
  line: number
  column: number
}

const scalar = /(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.+-])/y
const escape = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y
const space = new Set([' ', '\t', '\n', '\r'])
const marks = new Set(['{', '}', '[', ']', ':', ','])

type Kind = 'mark' | 'string' | 'scalar'

/** Where `pattern` ends when it matches at `offset`, else -1. */
function matchEnd(pattern: RegExp, text: string, offset: number): number {
  pattern.lastIndex = offset
  return pattern.test(text) ? pattern.lastIndex : -1
}

/** The end of the string that begins at `offset`, or -1. A loop and no pattern: a body may hold megabytes of text. */
function stringEnd(text: string, offset: number): number {
  let at = offset + 1
  while (at < text.length) {
    const character = text[at] ?? ''
    if (character === '"') return at + 1
    if (character < ' ') return -1
    at = character === '\\' ? matchEnd(escape, text, at) : at + 1
    if (at < 0) return -1
  }
  return -1
}

/** The token at `offset`, or null when none begins there. */
function readToken(text: string, offset: number): { kind: Kind; end: number } | null {
  const character = text[offset] ?? ''
  if (marks.has(character)) return { kind: 'mark', end: offset + 1 }
  const kind = character === '"' ? 'string' : 'scalar'
  const end = kind === 'string' ? stringEnd(text, offset) : matchEnd(scalar, text, offset)
  return end < 0 ? null : { kind, end }
}

type Expected = 'a value' | 'a value or ]' | 'a key' | 'a key or }' | ':' | ', or ]' | ', or }' | 'the end'

/** What may follow a complete value inside the innermost open bracket. */
function afterValue(open: string[]): Expected {
  const innermost = open.at(-1)
  if (innermost === undefined) return 'the end'
  return innermost === '[' ? ', or ]' : ', or }'
}

/** One token further, or null when the token is not allowed here. `open` holds the open brackets. */
function step(
  expected: Expected,
  symbol: string,
  kind: 'mark' | 'string' | 'scalar',
  open: string[],
): Expected | null {
  const value = expected === 'a value' || expected === 'a value or ]'
  if (value && kind !== 'mark') return afterValue(open)
  if (value && (symbol === '[' || symbol === '{')) {
    open.push(symbol)
    return symbol === '[' ? 'a value or ]' : 'a key or }'
  }
  if (expected.endsWith(`or ${symbol}`)) {
    open.pop()
    return afterValue(open)
  }
  if (expected.startsWith('a key') && kind === 'string') return ':'
  if (expected === ':' && symbol === ':') return 'a value'
  if (symbol === ',' && expected === ', or ]') return 'a value'
  if (symbol === ',' && expected === ', or }') return 'a key'
  return null
}

/** The place of the first mistake in a text that is not JSON, and what was expected there. */
export function findJsonMistake(text: string): JsonPosition & { expected: string } {
  const open: string[] = []
  let expected: Expected = 'a value'
  let offset = 0
  while (true) {
    while (space.has(text[offset] ?? '')) offset += 1
    const token = readToken(text, offset)
    const next: Expected | null = token && step(expected, text[offset] ?? '', token.kind, open)
    if (token === null || next === null) break
    expected = next
    offset = token.end
  }
  const before = text.slice(0, offset)
  return { offset, line: before.split('\n').length, column: offset - before.lastIndexOf('\n'), expected }
}
