import { instantModel } from '../models.ts'
import type { Place } from '../targets/target.ts'
import { loadTarget } from './load-target.ts'
import { expectNoErrors, sameAim, type Bench, type Scenario } from './scenario.ts'

async function firstRunSeconds(bench: Bench, place: Place): Promise<number> {
  const startedAt = performance.now()
  await using target = await place.start()
  expectNoErrors(await loadTarget(bench, target, { model: instantModel, streams: 1 }))
  return (performance.now() - startedAt) / 1_000
}

/** From the start of the process to the end of its first run, the first agent included where there is none yet. */
export const coldStart: Scenario = {
  name: 'cold-start',
  rows: [
    {
      key: 'first',
      label: 'start to first finished run, very first',
      unit: 's',
      better: 'lower',
      aim: sameAim(2),
    },
    {
      key: 'again',
      label: 'start to first finished run, on existing data',
      unit: 's',
      better: 'lower',
      aim: sameAim(1),
    },
  ],
  async measure(bench, { subject }) {
    await using place = subject.prepare()
    const first = await firstRunSeconds(bench, place)
    return { first, again: await firstRunSeconds(bench, place) }
  },
}
