import { keys } from '../../api/query.ts'
import { usePages } from '../../api/use-pages.ts'
import type { Approval } from '../../api/wire.ts'
import { Badge } from '../../components/badge.tsx'
import { LoadMore } from '../../components/load-more.tsx'
import { RelativeTime } from '../../components/relative-time.tsx'
import { EmptyState, QueryState } from '../../components/states.tsx'
import { Table, type Column } from '../../components/table.tsx'
import { useAgentName } from '../../runs/agents.ts'
import { agentColumn, argumentsColumn, callColumn } from './approval-columns.tsx'

/** Why a question needs no answer any more, by how its run has ended. */
const reasons: Record<NonNullable<Approval['lapsed_with']>, string> = {
  cancelled: 'Its run was stopped.',
  failed: 'Its run failed.',
  completed: 'Its run ended without it.',
}

function columns(nameOf: (agentId: string) => string): Column<Approval>[] {
  return [
    callColumn,
    {
      header: 'Why',
      cell: ({ lapsed_with: how }) => (how === null ? <Badge>lapsed</Badge> : reasons[how]),
    },
    argumentsColumn,
    agentColumn(nameOf),
    {
      header: 'Asked',
      cell: ({ created_at: at }) => <RelativeTime time={at} />,
      hideNarrow: true,
      whole: true,
    },
    {
      header: 'Lapsed',
      cell: ({ lapsed_at: at }) => (at === null ? '–' : <RelativeTime time={at} />),
      whole: true,
    },
  ]
}

/** The questions that nobody answered before their run ended. */
export function LapsedList() {
  const pages = usePages<Approval>(keys.approvals, '/approvals', { query: { state: 'void' } })
  const nameOf = useAgentName()
  return (
    <QueryState query={pages}>
      {(approvals) =>
        approvals.length === 0 ? (
          <EmptyState title="No question has lapsed.">
            A question lapses when its run ends before anybody answers: somebody stops it, or it reaches one
            of its limits. The call that it asked about is not made.
          </EmptyState>
        ) : (
          <>
            <Table
              label="Lapsed approvals"
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
