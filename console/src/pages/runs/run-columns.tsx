import { Link } from '@tanstack/react-router'
import type { Run } from '../../api/wire.ts'
import { RunStateBadge } from '../../components/badge.tsx'
import { RelativeTime } from '../../components/relative-time.tsx'
import type { Column } from '../../components/table.tsx'
import { Duration } from '../../runs/duration.tsx'
import { formatCost, formatCount, inputText } from '../../runs/words.ts'
import styles from './runs-page.module.css'

/** How a run is shown in a list. */
export function runColumns(nameOf: (agentId: string) => string): Column<Run>[] {
  return [
    {
      header: 'Input',
      cell: (run) => (
        <Link to="/runs/$runId" params={{ runId: run.id }} className={styles['input']}>
          {inputText(run) || 'A file'}
        </Link>
      ),
    },
    { header: 'State', cell: ({ state }) => <RunStateBadge state={state} /> },
    {
      header: 'Agent',
      cell: (run) => <span className={styles['agent']}>{nameOf(run.agent_id)}</span>,
      hideNarrow: true,
    },
    { header: 'Through', cell: ({ dialect }) => dialect, hideNarrow: true },
    { header: 'Begun', cell: (run) => <RelativeTime time={run.created_at} />, hideNarrow: true },
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
