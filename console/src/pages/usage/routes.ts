import { createRoute } from '@tanstack/react-router'
import { lazyPage } from '../../lazy-page.ts'
import { rootRoute } from '../../root-route.tsx'
import { readUsageSearch } from './usage-search.ts'

export const usageRoutes = [
  createRoute({
    getParentRoute: () => rootRoute,
    path: '/usage',
    validateSearch: readUsageSearch,
    component: lazyPage(() => import('./usage-page.tsx'), 'UsagePage'),
  }),
] as const
