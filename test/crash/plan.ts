import { faultPoints, type FaultPoint } from '../../src/lib/fault-point.ts'
import { createRandom, type Random } from './random.ts'
import { scenarios, type Scenario } from './scenarios.ts'

/** Where one life of the server ends. `hit` counts passages from 1. */
export interface Strike {
  point: FaultPoint
  hit: number
}

/** One scenario, and the lives of the server during it; after the last strike it lives on. */
export interface CrashPlan {
  number: number
  scenario: Scenario
  strikes: Strike[]
}

/** How often the plans of one seed go through all points in turn before they choose freely. */
const rounds = 10

/**
 * After one of these the run exists and is running, so that the next life recovers it and passes the points of
 * recovery for certain.
 */
const leavesWork: readonly Strike[] = [
  { point: 'journal.after_commit', hit: 1 },
  { point: 'journal.after_commit', hit: 2 },
  { point: 'step.before_model_call', hit: 2 },
  { point: 'step.model_answered', hit: 2 },
  { point: 'effect.after_intent', hit: 1 },
  { point: 'effect.after_call', hit: 1 },
  { point: 'effect.after_receipt', hit: 1 },
]
const workers = new Set([
  'once',
  'idempotent',
  'checkable',
  'parallel calls',
  'two rounds of calls',
  'background',
])
const recoveryPoints = faultPoints.filter((point) => point.startsWith('recovery.'))
/** Passed by every recovered run before it ends, whatever it had done. */
const laterPoints: readonly FaultPoint[] = [
  ...recoveryPoints,
  'journal.before_commit',
  'journal.after_commit',
  'run.before_terminal',
]

/** The crash of this number: it follows from the seed and the number alone. */
export function planCrash(seed: number, number: number): CrashPlan {
  const random = createRandom(`${seed}:${number}`)
  const inTurn = faultPoints[number % faultPoints.length]
  if (number < rounds * faultPoints.length && inTurn) {
    return { number, ...(isRecovery(inTurn) ? struckAgain(random, [inTurn]) : struckOnce(random, inTurn)) }
  }
  const point = random.pick(faultPoints)
  if (!isRecovery(point) && random.chance(0.75)) return { number, ...struckOnce(random, point) }
  const first = isRecovery(point) ? point : random.pick(laterPoints)
  return {
    number,
    ...struckAgain(random, random.chance(0.25) ? [random.pick(recoveryPoints), first] : [first]),
  }
}

/** Plans in order until they hold at least `crashes` strikes. */
export function planCrashes(seed: number, crashes: number): CrashPlan[] {
  const plans: CrashPlan[] = []
  let strikes = 0
  while (strikes < crashes) {
    const plan = planCrash(seed, plans.length)
    plans.push(plan)
    strikes += plan.strikes.length
  }
  return plans
}

/** Every point once. */
export function planEachOnce(seed: number): CrashPlan[] {
  return faultPoints.map((_, number) => planCrash(seed, number))
}

function isRecovery(point: FaultPoint): boolean {
  return recoveryPoints.includes(point)
}

function struckOnce(random: Random, point: FaultPoint): Omit<CrashPlan, 'number'> {
  const scenario = random.pick(scenarios.filter(({ passes }) => passes[point] !== undefined))
  return { scenario, strikes: [{ point, hit: 1 + random.whole(scenario.passes[point] ?? 1) }] }
}

/** A crash that leaves work behind, then one in each of the next lives while that is recovered. */
function struckAgain(random: Random, points: FaultPoint[]): Omit<CrashPlan, 'number'> {
  const scenario = random.pick(scenarios.filter(({ name }) => workers.has(name)))
  return { scenario, strikes: [random.pick(leavesWork), ...points.map((point) => ({ point, hit: 1 }))] }
}
