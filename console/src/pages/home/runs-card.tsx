import { Link } from '@tanstack/react-router'
import type { Run } from '../../api/wire.ts'
import { RunStateBadge } from '../../components/badge.tsx'
import { ButtonLink } from '../../components/button-link.tsx'
import { Card } from '../../components/card.tsx'
import { RelativeTime } from '../../components/relative-time.tsx'
import { Skeleton } from '../../components/spinner.tsx'
import { QueryState } from '../../components/states.tsx'
import { useAgentName } from '../../runs/agents.ts'
import styles from './home.module.css'
import { useNewestRuns } from './use-overview.ts'

export function RunsCard() {
  const runs = useNewestRuns()
  return (
    <Card title="Recent runs" actions={<ButtonLink to="/runs">All runs</ButtonLink>}>
      <QueryState query={runs} loading={<Skeleton lines={4} />}>
        {({ data }) =>
          data.length === 0 ? (
            <p className="muted">
              Nothing ran yet. <Link to="/playground">Talk to an agent</Link>, and what it does is listed here
              as it happens.
            </p>
          ) : (
            <List runs={data} />
          )
        }
      </QueryState>
    </Card>
  )
}

function List({ runs }: { runs: Run[] }) {
  const nameOf = useAgentName()
  return (
    <ul className={styles['list']}>
      {runs.map((run) => (
        <li key={run.id} className={styles['row']}>
          <Link to="/runs/$runId" params={{ runId: run.id }} className={styles['clamped']}>
            <span dir="auto">{nameOf(run.agent_id)}</span>
          </Link>
          <span className={styles['facts']}>
            <RunStateBadge state={run.state} />
            <span className="muted">
              <RelativeTime time={run.created_at} />
            </span>
          </span>
        </li>
      ))}
    </ul>
  )
}
