import { instantModel } from '../models.ts'
import { median } from '../system/statistics.ts'
import { loadAndCount } from './load-target.ts'
import { expectNoErrors, sameAim, type Bench, type Measured, type Scenario } from './scenario.ts'

const streams = 50
/** How often the two take turns within one measurement, so that what the machine does besides hits both. */
const turns = 5

async function measure(bench: Bench, { target }: Measured): Promise<Record<string, number>> {
  const { speaks } = target
  const vendor = speaks?.['make']
  if (!vendor) return {}
  const seconds = bench.quick ? 0.5 : 1
  const cpu = { native: [] as number[], make: [] as number[] }
  for (let turn = 0; turn < turns + 1; turn++) {
    const order = turn % 2 === 0 ? (['native', 'make'] as const) : (['make', 'native'] as const)
    for (const name of order) {
      const spoken = name === 'make' ? vendor : target
      const shape = { model: instantModel, streams, seconds }
      const { result, cpuPerThousand } = await loadAndCount(bench, { ...target, ...spoken }, shape)
      expectNoErrors(result)
      if (turn > 0) cpu[name].push(cpuPerThousand) // the first turn warms both up
    }
  }
  return {
    make: median(cpu.make),
    ratio: median(cpu.make.map((value, turn) => value / (cpu.native[turn] ?? 0))),
  }
}

/** What a vendor's API costs above the native one, over the same core. */
export const dialects: Scenario = {
  name: 'dialects',
  rounds: 1,
  rows: [
    { key: 'make', label: 'CPU per 1,000 streamed runs through Make', unit: 's', better: 'lower' },
    {
      key: 'ratio',
      label: 'CPU of a streamed run through Make over a native one',
      unit: '×',
      better: 'lower',
      aim: sameAim(1.15),
    },
  ],
  measure,
}
