import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { selfTimes, type CpuProfile } from './cpu-profile.ts'
import { LoadClient } from './load/client.ts'
import { scenarios } from './scenarios/index.ts'
import { Postgres } from './system/postgres.ts'
import { TemporaryDirectory } from './system/temporary-directory.ts'
import { startModelServer } from './targets/chat-server.ts'
import { parley } from './targets/parley.ts'

// node bench/profile.ts [scenario] [--postgres] [--top 30]: where Parley spends its time under one load, thread by
// thread.

const root = fileURLToPath(new URL('..', import.meta.url))

function now(): number {
  return Number(process.hrtime.bigint() / 1_000n)
}

function print(file: string, from: number, to: number, top: number): void {
  const profile: CpuProfile = JSON.parse(readFileSync(file, 'utf8'))
  // Node names the files CPU.<date>.<time>.<process>.<thread>.<number>.cpuprofile.
  const thread = file.split('.').at(-3)
  const times = selfTimes(profile, from, to, root)
  const total = times.reduce((sum, { seconds }) => sum + seconds, 0)
  const share = ((total * 1_000_000) / (to - from)) * 100
  console.log(
    `\n${thread === '0' ? 'main thread' : `worker ${thread}`}: busy ${share.toFixed(0)} % of the time`,
  )
  for (const { name, seconds } of times.slice(0, top)) {
    console.log(
      `${((seconds / total) * 100).toFixed(1).padStart(6)} %  ${seconds.toFixed(3).padStart(7)} s  ${name}`,
    )
  }
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { postgres: { type: 'boolean', default: false }, top: { type: 'string', default: '30' } },
  })
  const [wanted = 'runs'] = positionals
  const scenario = scenarios.find(({ name }) => name === wanted)
  if (scenario === undefined) {
    throw new Error(`There is no load ${wanted}; there are ${scenarios.map(({ name }) => name).join(', ')}.`)
  }
  await using stack = new AsyncDisposableStack()
  const directory = stack.use(new TemporaryDirectory())
  const model = stack.use(await startModelServer())
  const load = stack.use(new LoadClient())
  const postgres = values.postgres ? stack.use(await Postgres.start()) : null
  const nodeOptions = ['--cpu-prof', `--cpu-prof-dir=${directory.path}`, '--cpu-prof-interval=500']
  const subject = parley({ modelPort: model.port, postgres, nodeOptions })
  const place = stack.use(subject.prepare())
  const target = await place.start()
  const from = now()
  const result = await scenario.measure({ load, quick: false }, { subject, target })
  const to = now()
  await target[Symbol.asyncDispose]() // The profiles are written when the process ends.
  console.log(wanted, result)
  for (const file of readdirSync(directory.path).toSorted())
    print(join(directory.path, file), from, to, Number(values.top))
}

await main()
