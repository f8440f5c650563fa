import { postgresServer, type PostgresServer } from '../support/postgres-server.ts'
import type { CrashOptions } from './options.ts'
import { Place } from './place.ts'
import { planCrash, planCrashes, planEachOnce, type CrashPlan } from './plan.ts'
import { CrashReport } from './report.ts'
import { makeCrashes, type Outcome } from './trial.ts'
import { startWorld, type World } from './world.ts'

/** Kills in one directory before the next one is begun. */
const crashesPerPlace = 50
/** What is broken is not looked at for ever. */
const mostFailures = 10

function plansFor({ seed, count, only }: CrashOptions): CrashPlan[] {
  if (only !== null) return [planCrash(seed, only)]
  return count === null ? planEachOnce(seed) : planCrashes(seed, count)
}

function story({ number, scenario, strikes }: CrashPlan): string {
  return `${number}: ${scenario.name}, killed at ${strikes.map(({ point, hit }) => `${point}:${hit}`).join(', then ')}`
}

function printFailure(outcome: Outcome, { seed, postgres }: CrashOptions): void {
  const replay = `npm run test:crash -- --seed ${seed} --only ${outcome.plan.number}${postgres ? ' --postgres' : ''}`
  console.error(`\nFAILED ${story(outcome.plan)}`)
  for (const problem of outcome.problems) console.error(`  ${problem}`)
  console.error(`${outcome.evidence}\n  Again: ${replay}\n`)
}

/** Takes plans from the list until it is empty, in places of its own. */
async function lane(
  plans: CrashPlan[],
  world: World,
  postgres: PostgresServer | null,
  done: (outcome: Outcome) => boolean,
) {
  let place = await Place.create(world, postgres)
  try {
    for (let plan = plans.shift(); plan; plan = plans.shift()) {
      const outcome = await makeCrashes(plan, place, world)
      if (!done(outcome)) return
      if (outcome.problems.length === 0 && place.crashes < crashesPerPlace) continue
      place[Symbol.dispose]()
      place = await Place.create(world, postgres)
    }
  } finally {
    place[Symbol.dispose]()
  }
}

/** Makes all crashes that the options ask for, and tells what came of them; true when every promise was kept. */
export async function runCrashTest(options: CrashOptions): Promise<boolean> {
  const postgres = options.postgres ? await postgresServer() : null
  if (options.postgres && postgres === null) return false
  await using _server = postgres
  await using world = await startWorld()
  const plans = plansFor(options)
  const total = plans.reduce((sum, { strikes }) => sum + strikes.length, 0)
  console.log(
    `Seed ${options.seed}: ${total} crashes in ${plans.length} scenarios on ${options.postgres ? 'PostgreSQL' : 'the embedded database'}.`,
  )
  const report = new CrashReport()
  let failures = 0
  let nextLine = 25
  const done = (outcome: Outcome): boolean => {
    report.add(outcome)
    if (outcome.problems.length > 0) {
      failures += 1
      printFailure(outcome, options)
    }
    const made = report.passed + report.failed
    if (made >= nextLine) {
      console.log(`${made} of ${total} crashes, ${report.failed} failed`)
      nextLine += 25
    }
    return failures < mostFailures
  }
  const begun = performance.now()
  await Promise.all(Array.from({ length: options.lanes }, () => lane(plans, world, postgres, done)))
  console.log(`\n${report.table()}\n${Math.round((performance.now() - begun) / 1000)} s`)
  // One crash says nothing about all.
  const least = options.only === null ? Math.floor(total / 20) : null
  const problems = least === null ? [] : report.problems(Math.min(least, 10))
  for (const problem of problems) console.error(problem)
  console.log(`${report.passed} passed, ${report.failed} failed`)
  return failures === 0 && problems.length === 0
}
