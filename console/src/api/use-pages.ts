import { useInfiniteQuery } from '@tanstack/react-query'
import type { QueryValue } from './client.ts'
import { useApi } from './context.tsx'
import type { Page } from './wire.ts'

export interface Pages<Item> {
  /** Every item read so far; undefined while the first page is on its way. */
  data: Item[] | undefined
  error: Error | null
  refetch: () => unknown
  /** Whether there is more to read, and the way to it; see `LoadMore`. */
  hasMore: boolean
  readMore: () => void
  readingMore: boolean
  /** Why the next page did not come. */
  moreError: Error | null
}

/** A list of the API, page after page. A change of the list reads the pages that are shown again. */
export function usePages<Item>(
  queryKey: readonly unknown[],
  path: string,
  options: { query?: Record<string, QueryValue>; limit?: number } = {},
): Pages<Item> {
  const api = useApi()
  const { query = {}, limit = 50 } = options
  const list = useInfiniteQuery({
    queryKey: [...queryKey, path, query, limit],
    initialPageParam: null as string | null,
    queryFn: async ({ pageParam, signal }) =>
      await api.get<Page<Item>>(path, { query: { ...query, limit, after: pageParam }, signal }),
    getNextPageParam: ({ next_cursor: next }) => next,
  })
  return {
    data: list.data?.pages.flatMap(({ data }) => data),
    error: list.error,
    refetch: list.refetch,
    hasMore: list.hasNextPage,
    readMore: () => void list.fetchNextPage(),
    readingMore: list.isFetchingNextPage,
    moreError: list.isFetchNextPageError ? list.error : null,
  }
}
