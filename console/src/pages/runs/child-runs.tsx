import { keys } from '../../api/query.ts'
import { usePages } from '../../api/use-pages.ts'
import type { Run } from '../../api/wire.ts'
import { Card } from '../../components/card.tsx'
import { LoadMore } from '../../components/load-more.tsx'
import { Table } from '../../components/table.tsx'
import { useAgentName } from '../../runs/agents.ts'
import { runColumns } from './run-columns.tsx'

/** The runs that a run has begun: answers to calls that it deferred, sub-tasks. Nothing when there are none. */
export function ChildRuns({ runId }: { runId: string }) {
  const pages = usePages<Run>(keys.runList({ parent: runId }), '/runs', { query: { parent_run_id: runId } })
  const nameOf = useAgentName()
  if (pages.data === undefined || pages.data.length === 0) return null
  return (
    <Card title="Runs that it began">
      <Table
        label="Runs that it began"
        rows={pages.data}
        columns={runColumns(nameOf)}
        rowKey={({ id }) => id}
      />
      <LoadMore pages={pages} />
    </Card>
  )
}
