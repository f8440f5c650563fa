import type { LoadClient } from '../load/client.ts'
import type { LoadResult } from '../load/job.ts'
import type { Subject, Target } from '../targets/target.ts'

/** One line of the result. */
export interface Row {
  /** Of the value among those that the scenario measures. */
  key: string
  label: string
  unit: string
  better: 'lower' | 'higher'
  /** What Parley shall reach, by its database; absent: none is set. */
  aim?: { embedded: number; postgres: number }
  /** The value is what the server adds to that of the model server asked directly. */
  added?: true
}

/** What is measured: a server in the state the benchmark keeps it in, and where it came from. */
export interface Measured {
  subject: Subject
  target: Target
}

/** Longer or shorter, never another load. */
export interface Bench {
  load: LoadClient
  quick: boolean
}

/** One load and the lines that come out of it. */
export interface Scenario {
  name: string
  rows: readonly Row[]
  /** Most rounds that are worth their time; absent: as many as asked for. */
  rounds?: number
  /** Measures all servers at the same time: for loads that are no load. */
  together?: true
  measure(bench: Bench, measured: Measured): Promise<Record<string, number>>
}

export function sameAim(value: number) {
  return { embedded: value, postgres: value }
}

/** Throws with what went wrong unless every run of the load ended well. */
export function expectNoErrors(result: LoadResult): void {
  if (result.errors > 0)
    throw new Error(`${result.errors} of the runs failed: ${JSON.stringify(result.problems)}`)
}
