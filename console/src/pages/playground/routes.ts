import { createRoute } from '@tanstack/react-router'
import { lazyPage } from '../../lazy-page.ts'
import { rootRoute } from '../../root-route.tsx'

/** What the address of a conversation holds: enough for a reload to continue exactly where it was. */
export interface ChatSearch {
  /** Absent: the published version. */
  version?: number
  /** Absent: a new conversation. */
  thread?: string
  /** The run that was begun here last. */
  run?: string
}

function readSearch(search: Record<string, unknown>): ChatSearch {
  const { thread, run } = search
  const version = Number(search['version'])
  return {
    ...(Number.isInteger(version) && version > 0 && { version }),
    ...(typeof thread === 'string' && thread !== '' && { thread }),
    ...(typeof run === 'string' && run !== '' && { run }),
  }
}

export const playgroundRoutes = [
  createRoute({
    getParentRoute: () => rootRoute,
    path: '/playground',
    validateSearch: ({ search }: Record<string, unknown>): { search?: string } =>
      typeof search === 'string' && search !== '' ? { search } : {},
    component: lazyPage(() => import('./playground-page.tsx'), 'PlaygroundPage'),
  }),
  createRoute({
    getParentRoute: () => rootRoute,
    path: '/agents/$agentId/playground',
    validateSearch: readSearch,
    component: lazyPage(() => import('./chat-page.tsx'), 'ChatPage'),
  }),
] as const
