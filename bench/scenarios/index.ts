import { coldStart } from './cold-start.ts'
import { firstTextAlone, firstTextAmongFifty, tokenByToken } from './first-text.ts'
import { idle } from './idle.ts'
import { idleStreams, slowStreams } from './many-streams.ts'
import { dialects } from './dialects.ts'
import type { Scenario } from './scenario.ts'
import { plainRuns, toolRuns } from './throughput.ts'

/** In this order: what needs a fresh server first. */
export const scenarios: readonly Scenario[] = [
  idle,
  coldStart,
  firstTextAlone,
  firstTextAmongFifty,
  tokenByToken,
  plainRuns,
  toolRuns,
  dialects,
  idleStreams,
  slowStreams,
]
