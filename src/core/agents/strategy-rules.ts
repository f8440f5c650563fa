import type { FieldError } from '../../errors.ts'
import { isLongerThan } from '../../lib/text-length.ts'
import { compilePattern } from '../tools/safe-pattern.ts'
import type { Condition, Strategies } from './strategies.ts'

const strategyLimits = {
  attempts: 100,
  rounds: 100,
  selectors: 20,
  selector: 200,
  /** Thirty days, minutes. */
  window: 43_200,
  path: 1_000,
  valueBytes: 16 * 1024,
} as const

/** Only numbers and texts are before or after others: with another value these are never true. */
const orders: ReadonlySet<Condition['type']> = new Set(['gt', 'lt', 'gte', 'lte'])

/** What is wrong with how an agent's runs are repeated and stopped, named as it is documented. */
export function strategyProblems({ retry, iterate, stop, deduplicate }: Strategies): FieldError[] {
  return [
    ...outside('strategies.retry.attempts', retry?.attempts, strategyLimits.attempts),
    ...outside('strategies.iterate.times', iterate?.times, strategyLimits.rounds),
    ...conditionProblems('strategies.iterate.until', iterate?.until ?? null),
    ...conditionProblems('strategies.stop.when', stop?.when ?? null),
    ...outside('strategies.deduplicate.minutes', deduplicate?.minutes, strategyLimits.window),
    ...selectorProblems(deduplicate?.selectors),
  ]
}

function conditionProblems(at: string, condition: Condition | null): FieldError[] {
  if (condition === null) return []
  const problems: FieldError[] = []
  const { type, term, path, value } = condition
  if (type === 'regex' || type === 'contains') {
    const problem = termProblem(type, term)
    if (problem !== null) problems.push({ field: `${at}.term`, message: problem })
  }
  if (path !== null && (path === '' || isLongerThan(path, strategyLimits.path))) {
    const message = `must have 1 to ${strategyLimits.path} characters, or be null for the whole value`
    problems.push({ field: `${at}.path`, message })
  }
  if (orders.has(type) && typeof value !== 'number' && typeof value !== 'string') {
    const message = `must be a number or a text for conditions of the type ${JSON.stringify(type)}`
    problems.push({ field: `${at}.value`, message })
  }
  if (Buffer.byteLength(JSON.stringify(value)) > strategyLimits.valueBytes) {
    const message = `may have at most ${strategyLimits.valueBytes} bytes as JSON`
    problems.push({ field: `${at}.value`, message })
  }
  return problems
}

function termProblem(type: 'regex' | 'contains', term: string | null): string | null {
  if (term === null) return `is required for conditions of the type ${JSON.stringify(type)}`
  if (isLongerThan(term, strategyLimits.path)) return `use at most ${strategyLimits.path} characters`
  if (type === 'contains') return null
  try {
    compilePattern(term)
    return null
  } catch (error) {
    return `is not a pattern we can use: ${error instanceof Error ? error.message : 'it cannot be read'}`
  }
}

function selectorProblems(selectors: string[] | undefined): FieldError[] {
  if (selectors === undefined) return []
  const fits = selectors.length >= 1 && selectors.length <= strategyLimits.selectors
  const isPath = (selector: string) => selector !== '' && !isLongerThan(selector, strategyLimits.selector)
  if (fits && selectors.every(isPath)) return []
  const message = `name 1 to ${strategyLimits.selectors} dot paths of 1 to ${strategyLimits.selector} characters`
  return [{ field: 'strategies.deduplicate.selectors', message }]
}

function outside(field: string, value: number | undefined, most: number): FieldError[] {
  if (value === undefined || (Number.isInteger(value) && value >= 1 && value <= most)) return []
  return [{ field, message: `must be a whole number between 1 and ${most}` }]
}
