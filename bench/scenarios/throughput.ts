import { instantModel, toolModel } from '../models.ts'
import { loadAndCount, loadTarget } from './load-target.ts'
import { expectNoErrors, sameAim, type Bench, type Measured, type Scenario } from './scenario.ts'

/** Streams open at the same time: enough that no part of the machine waits for a client. */
const streams = 100

async function measure(bench: Bench, { target }: Measured, model: string) {
  await loadTarget(bench, target, { model, streams, seconds: bench.quick ? 0.3 : 1 })
  const { result, cpuPerThousand } = await loadAndCount(bench, target, {
    model,
    streams,
    seconds: bench.quick ? 1.5 : 3,
  })
  expectNoErrors(result)
  return { runs: result.runs / result.seconds, cpu: cpuPerThousand, p99: result.runMs.p99 }
}

export const plainRuns: Scenario = {
  name: 'runs',
  rows: [
    {
      key: 'runs',
      label: 'streamed runs per second, instant model',
      unit: '/s',
      better: 'higher',
      aim: sameAim(1_500),
    },
    {
      key: 'cpu',
      label: 'CPU per 1,000 streamed runs, instant model',
      unit: 's',
      better: 'lower',
      aim: sameAim(0.8),
    },
    { key: 'p99', label: 'p99 of a run at 100 streams, instant model', unit: 'ms', better: 'lower' },
  ],
  measure: (bench, measured) => measure(bench, measured, instantModel),
}

export const toolRuns: Scenario = {
  name: 'tool-runs',
  rows: [
    {
      key: 'runs',
      label: 'streamed runs per second, one tool call',
      unit: '/s',
      better: 'higher',
      aim: sameAim(1_000),
    },
    { key: 'cpu', label: 'CPU per 1,000 streamed runs, one tool call', unit: 's', better: 'lower' },
  ],
  measure: (bench, measured) => measure(bench, measured, toolModel),
}
