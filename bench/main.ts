import { writeFileSync } from 'node:fs'
import { installedMib } from './installed-size.ts'
import { LoadClient } from './load/client.ts'
import { parseOptions, usage, type BenchOptions } from './options.ts'
import { machine, modelColumn, numbers, table, verdict } from './report.ts'
import { runScenario, type Cast, type Outcome } from './runner.ts'
import { scenarios } from './scenarios/index.ts'
import type { Measured, Scenario } from './scenarios/scenario.ts'
import { Postgres } from './system/postgres.ts'
import { passThrough, startModelServer } from './targets/chat-server.ts'
import { parley } from './targets/parley.ts'
import type { Subject } from './targets/target.ts'

const installedAimMib = 150

function say(text: string): void {
  process.stderr.write(`${text}\n`)
}

/** A server on existing data: started once to create it, then once more. */
async function startAgain(subject: Subject, stack: AsyncDisposableStack): Promise<Measured> {
  const place = stack.use(subject.prepare())
  const first = await place.start()
  await first[Symbol.asyncDispose]()
  return { subject, target: stack.use(await place.start()) }
}

async function startCast(options: BenchOptions, stack: AsyncDisposableStack): Promise<Cast> {
  const model = stack.use(await startModelServer())
  const modelPort = model.port
  const subjects = [passThrough(modelPort), parley({ modelPort, postgres: null })]
  if (options.postgres) subjects.push(parley({ modelPort, postgres: stack.use(await Postgres.start()) }))
  const wanted = subjects.filter(({ name }) => options.targets?.includes(name) ?? true)
  const measured: Measured[] = []
  for (const subject of wanted) {
    say(`starting ${subject.name}`)
    measured.push(await startAgain(subject, stack))
  }
  const direct = {
    name: modelColumn,
    prepare: () => ({ start: startModelServer, async [Symbol.asyncDispose]() {} }),
  }
  return { measured, model: { subject: direct, target: model } }
}

function chosen(only: string | null): Scenario[] {
  return scenarios.filter(
    ({ name, rows }) =>
      only === null || name.includes(only) || rows.some(({ label }) => label.includes(only)),
  )
}

async function measureAll(options: BenchOptions): Promise<number> {
  const selected = chosen(options.only)
  if (selected.length === 0) throw new Error(`No load or row is called ${options.only}.`)
  const outcomes: Outcome[] = []
  const startedAt = performance.now()
  await using stack = new AsyncDisposableStack()
  process.once('SIGINT', () => void stack.disposeAsync().then(() => process.exit(130)))
  process.once('SIGTERM', () => void stack.disposeAsync().then(() => process.exit(143)))
  const cast = await startCast(options, stack)
  const bench = { load: stack.use(new LoadClient()), quick: options.quick }
  for (const scenario of selected) {
    say(`measuring ${scenario.name}`)
    const outcome = await runScenario(scenario, bench, cast, options.rounds)
    for (const [column, reason] of outcome.failures) say(`  ${column} failed: ${reason}`)
    outcomes.push(outcome)
  }
  const columns = cast.measured.map(({ subject }) => subject.name)
  const size = installedMib()
  const minutes = ((performance.now() - startedAt) / 60_000).toFixed(1)
  console.log(`\n${machine()}; medians of up to ${options.rounds} rounds; ${minutes} minutes\n`)
  console.log(table(outcomes, columns))
  console.log(
    `\ninstalled size without development packages and Node: ${size.toFixed(0)} MiB, aim ≤ ${installedAimMib} MiB, ` +
      verdict({ better: 'lower' }, size, installedAimMib),
  )
  if (options.json !== null) writeFileSync(options.json, numbers(outcomes))
  return outcomes.some(({ failures }) => failures.size > 0) ? 1 : 0
}

async function main(): Promise<number> {
  const options = parseOptions(process.argv.slice(2))
  if (options === 'help') {
    console.log(usage)
    return 0
  }
  if (process.platform !== 'linux') {
    throw new Error('The benchmark reads processor time and memory from /proc and so runs on Linux only.')
  }
  return measureAll(options)
}

try {
  process.exitCode = await main()
} catch (error) {
  say(error instanceof Error ? error.message : String(error))
  process.exitCode = 2
}
