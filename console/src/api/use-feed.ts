import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { useApi } from './context.tsx'
import { followEvents, type StreamState } from './follow-events.ts'

/** Hints that arrive together are acted upon together, milliseconds. */
const gatherFor = 150

/** Which cached nouns a change of a noun makes stale. */
const stale: Record<string, string[]> = {
  agent: ['agents'],
  document: ['agents'],
  run: ['runs', 'threads', 'approvals'],
  approval: ['approvals', 'runs'],
  tool: ['tools'],
  connection: ['connections', 'models'],
  key: ['keys'],
  member: ['members'],
}

/**
 * Keeps what is shown up to date: the workspace's feed says what has changed, and the queries of that noun are read
 * again. Used once, around all pages. Answers the state of the connection.
 */
export function useFeed(): StreamState {
  const api = useApi()
  const client = useQueryClient()
  const [state, setState] = useState<StreamState>('connecting')
  useEffect(() => {
    const stop = new AbortController()
    const nouns = new Set<string>()
    let timer: ReturnType<typeof setTimeout> | null = null
    const readAgain = (): void => {
      timer = null
      const all = nouns.has('feed')
      void client.invalidateQueries({
        predicate: ({ queryKey }) => {
          const [name] = queryKey
          return all ? name !== 'session' : [...nouns].some((noun) => stale[noun]?.includes(String(name)))
        },
      })
      nouns.clear()
    }
    void followEvents({
      open: (_lastEventId, signal) => api.open('/events', { signal }),
      after: null,
      isLast: () => false,
      onEvents: (events) => {
        for (const { event } of events) {
          // `feed.opened`, the first one too: what changed between reading and following is told to nobody.
          nouns.add(event.split('.')[0] ?? '')
        }
        if (nouns.size > 0) timer ??= setTimeout(readAgain, gatherFor)
      },
      onState: (next) => setState(next),
      signal: stop.signal,
    })
    return () => {
      stop.abort()
      if (timer !== null) clearTimeout(timer)
    }
  }, [api, client])
  return state
}
