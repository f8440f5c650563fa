import { Link } from '@tanstack/react-router'
import { ButtonLink } from '../../components/button-link.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { EmptyState, QueryState } from '../../components/states.tsx'
import { useAgents } from '../../runs/agents.ts'
import styles from './playground-page.module.css'

/** Which agent to talk to. */
export function PlaygroundPage() {
  const agents = useAgents()
  return (
    <>
      <PageHeader title="Playground">Talk to any version of an agent.</PageHeader>
      <QueryState query={agents}>
        {(list) =>
          list.length === 0 ? (
            <EmptyState
              title="There is no agent to talk to yet."
              action={
                <ButtonLink to="/agents" look="primary">
                  Go to the agents
                </ButtonLink>
              }
            >
              Create one, and it can be tried here at once.
            </EmptyState>
          ) : (
            <ul className={styles['list']}>
              {list.map((agent) => (
                <li key={agent.id}>
                  <Link
                    to="/agents/$agentId/playground"
                    params={{ agentId: agent.id }}
                    className={styles['agent']}
                  >
                    <strong>{agent.name}</strong>
                    {agent.description !== null && (
                      <span className={styles['about']}>{agent.description}</span>
                    )}
                    {agent.version === null && <span className={styles['about']}>Only a draft so far</span>}
                  </Link>
                </li>
              ))}
            </ul>
          )
        }
      </QueryState>
    </>
  )
}
