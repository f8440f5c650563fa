import { Link } from '@tanstack/react-router'
import type { Approval } from '../../api/wire.ts'
import { Badge } from '../../components/badge.tsx'
import { ButtonLink } from '../../components/button-link.tsx'
import { Button } from '../../components/button.tsx'
import { Card } from '../../components/card.tsx'
import { JsonView } from '../../components/json-view.tsx'
import { RelativeTime } from '../../components/relative-time.tsx'
import { Skeleton } from '../../components/spinner.tsx'
import { EmptyState, ErrorState } from '../../components/states.tsx'
import { useAgentName } from '../../runs/agents.ts'
import { ApprovalForm } from '../../runs/approval-form.tsx'
import styles from './approvals-page.module.css'
import { useApprovals } from './use-approvals.ts'

/** The questions that wait for an answer. */
export function OpenList() {
  const query = useApprovals('pending')
  const nameOf = useAgentName()
  if (query.data === undefined) {
    if (query.error !== null) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />
    return <Skeleton lines={6} />
  }
  const approvals = query.data.pages.flatMap(({ data }) => data)
  if (approvals.length === 0) {
    return (
      <EmptyState
        title="Nothing waits for you."
        action={<ButtonLink to="/agents">Go to the agents</ButtonLink>}
      >
        Give a tool of an agent the approval <code>always</code>, and each of its calls is asked about here
        before it is made.
      </EmptyState>
    )
  }
  return (
    <div className={styles['list']}>
      {approvals.map((approval) => (
        <OpenApproval key={approval.id} approval={approval} agent={nameOf(approval.agent_id)} />
      ))}
      {query.hasNextPage && (
        <Button look="quiet" busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          Show more
        </Button>
      )}
    </div>
  )
}

function OpenApproval({ approval, agent }: { approval: Approval; agent: string }) {
  const { kind, mode, tool } = approval
  return (
    <Card
      title={<code>{tool}</code>}
      actions={<Badge tone="warn">{kind === 'approval' ? 'waits for approval' : 'needs a decision'}</Badge>}
    >
      <p className={styles['about']}>
        {agent} asked <RelativeTime time={approval.created_at} />
        {mode === 'defer' && '; its run has gone on, and the answer begins another'} ·{' '}
        <Link to="/runs/$runId" params={{ runId: approval.run_id }}>
          See the run
        </Link>
      </p>
      {/* It scrolls when it is long, so the keyboard must reach it. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div className={styles['arguments']} tabIndex={0} role="group" aria-label={`Arguments of ${tool}`}>
        <JsonView value={approval.arguments} label="Arguments" openDepth={3} />
      </div>
      <ApprovalForm approvalId={approval.id} kind={kind} tool={tool} />
    </Card>
  )
}
