import { useInfiniteQuery } from '@tanstack/react-query'
import { useApi } from '../../api/context.tsx'
import { keys } from '../../api/query.ts'
import type { AgentSummary, Page } from '../../api/wire.ts'

/** The agents with this in their names, newest first, page after page. While others are read, those before stay. */
export function useAgentList(search: string) {
  const api = useApi()
  return useInfiniteQuery({
    queryKey: keys.agentList({ search }),
    initialPageParam: null as string | null,
    queryFn: async ({ pageParam, signal }) =>
      await api.get<Page<AgentSummary>>('/agents', {
        query: { view: 'summary', limit: 50, after: pageParam, search },
        signal,
      }),
    getNextPageParam: (page) => page.next_cursor,
    placeholderData: (before) => before,
  })
}
