import { idealMs, instantModel, pacedModel, type Pace } from '../models.ts'
import { loadAndCount, loadTarget, type LoadShape } from './load-target.ts'
import { expectNoErrors, sameAim, type Scenario } from './scenario.ts'

const pace: Pace = { tokens: 25, everyMs: 20 }

/**
 * Streams that last, their starts spread over one answer: the server is busy but not saturated. At saturation the time
 * to the first text would only say how many streams are waiting.
 */
function steady(streams: number, seconds: number): LoadShape {
  return { model: pacedModel(pace), streams, seconds, spreadMs: idealMs(pace) }
}

function firstText(
  name: string,
  streams: string,
  aimMs: number,
  shape: (quick: boolean) => LoadShape,
): Scenario {
  return {
    name,
    rows: [
      {
        key: 'p50',
        label: `added to the first text, p50 at ${streams}`,
        unit: 'ms',
        better: 'lower',
        aim: sameAim(aimMs),
        added: true,
      },
    ],
    async measure(bench, { target }) {
      const load = shape(bench.quick)
      await loadTarget(bench, target, { model: load.model, streams: load.streams })
      const result = await loadTarget(bench, target, load)
      expectNoErrors(result)
      return { p50: result.firstTextMs.p50 }
    },
  }
}

/** One run after the other. Pauses between tokens would measure how this machine wakes up. */
export const firstTextAlone = firstText('first-text-1', '1 stream', 2.5, (quick) => ({
  model: instantModel,
  streams: 1,
  seconds: quick ? 1.5 : 3,
}))

export const firstTextAmongFifty = firstText('first-text-50', '50 streams', 5, (quick) =>
  steady(50, quick ? 2 : 4),
)

/** The busiest of the token by token loads also tells what a token costs. */
export const tokenByToken: Scenario = {
  name: 'tokens-200',
  rows: [
    {
      key: 'p50',
      label: 'added to the first text, p50 at 200 streams',
      unit: 'ms',
      better: 'lower',
      added: true,
    },
    {
      key: 'p99',
      label: 'added to the first text, p99 at 200 streams',
      unit: 'ms',
      better: 'lower',
      added: true,
    },
    {
      key: 'cpu',
      label: 'CPU per 1,000 streamed runs, token by token, 200 open',
      unit: 's',
      better: 'lower',
      aim: sameAim(4),
    },
  ],
  async measure(bench, { target }) {
    const { result, cpuPerThousand } = await loadAndCount(bench, target, steady(200, bench.quick ? 2.5 : 5))
    expectNoErrors(result)
    return { p50: result.firstTextMs.p50, p99: result.firstTextMs.p99, cpu: cpuPerThousand }
  },
}
