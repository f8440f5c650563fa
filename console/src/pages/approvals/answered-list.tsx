import { Link } from '@tanstack/react-router'
import type { Approval } from '../../api/wire.ts'
import { Badge, type Tone } from '../../components/badge.tsx'
import { Button } from '../../components/button.tsx'
import { RelativeTime } from '../../components/relative-time.tsx'
import { Skeleton } from '../../components/spinner.tsx'
import { EmptyState, ErrorState } from '../../components/states.tsx'
import { Table, type Column } from '../../components/table.tsx'
import { useAgentName } from '../../runs/agents.ts'
import { useApprovals } from './use-approvals.ts'

const decisions: Record<string, [word: string, tone: Tone]> = {
  approve: ['approved', 'good'],
  reject: ['rejected', 'bad'],
  happened: ['happened', 'good'],
  again: ['done again', 'busy'],
  give_up: ['given up', 'bad'],
}

function columns(nameOf: (agentId: string) => string): Column<Approval>[] {
  return [
    {
      header: 'Call',
      cell: ({ run_id: runId, tool }) => (
        <Link to="/runs/$runId" params={{ runId }}>
          <code>{tool}</code>
        </Link>
      ),
    },
    {
      header: 'Answer',
      cell: ({ decision }) => {
        const [word, tone] = decisions[decision ?? ''] ?? [decision, 'neutral' as const]
        return <Badge tone={tone}>{word}</Badge>
      },
    },
    { header: 'Reason', cell: ({ reason }) => reason ?? '–' },
    {
      header: 'Arguments',
      cell: ({ arguments: args }) => <code>{JSON.stringify(args).slice(0, 120)}</code>,
      hideNarrow: true,
    },
    { header: 'Agent', cell: (approval) => nameOf(approval.agent_id), hideNarrow: true },
    {
      header: 'When',
      cell: ({ decided_at: at }) => (at === null ? '–' : <RelativeTime time={at} />),
      hideNarrow: true,
    },
  ]
}

/** The questions that were answered, and how. */
export function AnsweredList() {
  const query = useApprovals('decided')
  const nameOf = useAgentName()
  if (query.data === undefined) {
    if (query.error !== null) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />
    return <Skeleton lines={6} />
  }
  const approvals = query.data.pages.flatMap(({ data }) => data)
  if (approvals.length === 0) {
    return (
      <EmptyState title="Nothing was answered yet.">
        What people approve, reject or decide is kept here, with their reasons.
      </EmptyState>
    )
  }
  return (
    <>
      <Table label="Answered approvals" rows={approvals} columns={columns(nameOf)} rowKey={({ id }) => id} />
      {query.hasNextPage && (
        <Button look="quiet" busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          Show more
        </Button>
      )}
    </>
  )
}
