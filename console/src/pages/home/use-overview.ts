import { useQuery, type UseQueryResult } from '@tanstack/react-query'
import { useApi } from '../../api/context.tsx'
import { keys } from '../../api/query.ts'
import type { AgentSummary, Approval, Page, Run } from '../../api/wire.ts'

export function useNewestAgents(): UseQueryResult<Page<AgentSummary>> {
  const api = useApi()
  return useQuery({
    queryKey: keys.agentList({ home: true }),
    queryFn: async ({ signal }) =>
      await api.get<Page<AgentSummary>>('/agents', { query: { view: 'summary', limit: 5 }, signal }),
  })
}

export function useNewestRuns(): UseQueryResult<Page<Run>> {
  const api = useApi()
  return useQuery({
    queryKey: keys.runList({ home: true }),
    queryFn: async ({ signal }) => await api.get<Page<Run>>('/runs', { query: { limit: 8 }, signal }),
  })
}

export function useOpenApprovals(): UseQueryResult<Page<Approval>> {
  const api = useApi()
  return useQuery({
    queryKey: [...keys.approvals, 'home'],
    queryFn: async ({ signal }) =>
      await api.get<Page<Approval>>('/approvals', { query: { state: 'pending', limit: 5 }, signal }),
  })
}
