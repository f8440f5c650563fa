import { keys } from '../../api/query.ts'
import { usePages } from '../../api/use-pages.ts'
import type { Approval } from '../../api/wire.ts'
import { Badge, type Tone } from '../../components/badge.tsx'
import { LoadMore } from '../../components/load-more.tsx'
import { RelativeTime } from '../../components/relative-time.tsx'
import { EmptyState, QueryState } from '../../components/states.tsx'
import { Table, type Column } from '../../components/table.tsx'
import { useAgentName } from '../../runs/agents.ts'
import { agentColumn, argumentsColumn, callColumn } from './approval-columns.tsx'

const decisions: Record<string, [word: string, tone: Tone]> = {
  approve: ['approved', 'good'],
  reject: ['rejected', 'bad'],
  happened: ['happened', 'good'],
  again: ['done again', 'busy'],
  give_up: ['given up', 'bad'],
}

function columns(nameOf: (agentId: string) => string): Column<Approval>[] {
  return [
    callColumn,
    {
      header: 'Answer',
      cell: ({ decision }) => {
        const [word, tone] = decisions[decision ?? ''] ?? [decision, 'neutral' as const]
        return <Badge tone={tone}>{word}</Badge>
      },
    },
    { header: 'Reason', cell: ({ reason }) => reason ?? '–' },
    argumentsColumn,
    agentColumn(nameOf),
    {
      header: 'When',
      cell: ({ decided_at: at }) => (at === null ? '–' : <RelativeTime time={at} />),
      hideNarrow: true,
      whole: true,
    },
  ]
}

/** The questions that were answered, and how. */
export function AnsweredList() {
  const pages = usePages<Approval>(keys.approvals, '/approvals', { query: { state: 'decided' } })
  const nameOf = useAgentName()
  return (
    <QueryState query={pages}>
      {(approvals) =>
        approvals.length === 0 ? (
          <EmptyState title="Nothing was answered yet.">
            What people approve, reject or decide is kept here, with their reasons.
          </EmptyState>
        ) : (
          <>
            <Table
              label="Answered approvals"
              rows={approvals}
              columns={columns(nameOf)}
              rowKey={({ id }) => id}
            />
            <LoadMore pages={pages} />
          </>
        )
      }
    </QueryState>
  )
}
