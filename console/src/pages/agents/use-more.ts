import type { InfiniteData, UseInfiniteQueryResult } from '@tanstack/react-query'
import { useEffect, useState } from 'react'

/**
 * Asks for the next page of a list until it is there: what the feed makes be read again meanwhile cancels the request for
 * it, which must not lose the click.
 */
export function useMore<Page>(query: UseInfiniteQueryResult<InfiniteData<Page>>): {
  showMore: () => void
  isBusy: boolean
} {
  const [wanted, setWanted] = useState(0)
  const { data, isFetching, isError, hasNextPage, fetchNextPage } = query
  const shown = data?.pages.length ?? 0
  const isMissing = wanted > shown && hasNextPage && !isError
  useEffect(() => {
    if (isMissing && !isFetching) void fetchNextPage()
  }, [isMissing, isFetching, fetchNextPage])
  return {
    showMore() {
      setWanted(shown + 1)
      if (isError) void fetchNextPage()
    },
    isBusy: isMissing,
  }
}
