import v8 from 'node:v8'
import { inTime } from './in-time.ts'

/** Longer patterns are refused: nobody writes them by hand, and compiling them is work for the asker's benefit only. */
export const maxPatternLength = 1_000

const needsUnicode = /\\[pPu]\{/
/** Longer texts never match on the ordinary engine, whose time grows faster than the text. */
const maxTestedLength = 10_000

/** Linear time is not little time: from this many characters of the text times those of the pattern on, it is watched. */
const unwatchedWork = 200_000
/** Milliseconds that one test may take, and all slow tests of one pattern together within `budgetWindow` milliseconds. */
const longestTest = 250
const budget = 750
const budgetWindow = 10_000
/** Tests that take less are not counted, milliseconds. */
const slowFrom = 1
const mostKept = 1_000

export interface PatternTest {
  test(text: string): boolean
  /** The pattern itself: who keeps compiled ones by what they print must not take one for another. */
  toString(): string
}

const kept = new Map<string, PatternTest>()

/**
 * A regular expression that a tenant wrote and a model feeds: both may be hostile, so its time must be bounded.
 *
 * V8's linear-time engine runs it where it can. What that engine cannot run (lookaround, back references, Unicode
 * classes, counted repeats) runs on the ordinary one, unless it repeats something that itself repeats, which is where
 * exponential time comes from. What is left is stopped by the clock, and then does not match: a few repeats in a row
 * are enough to take minutes. Throws a SyntaxError with a readable message for what is not accepted.
 */
export function compilePattern(pattern: string): PatternTest {
  const known = kept.get(pattern)
  if (known !== undefined) return known
  const compiled = compile(pattern)
  if (kept.size >= mostKept) kept.delete(kept.keys().next().value ?? '')
  kept.set(pattern, compiled)
  return compiled
}

function compile(pattern: string): PatternTest {
  if (pattern.length > maxPatternLength) {
    throw new SyntaxError(`a pattern may have at most ${maxPatternLength} characters`)
  }
  const unicode = needsUnicode.test(pattern)
  const plain = new RegExp(pattern, unicode ? 'u' : '')
  const linear = unicode ? null : linearPattern(pattern)
  if (linear !== null) {
    const slow = watched(linear)
    return {
      test: (text) => (text.length * pattern.length < unwatchedWork ? linear : slow).test(text),
      toString: () => pattern,
    }
  }
  if (repeatsARepeat(pattern)) {
    throw new SyntaxError(
      `the pattern ${JSON.stringify(pattern)} repeats a group that repeats; write it without nesting`,
    )
  }
  const slow = watched(plain)
  return { test: (text) => text.length <= maxTestedLength && slow.test(text), toString: () => pattern }
}

/** False when it takes too long. A pattern that has used up its time does not match until the window is over. */
function watched(pattern: RegExp): Pick<PatternTest, 'test'> {
  let spent = 0
  let since = performance.now()
  return {
    test(text) {
      const began = performance.now()
      if (began - since >= budgetWindow) [spent, since] = [0, began]
      if (spent >= budget) return false
      try {
        return inTime(() => pattern.test(text), longestTest)?.result ?? false
      } finally {
        const ms = performance.now() - began
        if (ms >= slowFrom) spent += ms
      }
    },
  }
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
