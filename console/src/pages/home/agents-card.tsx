import { Link } from '@tanstack/react-router'
import { ButtonLink } from '../../components/button-link.tsx'
import { Card } from '../../components/card.tsx'
import { Skeleton } from '../../components/spinner.tsx'
import { QueryState } from '../../components/states.tsx'
import styles from './home.module.css'
import { useNewestAgents } from './use-overview.ts'

export function AgentsCard() {
  const agents = useNewestAgents()
  return (
    <Card title="Agents" actions={<ButtonLink to="/agents">All agents</ButtonLink>}>
      <QueryState query={agents} loading={<Skeleton lines={4} />}>
        {({ data }) =>
          data.length === 0 ? (
            <p className="muted">
              There is no agent yet. <Link to="/agents">Make one</Link>: a name and a few sentences are
              enough.
            </p>
          ) : (
            <ul className={styles['list']}>
              {data.map((agent) => (
                <li key={agent.id} className={styles['row']}>
                  <Link
                    to="/agents/$agentId"
                    params={{ agentId: agent.id }}
                    className={styles['clamped']}
                    title={agent.name}
                  >
                    <span dir="auto">{agent.name}</span>
                  </Link>
                  <Link to="/agents/$agentId/playground" params={{ agentId: agent.id }}>
                    Talk<span className="visually-hidden"> to {agent.name.slice(0, 80)}</span>
                  </Link>
                </li>
              ))}
            </ul>
          )
        }
      </QueryState>
    </Card>
  )
}
