import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useApi } from '../../api/context.tsx'
import { keys } from '../../api/query.ts'
import type { Page, Run } from '../../api/wire.ts'

const shownAtFirst = 10

/**
 * The runs of a conversation, oldest first, the newest ten until earlier ones are asked for. `begun`, the run that was
 * begun here last, is there before the list says so.
 */
export function useTurns(thread: string | undefined, begun: string | undefined) {
  const api = useApi()
  const [shown, setShown] = useState(shownAtFirst)
  const query = useQuery({
    queryKey: keys.runList({ thread_id: thread, limit: shown }),
    enabled: thread !== undefined,
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) =>
      await api.get<Page<Run>>('/runs', { query: { thread_id: thread, limit: shown }, signal }),
  })
  const listed =
    thread === undefined ? [] : (query.data?.data ?? []).filter((run) => run.thread_id === thread)
  const runs = listed.map(({ id }) => id).toReversed()
  if (begun !== undefined && !runs.includes(begun) && (query.data === undefined || query.isFetching))
    runs.push(begun)
  return {
    runs,
    error: query.data === undefined ? query.error : null,
    loading: thread !== undefined && query.isPending && begun === undefined,
    earlier: query.data?.has_more === true ? () => setShown((count) => count + 4 * shownAtFirst) : null,
    retry: () => void query.refetch(),
  }
}
