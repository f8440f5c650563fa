import { createRoute } from '@tanstack/react-router'
import { lazyPage } from '../../lazy-page.ts'
import { rootRoute } from '../../root-route.tsx'
import { agentTabOf, type AgentTab } from './agent-tab.ts'

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

export const agentRoutes = [
  createRoute({
    getParentRoute: () => rootRoute,
    path: '/agents',
    validateSearch: (search): { search?: string } => {
      const words = textOf(search['search'])
      return words === undefined ? {} : { search: words }
    },
    component: lazyPage(() => import('./agents-page.tsx'), 'AgentsPage'),
  }),
  createRoute({
    getParentRoute: () => rootRoute,
    path: '/agents/new',
    component: lazyPage(() => import('./new-agent-page.tsx'), 'NewAgentPage'),
  }),
  createRoute({
    getParentRoute: () => rootRoute,
    path: '/agents/$agentId',
    validateSearch: (search): { tab?: AgentTab } => {
      const tab = agentTabOf(search['tab'])
      return tab === 'overview' ? {} : { tab }
    },
    component: lazyPage(() => import('./agent-page.tsx'), 'AgentPage'),
  }),
] as const
