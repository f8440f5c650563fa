/** What the lists of approvals have in common. */
import { Link } from '@tanstack/react-router'
import type { Approval } from '../../api/wire.ts'
import type { Column } from '../../components/table.tsx'

/** Characters of the arguments that a row shows. */
const previewLength = 120

export const callColumn: Column<Approval> = {
  header: 'Call',
  cell: ({ run_id: runId, tool }) => (
    <Link to="/runs/$runId" params={{ runId }}>
      <code>{tool}</code>
    </Link>
  ),
}

export const argumentsColumn: Column<Approval> = {
  header: 'Arguments',
  cell: ({ arguments: args }) => <code>{JSON.stringify(args).slice(0, previewLength)}</code>,
  hideNarrow: true,
}

export function agentColumn(nameOf: (agentId: string) => string): Column<Approval> {
  return { header: 'Agent', cell: (approval) => nameOf(approval.agent_id), hideNarrow: true }
}
