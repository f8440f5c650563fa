import { createRoute } from '@tanstack/react-router'
import { lazyPage } from '../../lazy-page.ts'
import { rootRoute } from '../../root-route.tsx'
import { approvalTabOf } from './approval-tab.ts'

export const approvalRoutes = [
  createRoute({
    getParentRoute: () => rootRoute,
    path: '/approvals',
    validateSearch: ({ tab }) => approvalTabOf(tab),
    component: lazyPage(() => import('./approvals-page.tsx'), 'ApprovalsPage'),
  }),
] as const
