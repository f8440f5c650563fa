import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { selfTimes, type CpuProfile } from './cpu-profile.ts'
import { LoadClient } from './load/client.ts'
import { instantModel } from './models.ts'
import { loadAndCount } from './scenarios/load-target.ts'
import { TemporaryDirectory } from './system/temporary-directory.ts'
import { startModelServer } from './targets/chat-server.ts'
import { parley } from './targets/parley.ts'
const now = () => Number(process.hrtime.bigint() / 1_000n)
const out: Record<string, Map<string, number>> = {}
for (const name of ['native', 'make'] as const) {
  await using stack = new AsyncDisposableStack()
  const directory = stack.use(new TemporaryDirectory())
  const model = stack.use(await startModelServer())
  const load = stack.use(new LoadClient())
  const subject = parley({ modelPort: model.port, postgres: null, nodeOptions: ['--cpu-prof', `--cpu-prof-dir=${directory.path}`, '--cpu-prof-interval=300'] })
  const place = stack.use(subject.prepare())
  const target = await place.start()
  const spoken = name === 'make' ? target.speaks!['make']! : target
  const t: any = { ...target, ...spoken }
  const bench = { load, quick: false } as any
  await loadAndCount(bench, t, { model: instantModel, streams: 50, seconds: 2 })
  const from = now()
  let runs = 0
  const { result, cpuPerThousand } = await loadAndCount(bench, t, { model: instantModel, streams: 50, seconds: 5 })
  runs = result.runs
  const to = now()
  await target[Symbol.asyncDispose]()
  console.log(name, result.runs, cpuPerThousand, result.errors)
  for (const file of readdirSync(directory.path)) {
    if (file.split('.').at(-3) !== '0') continue
    const profile: CpuProfile = JSON.parse(readFileSync(join(directory.path, file), 'utf8'))
    const m = (out[name] ??= new Map())
    for (const { name: f, seconds } of selfTimes(profile, from, to, process.cwd())) m.set(f, (m.get(f) ?? 0) + (seconds / runs) * 1e6)
  }
}
const keys = new Set([...out.native!.keys(), ...out.make!.keys()])
const rows = [...keys].map((k) => [k, out.native!.get(k) ?? 0, out.make!.get(k) ?? 0] as const).toSorted((a, b) => b[2] - b[1] - (a[2] - a[1]))
for (const [k, n, m] of rows.slice(0, 45)) console.log((m - n).toFixed(1).padStart(8), n.toFixed(1).padStart(8), m.toFixed(1).padStart(8), k)
console.log('...')
for (const [k, n, m] of rows.slice(-12)) console.log((m - n).toFixed(1).padStart(8), n.toFixed(1).padStart(8), m.toFixed(1).padStart(8), k)
let tn = 0, tm = 0
for (const [, n, m] of rows) { tn += n; tm += m }
console.log('total us per run', tn, tm)
