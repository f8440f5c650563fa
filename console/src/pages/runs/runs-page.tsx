import { useInfiniteQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useApi } from '../../api/context.tsx'
import { keys } from '../../api/query.ts'
import type { Page, Run } from '../../api/wire.ts'
import { ButtonLink } from '../../components/button-link.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { Skeleton } from '../../components/spinner.tsx'
import { EmptyState, ErrorState } from '../../components/states.tsx'
import { Table } from '../../components/table.tsx'
import { useAgentName } from '../../runs/agents.ts'
import { More } from './more.tsx'
import type { RunSearch } from './routes.ts'
import { runColumns } from './run-columns.tsx'
import { RunFilters } from './run-filters.tsx'

const route = getRouteApi('/runs')
const perPage = 50

/** Every run, newest first; it changes by itself as runs do. */
export function RunsPage() {
  const search = route.useSearch()
  const navigate = route.useNavigate()
  return (
    <>
      <PageHeader title="Runs">Everything that agents did, as it happens.</PageHeader>
      <RunFilters search={search} onChange={(next) => void navigate({ search: next, replace: true })} />
      <RunList search={search} />
    </>
  )
}

function RunList({ search }: { search: RunSearch }) {
  const api = useApi()
  const nameOf = useAgentName()
  const { agent, state, dialect } = search
  const query = useInfiniteQuery({
    queryKey: keys.runList({ ...search }),
    queryFn: async ({ pageParam, signal }) =>
      await api.get<Page<Run>>('/runs', {
        query: { agent_id: agent, state, dialect, limit: perPage, after: pageParam },
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next_cursor,
  })
  if (query.data === undefined) {
    if (query.error !== null) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />
    return <Skeleton lines={8} label="Reading the runs" />
  }
  const runs = query.data.pages.flatMap(({ data }) => data)
  if (runs.length === 0) return <NoRuns filtered={Object.keys(search).length > 0} />
  return (
    <>
      <Table label="Runs" rows={runs} columns={runColumns(nameOf)} rowKey={({ id }) => id} />
      <More
        shown={runs.length}
        hasMore={query.hasNextPage}
        loading={query.isFetchingNextPage}
        failed={query.isFetchNextPageError}
        onMore={() => void query.fetchNextPage()}
      />
    </>
  )
}

function NoRuns({ filtered }: { filtered: boolean }) {
  if (filtered) {
    return (
      <EmptyState title="No run fits this choice." action={<ButtonLink to="/runs">Show all runs</ButtonLink>}>
        Runs that fit will appear here by themselves.
      </EmptyState>
    )
  }
  return (
    <EmptyState
      title="No agent has run yet."
      action={
        <ButtonLink to="/playground" look="primary">
          Talk to an agent
        </ButtonLink>
      }
    >
      Say something to an agent in the playground, or call it over any API: its runs appear here at once.
    </EmptyState>
  )
}
