import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useApi } from '../../api/context.tsx'
import { keys } from '../../api/query.ts'
import type { Page, Run } from '../../api/wire.ts'
import { Button } from '../../components/button.tsx'
import { RelativeTime } from '../../components/relative-time.tsx'
import { Skeleton } from '../../components/spinner.tsx'
import { asProblem } from '../../api/problem.ts'
import { inputText } from '../../runs/words.ts'
import styles from './thread-list.module.css'

const perPage = 100

/** The conversations of an agent, the one with the newest run first. A conversation is called by what was said last. */
export function ThreadList(props: {
  agentId: string
  version: number | undefined
  current: string | undefined
}) {
  const { agentId, version, current } = props
  const api = useApi()
  const query = useInfiniteQuery({
    queryKey: keys.runList({ agent_id: agentId, by: 'thread' }),
    queryFn: async ({ pageParam, signal }) =>
      await api.get<Page<Run>>('/runs', {
        query: { agent_id: agentId, limit: perPage, after: pageParam },
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next_cursor,
  })
  if (query.error !== null && query.data === undefined)
    return (
      <p className={styles['quiet']}>The conversations could not be read: {asProblem(query.error).detail}</p>
    )
  if (query.data === undefined) return <Skeleton lines={4} />
  const newest = new Map<string, Run>()
  for (const run of query.data.pages.flatMap(({ data }) => data))
    if (!newest.has(run.thread_id)) newest.set(run.thread_id, run)
  if (newest.size === 0) return <p className={styles['quiet']}>Conversations will be listed here.</p>
  return (
    <>
      <ul className={styles['list']}>
        {[...newest.values()].map((run) => (
          <li key={run.thread_id}>
            <Link
              to="/agents/$agentId/playground"
              params={{ agentId }}
              search={{ ...(version !== undefined && { version }), thread: run.thread_id }}
              className={styles['thread']}
              aria-current={run.thread_id === current ? 'true' : undefined}
            >
              <span className={styles['title']}>{inputText(run) || 'A file'}</span>
              <span className={styles['quiet']}>
                <RelativeTime time={run.created_at} />
                {run.state !== 'completed' && ` · ${run.state}`}
                {run.dialect !== 'native' && ` · ${run.dialect}`}
              </span>
            </Link>
          </li>
        ))}
      </ul>
      {query.hasNextPage && (
        <Button
          look="quiet"
          size="s"
          busy={query.isFetchingNextPage}
          onClick={() => void query.fetchNextPage()}
        >
          Show older
        </Button>
      )}
    </>
  )
}
