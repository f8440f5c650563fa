import { Link } from '@tanstack/react-router'
import type { Run } from '../../api/wire.ts'
import { RunStateBadge } from '../../components/badge.tsx'
import { Clamped } from '../../components/clamped.tsx'
import { RelativeTime } from '../../components/relative-time.tsx'
import type { Column } from '../../components/table.tsx'
import { formatCount } from '../../numbers.ts'
import { Duration } from '../../runs/duration.tsx'
import { formatCost, inputText } from '../../runs/words.ts'

/** How a run is shown in a list. */
export function runColumns(nameOf: (agentId: string) => string): Column<Run>[] {
  return [
    {
      header: 'Input',
      cell: (run) => (
        <Link to="/runs/$runId" params={{ runId: run.id }}>
          <Clamped>{inputText(run) || 'A file'}</Clamped>
        </Link>
      ),
    },
    { header: 'State', whole: true, cell: ({ state }) => <RunStateBadge state={state} /> },
    {
      header: 'Agent',
      cell: (run) => <Clamped>{nameOf(run.agent_id)}</Clamped>,
      hideNarrow: true,
    },
    { header: 'Through', cell: ({ dialect }) => dialect, hideNarrow: true, whole: true },
    { header: 'Begun', cell: (run) => <RelativeTime time={run.created_at} />, hideNarrow: true, whole: true },
    { header: 'Duration', align: 'right', cell: (run) => <Duration run={run} /> },
    {
      header: 'Tokens',
      align: 'right',
      cell: ({ usage }) => (usage === null ? '–' : formatCount(usage.total_tokens)),
      hideNarrow: true,
    },
    {
      header: 'Cost',
      align: 'right',
      cell: ({ usage, cost }) => (usage === null ? '–' : formatCost(cost)),
      hideNarrow: true,
    },
  ]
}
