import { createRoute } from '@tanstack/react-router'
import { lazyPage } from '../../lazy-page.ts'
import { rootRoute } from '../../root-route.tsx'

export const memberRoutes = [
  createRoute({
    getParentRoute: () => rootRoute,
    path: '/members',
    component: lazyPage(() => import('./members-page.tsx'), 'MembersPage'),
  }),
] as const
