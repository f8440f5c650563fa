import { useQuery, type UseQueryResult } from '@tanstack/react-query'
import { useMemo } from 'react'
import { useApi, useMay } from '../api/context.tsx'
import { keys } from '../api/query.ts'
import type { AgentSummary, Page } from '../api/wire.ts'

/** The newest thousand agents: enough to name them and to choose one. */
export function useAgents(options: { enabled?: boolean } = {}): UseQueryResult<AgentSummary[]> {
  const api = useApi()
  return useQuery({
    ...options,
    queryKey: keys.agentList({ limit: 1000, for: 'names' }),
    queryFn: async ({ signal }) =>
      (await api.get<Page<AgentSummary>>('/agents', { query: { view: 'summary', limit: 1000 }, signal }))
        .data,
    // It is long, many pages want it, and the feed tells when it has changed.
    staleTime: Infinity,
  })
}

/** The name of an agent; its id when it was deleted or is not for this person to read. */
export function useAgentName(): (id: string) => string {
  const agents = useAgents({ enabled: useMay('agents:read') }).data
  const names = useMemo(() => new Map(agents?.map(({ id, name }) => [id, name])), [agents])
  return (id) => names.get(id) ?? id
}
