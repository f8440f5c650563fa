import { useInfiniteQuery } from '@tanstack/react-query'
import { useApi } from '../../api/context.tsx'
import { keys } from '../../api/query.ts'
import type { Approval, Page } from '../../api/wire.ts'

/** Approvals of a state, newest first, a page at a time. */
export function useApprovals(state: Approval['state']) {
  const api = useApi()
  return useInfiniteQuery({
    queryKey: [...keys.approvals, 'list', state],
    queryFn: async ({ pageParam, signal }) =>
      await api.get<Page<Approval>>('/approvals', { query: { state, limit: 50, after: pageParam }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next_cursor,
  })
}
