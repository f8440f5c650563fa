import { expect, test } from 'vitest'
import { faultPoints } from '../../src/lib/fault-point.ts'
import { planCrash, planCrashes, planEachOnce, type CrashPlan } from './plan.ts'

function strikes(plans: CrashPlan[], point: string): number {
  return plans.flatMap((plan) => plan.strikes).filter((strike) => strike.point === point).length
}

test('the crash of a number follows from the seed and the number alone', () => {
  expect(planCrashes(42, 200)[123]).toEqual(planCrash(42, 123))
  const hits = (seed: number) => planCrashes(seed, 200).map((plan) => JSON.stringify(plan.strikes))
  expect(hits(42)).toEqual(hits(42))
  expect(hits(42)).not.toEqual(hits(43))
})

test('two hundred crashes hit every point at least ten times', () => {
  const plans = planCrashes(7, 200)
  expect(plans.flatMap((plan) => plan.strikes)).toHaveLength(200)
  for (const point of faultPoints) expect(strikes(plans, point)).toBeGreaterThanOrEqual(10)
})

test('every point once, those of recovery in a life that recovers', () => {
  const plans = planEachOnce(7)
  for (const point of faultPoints) expect(strikes(plans, point)).toBeGreaterThanOrEqual(1)
  const recovering = plans.filter((plan) => plan.strikes.at(-1)?.point.startsWith('recovery.'))
  expect(recovering.map((plan) => plan.strikes.length)).toEqual([2, 2, 2])
})

test('a crash that goes on beyond the rounds is one that its scenario passes', () => {
  for (let number = 170; number < 2000; number++) {
    const { scenario, strikes } = planCrash(7, number)
    const [first] = strikes
    expect(first && (scenario.passes[first.point] ?? 0)).toBeGreaterThanOrEqual(first?.hit ?? Infinity)
  }
})
