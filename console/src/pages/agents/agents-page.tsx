import { getRouteApi } from '@tanstack/react-router'
import { Plus } from 'lucide-react'
import { useMay } from '../../api/context.tsx'
import { Button } from '../../components/button.tsx'
import { ButtonLink } from '../../components/button-link.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { Skeleton } from '../../components/spinner.tsx'
import { EmptyState, ErrorState } from '../../components/states.tsx'
import { AgentSearch } from './agent-search.tsx'
import { AgentTable } from './agent-table.tsx'
import styles from './agents-page.module.css'
import { useAgentList } from './use-agent-list.ts'
import { useMore } from './use-more.ts'

const route = getRouteApi('/agents')

export function AgentsPage() {
  const { search = '' } = route.useSearch()
  const mayWrite = useMay('agents:write')
  const navigate = route.useNavigate()
  const query = useAgentList(search)
  const isNew = search === '' && !query.isPlaceholderData && query.data?.pages[0]?.data.length === 0
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
          <AgentSearch
            search={search}
            onSearch={(words) =>
              void navigate({ search: words === '' ? {} : { search: words }, replace: true })
            }
          />
          <AgentList key={search} search={search} query={query} />
        </>
      )}
    </>
  )
}

function AgentList({ search, query }: { search: string; query: ReturnType<typeof useAgentList> }) {
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
