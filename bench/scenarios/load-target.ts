import { setTimeout as delay } from 'node:timers/promises'
import type { LoadResult } from '../load/job.ts'
import { cpuSeconds } from '../system/process-usage.ts'
import type { Target } from '../targets/target.ts'
import type { Bench } from './scenario.ts'

export interface LoadShape {
  model: string
  streams: number
  /** Absent: one run per stream. */
  seconds?: number
  spreadMs?: number
  timeoutMs?: number
}

/** Puts a load on a server. */
export async function loadTarget(bench: Bench, target: Target, shape: LoadShape): Promise<LoadResult> {
  const { model, streams, seconds, spreadMs = 0, timeoutMs = 60_000 } = shape
  return bench.load.run({
    port: target.port,
    request: await target.request(model),
    firstMark: target.firstMark,
    endMark: target.endMark,
    streams,
    until: seconds === undefined ? 'once' : { seconds },
    spreadMs,
    timeoutMs,
  })
}

/** What a server still does after its last answer belongs to the runs. */
const afterworkMs = 300

/** Puts a load on a server and counts the processor time that it took, its database included. */
export async function loadAndCount(bench: Bench, target: Target, shape: LoadShape) {
  await target.request(shape.model) // What it has to create first is not part of the load.
  const before = cpuSeconds(target.pids)
  const result = await loadTarget(bench, target, shape)
  await delay(afterworkMs)
  const cpuPerThousand = ((cpuSeconds(target.pids) - before) / result.runs) * 1_000
  return { result, cpuPerThousand }
}
