import { useQuery } from '@tanstack/react-query'
import { Link, getRouteApi } from '@tanstack/react-router'
import { useApi } from '../../api/context.tsx'
import { asProblem } from '../../api/problem.ts'
import { keys } from '../../api/query.ts'
import type { Agent } from '../../api/wire.ts'
import { ButtonLink } from '../../components/button-link.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { QueryState } from '../../components/states.tsx'
import { Chat } from './chat.tsx'
import styles from './chat-page.module.css'
import { DemoNotice } from './demo-notice.tsx'
import { ThreadList } from './thread-list.tsx'
import { VersionPicker } from './version-picker.tsx'

const route = getRouteApi('/agents/$agentId/playground')

/** A conversation with any version of an agent. */
export function ChatPage() {
  const { agentId } = route.useParams()
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const api = useApi()
  const agent = useQuery({
    queryKey: keys.agent(agentId),
    queryFn: async ({ signal }) => await api.get<Agent>(`/agents/${agentId}`, { signal }),
  })
  const isGone = agent.error !== null && asProblem(agent.error).code === 'agent_not_found'
  return (
    <QueryState query={agent} page="Playground">
      {(found) => (
        <>
          <PageHeader
            title={`Talk to ${found.name}`}
            above={
              <Link to="/agents/$agentId" params={{ agentId }}>
                What it is and does
              </Link>
            }
            actions={
              <>
                <VersionPicker
                  agent={found}
                  version={search.version}
                  onChange={(version) =>
                    void navigate({
                      search: ({ version: _before, ...rest }) => ({
                        ...rest,
                        ...(version !== null && { version }),
                      }),
                    })
                  }
                />
                <ButtonLink
                  to="/agents/$agentId/playground"
                  params={{ agentId }}
                  search={search.version === undefined ? {} : { version: search.version }}
                >
                  New conversation
                </ButtonLink>
              </>
            }
          >
            <DemoNotice agent={found} version={search.version} />
          </PageHeader>
          <div className={styles['columns']}>
            <aside aria-label="Conversations" className={styles['threads']}>
              <details open={matchMedia('(width > 800px)').matches}>
                <summary className={styles['summary']}>Conversations</summary>
                <ThreadList agentId={agentId} version={search.version} current={search.thread} />
              </details>
            </aside>
            <Chat agent={found} isGone={isGone} search={search} />
          </div>
        </>
      )}
    </QueryState>
  )
}
