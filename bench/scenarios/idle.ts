import { setTimeout as delay } from 'node:timers/promises'
import { cpuSeconds, memoryMib } from '../system/process-usage.ts'
import { sameAim, type Scenario } from './scenario.ts'

/** A server that was started on existing data and left alone. */
export const idle: Scenario = {
  name: 'idle',
  rounds: 1,
  together: true,
  rows: [
    {
      key: 'memory',
      label: 'memory idle, server',
      unit: 'MiB',
      better: 'lower',
      aim: { embedded: 300, postgres: 120 },
    },
    { key: 'cpu', label: 'CPU idle, share of a core', unit: '%', better: 'lower', aim: sameAim(3) },
  ],
  async measure(bench, { target }) {
    const seconds = bench.quick ? 5 : 20
    await delay(2_000) // What it does once after its start.
    const before = cpuSeconds(target.pids)
    await delay(seconds * 1_000)
    const cpu = ((cpuSeconds(target.pids) - before) / seconds) * 100
    return { cpu, memory: memoryMib([target.serverPid]) }
  },
}
