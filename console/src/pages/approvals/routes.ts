import { createRoute } from '@tanstack/react-router'
import { lazyPage } from '../../lazy-page.ts'
import { rootRoute } from '../../root-route.tsx'

export const approvalRoutes = [
  createRoute({
    getParentRoute: () => rootRoute,
    path: '/approvals',
    component: lazyPage(() => import('./approvals-page.tsx'), 'ApprovalsPage'),
  }),
] as const
