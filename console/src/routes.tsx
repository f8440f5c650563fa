/**
 * Every page and its address. A page is loaded when it is first asked for: `lazyPage(() => import(…), 'Name')`.
 * Each area has its routes in `pages/<area>/routes.ts`; this file only lists the areas.
 */
import { createRouter } from '@tanstack/react-router'
import { PageError } from './page-error.tsx'
import { agentRoutes } from './pages/agents/routes.ts'
import { approvalRoutes } from './pages/approvals/routes.ts'
import { connectionRoutes } from './pages/connections/routes.ts'
import { homeRoutes } from './pages/home/routes.ts'
import { keyRoutes } from './pages/keys/routes.ts'
import { memberRoutes } from './pages/members/routes.ts'
import { playgroundRoutes } from './pages/playground/routes.ts'
import { runRoutes } from './pages/runs/routes.ts'
import { setupRoutes } from './pages/setup/routes.ts'
import { usageRoutes } from './pages/usage/routes.ts'
import { rootRoute } from './root-route.tsx'

const routeTree = rootRoute.addChildren([
  ...homeRoutes,
  ...agentRoutes,
  ...playgroundRoutes,
  ...runRoutes,
  ...approvalRoutes,
  ...keyRoutes,
  ...memberRoutes,
  ...connectionRoutes,
  ...usageRoutes,
  ...setupRoutes,
])

export function createConsoleRouter() {
  return createRouter({
    routeTree,
    basepath: '/console',
    defaultErrorComponent: PageError,
    defaultPreload: 'intent',
    scrollRestoration: true,
  })
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createConsoleRouter>
  }
}
