import { Link } from '@tanstack/react-router'
import type { AgentSummary } from '../../api/wire.ts'
import { RelativeTime } from '../../components/relative-time.tsx'
import { Table, type Column } from '../../components/table.tsx'
import { AgentBadges } from './agent-badges.tsx'
import styles from './agents-page.module.css'
import { describeModel } from './editor/model-choice.ts'

const columns: Column<AgentSummary>[] = [
  {
    header: 'Name',
    cell: (agent) => (
      <>
        <Link to="/agents/$agentId" params={{ agentId: agent.id }} className={styles['name']}>
          <bdi>{agent.name}</bdi>
        </Link>
        {agent.description !== null && (
          <div className={styles['about']}>
            <bdi>{agent.description}</bdi>
          </div>
        )}
      </>
    ),
  },
  { header: 'State', cell: (agent) => <AgentBadges agent={agent} /> },
  {
    header: 'Model',
    hideNarrow: true,
    cell: (agent) => <span className={styles['model']}>{describeModel(agent.model)}</span>,
  },
  { header: 'Tools', hideNarrow: true, align: 'right', cell: (agent) => agent.tool_count },
  {
    header: 'Changed',
    hideNarrow: true,
    cell: (agent) => (
      <span className={styles['time']}>
        <RelativeTime time={agent.updated_at} />
      </span>
    ),
  },
]

export function AgentTable({ agents }: { agents: readonly AgentSummary[] }) {
  return <Table label="Agents" rows={agents} columns={columns} rowKey={({ id }) => id} />
}
