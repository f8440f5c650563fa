import { createRoute } from '@tanstack/react-router'
import { lazyPage } from '../../lazy-page.ts'
import { rootRoute } from '../../root-route.tsx'

/** `for`: the id of a member whose key is to be made; its form is open at once. */
export const keyRoutes = [
  createRoute({
    getParentRoute: () => rootRoute,
    path: '/keys',
    validateSearch: (search): { for?: string } =>
      typeof search['for'] === 'string' ? { for: search['for'] } : {},
    component: lazyPage(() => import('./keys-page.tsx'), 'KeysPage'),
  }),
] as const
