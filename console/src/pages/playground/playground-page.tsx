import { Link, getRouteApi } from '@tanstack/react-router'
import type { AgentSummary } from '../../api/wire.ts'
import { Button } from '../../components/button.tsx'
import { ButtonLink } from '../../components/button-link.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { EmptyState, QueryState } from '../../components/states.tsx'
import { AgentSearch } from '../agents/agent-search.tsx'
import { useAgentList } from '../agents/use-agent-list.ts'
import { useMore } from '../agents/use-more.ts'
import styles from './playground-page.module.css'

const route = getRouteApi('/playground')

/** Which agent to talk to. */
export function PlaygroundPage() {
  const { search = '' } = route.useSearch()
  const navigate = route.useNavigate()
  const query = useAgentList(search)
  const more = useMore(query)
  return (
    <>
      <PageHeader title="Playground">Talk to any version of an agent.</PageHeader>
      <QueryState query={query}>
        {({ pages }) => {
          const agents = pages.flatMap(({ data }) => data)
          if (agents.length === 0 && search === '' && !query.isPlaceholderData) return <NoAgent />
          return (
            <>
              <AgentSearch
                search={search}
                onSearch={(words) =>
                  void navigate({ search: words === '' ? {} : { search: words }, replace: true })
                }
              />
              {agents.length === 0 && !query.isPlaceholderData ? (
                <EmptyState
                  title="No agent has this in its name"
                  action={<ButtonLink to="/playground">Show all agents</ButtonLink>}
                >
                  Nothing found for “{search}”. Upper and lower case are the same.
                </EmptyState>
              ) : (
                <ul className={styles['list']} aria-busy={query.isPlaceholderData}>
                  {agents.map((agent) => (
                    <Choice key={agent.id} agent={agent} />
                  ))}
                </ul>
              )}
              {query.hasNextPage && (
                <Button busy={more.isBusy} onClick={more.showMore} className={styles['more'] ?? ''}>
                  Show more agents
                </Button>
              )}
            </>
          )
        }}
      </QueryState>
    </>
  )
}

function Choice({ agent: { id, name, description, version } }: { agent: AgentSummary }) {
  return (
    <li>
      <Link
        to="/agents/$agentId/playground"
        params={{ agentId: id }}
        className={`surface ${styles['agent']}`}
      >
        <strong dir="auto">{name}</strong>
        {description !== null && <span className={styles['about']}>{description}</span>}
        {version === null && <span className={styles['about']}>Only a draft so far</span>}
      </Link>
    </li>
  )
}

function NoAgent() {
  return (
    <EmptyState
      title="There is no agent to talk to yet."
      action={
        <ButtonLink to="/agents/new" look="primary">
          Make one
        </ButtonLink>
      }
    >
      It can be tried here at once.
    </EmptyState>
  )
}
