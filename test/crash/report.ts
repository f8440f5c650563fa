import { faultPoints, type FaultPoint } from '../../src/lib/fault-point.ts'
import type { Outcome } from './trial.ts'

interface Row {
  crashes: number
  decisions: number
  /** Milliseconds from the start of the process. */
  recoveries: number[]
}

/** What came of all crashes. */
export class CrashReport {
  readonly #outcomes: Outcome[] = []

  add(outcome: Outcome): void {
    this.#outcomes.push(outcome)
  }

  get passed(): number {
    return this.#crashes((outcome) => outcome.problems.length === 0)
  }

  get failed(): number {
    return this.#crashes((outcome) => outcome.problems.length > 0)
  }

  /** Promises about all crashes together that were broken, in sentences. */
  problems(leastPerPoint: number): string[] {
    const rows = this.#rows()
    const scarce = faultPoints.filter((point) => (rows.get(point)?.crashes ?? 0) < leastPerPoint)
    const decisions = this.#outcomes.filter((outcome) => outcome.decisions > 0).length
    return [
      ...scarce.map((point) => `${point} was hit less than ${leastPerPoint} times.`),
      ...(decisions * 2 > this.#outcomes.length
        ? [`${decisions} of ${this.#outcomes.length} scenarios needed a person.`]
        : []),
      ...(this.#resumedStreams === 0 ? ['No stream was cut in the middle.'] : []),
    ]
  }

  /** A line per point; decisions and recoveries stand at the last crash of their scenario. */
  table(): string {
    const rows = [...this.#rows()].map(([point, row]) => line(point, row))
    const all = this.#outcomes.flatMap(({ recoveries }) => recoveries)
    const ready = all.map(({ fromReady }) => Math.max(0, fromReady))
    const total = {
      crashes: this.passed + this.failed,
      decisions: this.#outcomes.filter(({ decisions }) => decisions > 0).length,
      recoveries: all.map(({ fromSpawn }) => fromSpawn),
    }
    return [
      '                             crashes  needs_decision  recovery ms p50 / max',
      ...rows,
      line('all', total),
      `Interrupted runs moved again ${percentile(ready, 0.5)} ms (p50), ${percentile(ready, 1)} ms (max) after the server was ready;`,
      'the table counts from the start of the process.',
      `${this.#resumedStreams} streams were cut in the middle and went on behind the last event that the client had.`,
    ].join('\n')
  }

  get #resumedStreams(): number {
    return this.#outcomes.reduce((sum, { resumedStreams }) => sum + resumedStreams, 0)
  }

  #crashes(which: (outcome: Outcome) => boolean): number {
    return this.#outcomes.filter(which).reduce((sum, { plan }) => sum + plan.strikes.length, 0)
  }

  #rows(): Map<FaultPoint, Row> {
    const rows = new Map<FaultPoint, Row>(
      faultPoints.map((point) => [point, { crashes: 0, decisions: 0, recoveries: [] }]),
    )
    for (const { plan, decisions, recoveries } of this.#outcomes) {
      for (const [index, { point }] of plan.strikes.entries()) {
        const row = rows.get(point)
        if (!row) continue
        row.crashes += 1
        if (index < plan.strikes.length - 1) continue
        if (decisions > 0) row.decisions += 1
        row.recoveries.push(...recoveries.map(({ fromSpawn }) => fromSpawn))
      }
    }
    return rows
  }
}

function line(name: string, { crashes, decisions, recoveries }: Row): string {
  const times =
    recoveries.length === 0 ? '–' : `${percentile(recoveries, 0.5)} / ${percentile(recoveries, 1)}`
  return `${name.padEnd(28)} ${String(crashes).padStart(7)}  ${String(decisions).padStart(14)}  ${times.padStart(21)}`
}

function percentile(values: number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return Math.round(sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0)
}
