import { useQuery, type UseQueryResult } from '@tanstack/react-query'
import { useApi } from '../api/context.tsx'
import { keys } from '../api/query.ts'
import type { Agent, Page } from '../api/wire.ts'

/** The newest thousand agents: enough to name them and to choose one. */
export function useAgents(): UseQueryResult<Agent[]> {
  const api = useApi()
  return useQuery({
    queryKey: keys.agentList({ limit: 1000, for: 'names' }),
    queryFn: async ({ signal }) =>
      (await api.get<Page<Agent>>('/agents', { query: { limit: 1000 }, signal })).data,
  })
}

/** The name of an agent; its id when it was deleted or may not be read. */
export function useAgentName(): (id: string) => string {
  const agents = useAgents().data
  return (id) => agents?.find((agent) => agent.id === id)?.name ?? id
}
