import { QueryClient } from '@tanstack/react-query'
import { ApiProblem } from './problem.ts'

/**
 * Names of what is cached. The first word is the noun that the workspace's feed also uses, so that a hint such as
 * `agent.published` makes everything below `['agents']` be read again.
 */
export const keys = {
  session: ['session'] as const,
  agents: ['agents'] as const,
  agentList: (filter: Record<string, unknown> = {}) => ['agents', 'list', filter] as const,
  agent: (id: string) => ['agents', 'one', id] as const,
  agentVersions: (id: string) => ['agents', 'one', id, 'versions'] as const,
  agentDiff: (id: string, from: number, to: number) => ['agents', 'one', id, 'diff', from, to] as const,
  runs: ['runs'] as const,
  runList: (filter: Record<string, unknown> = {}) => ['runs', 'list', filter] as const,
  run: (id: string) => ['runs', 'one', id] as const,
  threads: ['threads'] as const,
  thread: (id: string) => ['threads', 'one', id] as const,
  approvals: ['approvals'] as const,
  tools: ['tools'] as const,
  connections: ['connections'] as const,
  models: ['models'] as const,
  providers: ['providers'] as const,
  apiKeys: ['keys'] as const,
  members: ['members'] as const,
  usage: (query: Record<string, unknown>) => ['usage', query] as const,
  setup: ['setup'] as const,
}

/** Reads are tried again only when that may help; what is shown is read again when the window comes back. */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 5000,
        retry: (count, error) => error instanceof ApiProblem && error.problem.retryable && count < 3,
      },
      mutations: { retry: false },
    },
  })
}
