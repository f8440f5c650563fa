import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Plus } from 'lucide-react'
import { useEffect, useState } from 'react'
import { useApi, useMay } from '../../api/context.tsx'
import { keys } from '../../api/query.ts'
import type { Agent, Page } from '../../api/wire.ts'
import { Button } from '../../components/button.tsx'
import { ButtonLink } from '../../components/button-link.tsx'
import { TextField } from '../../components/field.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { Skeleton } from '../../components/spinner.tsx'
import { EmptyState, ErrorState } from '../../components/states.tsx'
import { AgentTable } from './agent-table.tsx'
import styles from './agents-page.module.css'
import { useMore } from './use-more.ts'

const route = getRouteApi('/agents')

/** How long typing rests before it is searched for, milliseconds. */
const rest = 250

function useAgents(search: string) {
  const api = useApi()
  return useInfiniteQuery({
    queryKey: keys.agentList({ search }),
    initialPageParam: null as string | null,
    queryFn: async ({ pageParam }) =>
      await api.get<Page<Agent>>('/agents', { query: { limit: 50, after: pageParam, search } }),
    getNextPageParam: (page) => page.next_cursor,
    placeholderData: (before) => before,
  })
}

export function AgentsPage() {
  const { search = '' } = route.useSearch()
  const mayWrite = useMay('agents:write')
  const query = useAgents(search)
  const isNew = search === '' && query.data?.pages[0]?.data.length === 0
  return (
    <>
      <PageHeader
        title="Agents"
        actions={
          mayWrite &&
          !isNew && (
            <ButtonLink to="/agents/new" look="primary">
              <Plus size={16} aria-hidden /> New agent
            </ButtonLink>
          )
        }
      >
        What runs here, and how it is instructed.
      </PageHeader>
      {isNew ? (
        <FirstAgent mayWrite={mayWrite} />
      ) : (
        <>
          <Search search={search} />
          <AgentList key={search} search={search} query={query} />
        </>
      )}
    </>
  )
}

/** The words are in the address, so that a search can be linked to and come back to. */
function Search({ search }: { search: string }) {
  const navigate = useNavigate()
  const [typed, setTyped] = useState(search)
  useEffect(() => {
    if (typed === search) return undefined
    const timer = setTimeout(() => {
      void navigate({ to: '/agents', search: typed === '' ? {} : { search: typed }, replace: true })
    }, rest)
    return () => clearTimeout(timer)
  }, [typed, search, navigate])
  return (
    <div className={styles['search']}>
      <TextField
        label="Search agents"
        hiddenLabel
        type="search"
        placeholder="Search by name"
        value={typed}
        onChange={({ target }) => setTyped(target.value)}
      />
    </div>
  )
}

function AgentList({ search, query }: { search: string; query: ReturnType<typeof useAgents> }) {
  const more = useMore(query)
  if (query.data === undefined) {
    if (query.error !== null) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />
    return <Skeleton lines={6} label="Loading agents" />
  }
  const agents = query.data.pages.flatMap((page) => page.data)
  if (agents.length === 0) {
    return (
      <EmptyState
        title="No agent has this in its name"
        action={<ButtonLink to="/agents">Show all agents</ButtonLink>}
      >
        Nothing found for “{search}”. Upper and lower case are the same.
      </EmptyState>
    )
  }
  return (
    <div className={styles['list']} aria-busy={query.isPlaceholderData}>
      <AgentTable agents={agents} />
      {query.hasNextPage && (
        <Button busy={more.isBusy} onClick={more.showMore}>
          Show more agents
        </Button>
      )}
    </div>
  )
}

function FirstAgent({ mayWrite }: { mayWrite: boolean }) {
  return (
    <EmptyState
      title="There are no agents yet"
      action={
        mayWrite && (
          <ButtonLink to="/agents/new" look="primary">
            Make the first agent
          </ButtonLink>
        )
      }
    >
      An agent is a name, instructions, a model and tools. Begin with an empty one, or with an example that
      looks up orders and works at once.
    </EmptyState>
  )
}
