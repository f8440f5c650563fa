import { createRoute } from '@tanstack/react-router'
import { lazyPage } from '../../lazy-page.ts'
import { rootRoute } from '../../root-route.tsx'

export const connectionRoutes = [
  createRoute({
    getParentRoute: () => rootRoute,
    path: '/connections',
    component: lazyPage(() => import('./connections-page.tsx'), 'ConnectionsPage'),
  }),
] as const
