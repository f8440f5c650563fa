import { Link } from '@tanstack/react-router'
import { ButtonLink } from '../../components/button-link.tsx'
import { Card } from '../../components/card.tsx'
import { RelativeTime } from '../../components/relative-time.tsx'
import { ErrorState } from '../../components/states.tsx'
import { useAgentName } from '../../runs/agents.ts'
import styles from './home.module.css'
import { useOpenApprovals } from './use-overview.ts'

/** Calls that wait for a person; nothing when none does. */
export function ApprovalsCard() {
  const approvals = useOpenApprovals()
  const nameOf = useAgentName()
  if (approvals.data === undefined) {
    if (approvals.error === null) return null
    return <ErrorState error={approvals.error} onRetry={() => void approvals.refetch()} />
  }
  const { data: list, has_more: hasMore } = approvals.data
  if (list.length === 0) return null
  const count = `${list.length}${hasMore ? ' and more' : ''}`
  return (
    <Card
      title={`Waiting for you: ${count}`}
      actions={
        <ButtonLink to="/approvals" look="primary">
          Answer
        </ButtonLink>
      }
    >
      <ul className={styles['list']}>
        {list.map((approval) => (
          <li key={approval.id} className={styles['row']}>
            <span className={styles['clamped']}>
              <Link to="/runs/$runId" params={{ runId: approval.run_id }}>
                {nameOf(approval.agent_id)}
              </Link>{' '}
              {approval.kind === 'approval' ? 'wants to call' : 'does not know what became of'}{' '}
              <code>{approval.tool}</code>
            </span>
            <span className="muted">
              <RelativeTime time={approval.created_at} />
            </span>
          </li>
        ))}
      </ul>
    </Card>
  )
}
