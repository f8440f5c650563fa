import { setTimeout as delay } from 'node:timers/promises'
import { idealMs, instantModel, pacedModel, type Pace } from '../models.ts'
import { memoryMib } from '../system/process-usage.ts'
import { loadTarget } from './load-target.ts'
import { expectNoErrors, sameAim, type Scenario } from './scenario.ts'

const streams = 1_000

/** One token, silence, one token: long enough to look at a thousand silent streams. */
const silent: Pace = { tokens: 2, everyMs: 6_500 }

/** When all streams have started and the server has come to rest. */
const restMs = 4_500

const slow = (quick: boolean): Pace => ({ tokens: quick ? 13 : 21, everyMs: 500 })

/** A thousand clients at once, and the memory at the worst moment. */
export const slowStreams: Scenario = {
  name: 'slow-streams',
  rounds: 2,
  rows: [
    {
      key: 'late',
      label: '1,000 slow streams at once, p99 over ideal',
      unit: 's',
      better: 'lower',
      aim: sameAim(0.6),
    },
    {
      key: 'errors',
      label: '1,000 slow streams at once, errors',
      unit: '',
      better: 'lower',
      aim: sameAim(0),
    },
    { key: 'memory', label: 'memory under that load, highest, server', unit: 'MiB', better: 'lower' },
  ],
  async measure(bench, { target }) {
    const pace = slow(bench.quick)
    const shape = { model: pacedModel(pace), streams, timeoutMs: idealMs(pace) + 20_000 }
    let memory = 0
    const watch = setInterval(() => (memory = Math.max(memory, memoryMib([target.serverPid]))), 1_000)
    const result = await loadTarget(bench, target, shape)
    clearInterval(watch)
    if (result.errors > 0) process.stderr.write(`  errors: ${JSON.stringify(result.problems)}\n`)
    return { late: (result.runMs.p99 - idealMs(pace)) / 1_000, errors: result.errors, memory }
  },
}

/** What a stream weighs while nothing is said on it. */
export const idleStreams: Scenario = {
  name: 'idle-streams',
  rounds: 2,
  rows: [
    { key: 'each', label: 'memory per idle stream, server', unit: 'KiB', better: 'lower', aim: sameAim(40) },
  ],
  async measure(bench, { target }) {
    // First the memory that any load leaves behind, compiled code and a grown heap, which is not the streams'.
    await loadTarget(bench, target, { model: instantModel, streams: 100, seconds: bench.quick ? 1 : 2 })
    await delay(1_000)
    const before = memoryMib([target.serverPid])
    const open = loadTarget(bench, target, { model: pacedModel(silent), streams, spreadMs: 1_000 })
    await delay(restMs)
    const during = memoryMib([target.serverPid])
    expectNoErrors(await open)
    return { each: ((during - before) * 1_024) / streams }
  },
}
