import { Link } from '@tanstack/react-router'
import { keys } from '../../api/query.ts'
import { usePages } from '../../api/use-pages.ts'
import type { Approval } from '../../api/wire.ts'
import { Badge } from '../../components/badge.tsx'
import { ButtonLink } from '../../components/button-link.tsx'
import { Card } from '../../components/card.tsx'
import { JsonView } from '../../components/json-view.tsx'
import { LoadMore } from '../../components/load-more.tsx'
import { RelativeTime } from '../../components/relative-time.tsx'
import { ScrollBox } from '../../components/scroll-box.tsx'
import { EmptyState, QueryState } from '../../components/states.tsx'
import { useAgentName } from '../../runs/agents.ts'
import { ApprovalForm } from '../../runs/approval-form.tsx'
import styles from './approvals-page.module.css'

/** The questions that wait for an answer. */
export function OpenList() {
  const pages = usePages<Approval>(keys.approvals, '/approvals', { query: { state: 'pending' } })
  const nameOf = useAgentName()
  return (
    <QueryState query={pages}>
      {(approvals) =>
        approvals.length === 0 ? (
          <EmptyState
            title="Nothing waits for you."
            action={<ButtonLink to="/agents">Go to the agents</ButtonLink>}
          >
            Give a tool of an agent the approval <code>always</code>, and each of its calls is asked about
            here before it is made.
          </EmptyState>
        ) : (
          <div className={styles['list']}>
            {approvals.map((approval) => (
              <OpenApproval key={approval.id} approval={approval} agent={nameOf(approval.agent_id)} />
            ))}
            <LoadMore pages={pages} />
          </div>
        )
      }
    </QueryState>
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
      <ScrollBox label={`Arguments of ${tool}`} sunken>
        <JsonView value={approval.arguments} label="Arguments" openDepth={3} />
      </ScrollBox>
      <ApprovalForm approvalId={approval.id} kind={kind} tool={tool} />
    </Card>
  )
}
