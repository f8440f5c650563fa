import type { Bench, Measured, Scenario } from './scenarios/scenario.ts'
import { median } from './system/statistics.ts'

/** The values of one scenario for one server, one per round. */
export type Samples = Record<string, number[]>

export interface Outcome {
  scenario: Scenario
  /** By column. */
  samples: Map<string, Samples>
  /** What kept a column from being measured. */
  failures: Map<string, string>
}

export interface Cast {
  measured: readonly Measured[]
  /** The model server asked directly: what rows that count an addition are held against. */
  model: Measured
}

/** Measures one scenario, servers taking turns within each round so that a noisy minute hits all of them. */
export async function runScenario(
  scenario: Scenario,
  bench: Bench,
  cast: Cast,
  rounds: number,
): Promise<Outcome> {
  const outcome: Outcome = { scenario, samples: new Map(), failures: new Map() }
  const direct = scenario.rows.some((row) => row.added) ? [cast.model] : []
  const everyone = [...direct, ...cast.measured]
  for (let round = 0; round < Math.min(rounds, scenario.rounds ?? rounds); round++) {
    const turn = round % 2 === 0 ? everyone : everyone.toReversed()
    if (scenario.together) await Promise.all(turn.map((measured) => measureOne(outcome, bench, measured)))
    else for (const measured of turn) await measureOne(outcome, bench, measured)
  }
  return outcome
}

async function measureOne(outcome: Outcome, bench: Bench, measured: Measured): Promise<void> {
  const { scenario, samples, failures } = outcome
  const { name } = measured.subject
  if (failures.has(name)) return
  try {
    const values = await scenario.measure(bench, measured)
    const known = samples.get(name) ?? {}
    for (const [key, value] of Object.entries(values)) (known[key] ??= []).push(value)
    samples.set(name, known)
  } catch (error) {
    failures.set(name, error instanceof Error ? error.message : String(error))
  }
}

/** The median over the rounds; NaN where nothing was measured. */
export function valueOf(outcome: Outcome, column: string, key: string): number {
  return median(outcome.samples.get(column)?.[key] ?? [])
}
