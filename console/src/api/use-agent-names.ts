import { useQuery } from '@tanstack/react-query'
import { useApi, useMay } from './context.tsx'
import { keys } from './query.ts'
import type { Agent, Page } from './wire.ts'

/** What agents are called, by their ids; the id of one that is deleted, or not for this person to read. */
export function useAgentNames(): (agentId: string) => string {
  const api = useApi()
  const mayRead = useMay('agents:read')
  const agents = useQuery({
    queryKey: keys.agentList({ names: true }),
    queryFn: async ({ signal }) => await api.get<Page<Agent>>('/agents', { query: { limit: 1000 }, signal }),
    enabled: mayRead,
  })
  const names = new Map(agents.data?.data.map(({ id, name }) => [id, name]))
  return (agentId) => names.get(agentId) ?? agentId
}
