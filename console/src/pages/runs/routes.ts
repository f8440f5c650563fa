import { createRoute } from '@tanstack/react-router'
import type { RunState } from '../../api/wire.ts'
import { lazyPage } from '../../lazy-page.ts'
import { rootRoute } from '../../root-route.tsx'

/** Which runs are listed; each absent: all. */
export interface RunSearch {
  agent?: string
  state?: RunState
  dialect?: string
}

export const runStates: readonly RunState[] = [
  'queued',
  'running',
  'waiting',
  'completed',
  'failed',
  'cancelled',
]

function readSearch({ agent, state, dialect }: Record<string, unknown>): RunSearch {
  const known = runStates.find((one) => one === state)
  return {
    ...(typeof agent === 'string' && agent !== '' && { agent }),
    ...(known !== undefined && { state: known }),
    ...(typeof dialect === 'string' && dialect !== '' && { dialect }),
  }
}

export const runRoutes = [
  createRoute({
    getParentRoute: () => rootRoute,
    path: '/runs',
    validateSearch: readSearch,
    component: lazyPage(() => import('./runs-page.tsx'), 'RunsPage'),
  }),
  createRoute({
    getParentRoute: () => rootRoute,
    path: '/runs/$runId',
    component: lazyPage(() => import('./run-page.tsx'), 'RunPage'),
  }),
] as const
