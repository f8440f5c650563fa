import v8 from 'node:v8'

/** Longer patterns are refused: nobody writes them by hand, and compiling them is work for the asker's benefit only. */
export const maxPatternLength = 1_000

const needsUnicode = /\\[pPu]\{/
/** Longer texts never match on the ordinary engine, whose time grows faster than the text. */
const maxTestedLength = 10_000

export type PatternTest = { test(text: string): boolean }

/**
 * A regular expression that a tenant wrote and a model feeds: both may be hostile, so its time must be bounded.
 *
 * V8's linear-time engine runs it where it can. What that engine cannot run (lookaround, back references, Unicode
 * classes, counted repeats) runs on the ordinary one, unless it repeats something that itself repeats, which is where
 * exponential time comes from. Throws a SyntaxError with a readable message for what is not accepted.
 */
export function compilePattern(pattern: string): PatternTest {
  if (pattern.length > maxPatternLength) {
    throw new SyntaxError(`a pattern may have at most ${maxPatternLength} characters`)
  }
  const unicode = needsUnicode.test(pattern)
  const plain = new RegExp(pattern, unicode ? 'u' : '')
  if (!unicode) {
    const linear = linearPattern(pattern)
    if (linear !== null) return linear
  }
  if (repeatsARepeat(pattern)) {
    throw new SyntaxError(
      `the pattern ${JSON.stringify(pattern)} repeats a group that repeats; write it without nesting`,
    )
  }
  return { test: (text) => text.length <= maxTestedLength && plain.test(text) }
}

/** V8's own: this expression must run in linear time. */
const linearFlag: string = 'l'
let linearEngine: boolean | null = null

function linearPattern(pattern: string): RegExp | null {
  if (linearEngine === null) {
    v8.setFlagsFromString('--enable-experimental-regexp-engine') // allows the flag, changes no other expression
    linearEngine = compiles('a', linearFlag)
  }
  return linearEngine && compiles(pattern, linearFlag) ? new RegExp(pattern, linearFlag) : null
}

function compiles(pattern: string, flags: string): boolean {
  try {
    return new RegExp(pattern, flags) instanceof RegExp
  } catch {
    return false
  }
}

/** Whether a group with a repeat or a choice in it is itself repeated without a bound. */
function repeatsARepeat(pattern: string): boolean {
  const groups: boolean[] = [false] // per open group: does it hold a repeat or a choice?
  let inClass = false
  for (let i = 0; i < pattern.length; i++) {
    const character = pattern[i]
    if (character === '\\') i++
    else if (inClass) inClass = character !== ']'
    else if (character === '[') inClass = true
    else if (character === '(') groups.push(false)
    else if (character === '|') groups[groups.length - 1] = true
    else if (isRepeat(pattern, i)) groups[groups.length - 1] = true
    else if (character === ')') {
      const held = groups.length > 1 && groups.pop() === true
      if (held && isRepeat(pattern, i + 1)) return true
      if (held) groups[groups.length - 1] = true
    }
  }
  return false
}

function isRepeat(pattern: string, at: number): boolean {
  return pattern[at] === '*' || pattern[at] === '+' || /^\{\d*,?(\d{2,})?\}/.test(pattern.slice(at, at + 12))
}
