import { Link } from '@tanstack/react-router'
import type { UsageRow } from '../../api/wire.ts'
import { Clamped } from '../../components/clamped.tsx'
import { Table, type Column } from '../../components/table.tsx'
import { formatCount } from '../../numbers.ts'
import { bucketsOf, costOf, groupOf, labelOf, totalsByGroup, type UsageTotals } from './usage-series.ts'
import type { View } from './usage-view.tsx'

interface Row {
  id: string
  name: string
  totals: UsageTotals
}

/** Everything that was counted, for each agent or model, or for each hour or day in which there was something. */
export function UsageTable(props: {
  rows: readonly UsageRow[]
  view: View
  nameOf: (group: string) => string
}) {
  const { by, range } = props.view
  const rows = by === 'time' ? timeRows(props.rows, props.view) : groupRows(props)
  const first = { agent: 'Agent', model: 'Model', time: range === '24h' ? 'Hour' : 'Day' }[by]
  return (
    <Table
      label={`Usage by ${first.toLowerCase()}`}
      rows={rows}
      rowKey={({ id }) => id}
      columns={columnsOf(first, by === 'agent')}
    />
  )
}

function columnsOf(first: string, isAgent: boolean): Column<Row>[] {
  return [
    { header: first, cell: (row) => <Name row={row} isAgent={isAgent} /> },
    count('Runs', ({ runs }) => runs),
    { header: 'Cost', align: 'right', cell: ({ totals }) => costOf(totals) },
    { ...count('Model calls', ({ modelCalls }) => modelCalls), hideNarrow: true },
    count('Input', ({ inputTokens }) => inputTokens),
    { ...count('of it cached', ({ cachedInputTokens }) => cachedInputTokens), hideNarrow: true },
    count('Output', ({ outputTokens }) => outputTokens),
  ]
}

function count(header: string, value: (totals: UsageTotals) => number): Column<Row> {
  return { header, align: 'right', cell: ({ totals }) => formatCount(value(totals)) }
}

function Name({ row, isAgent }: { row: Row; isAgent: boolean }) {
  const name = <Clamped>{row.name}</Clamped>
  if (!isAgent) return name
  return (
    <Link to="/agents/$agentId" params={{ agentId: row.id }}>
      {name}
    </Link>
  )
}

function groupRows(props: Parameters<typeof UsageTable>[0]): Row[] {
  const groups = totalsByGroup(props.rows, (row) => groupOf(row, props.view.by))
  return groups.map(({ group, totals }) => ({ id: group, name: props.nameOf(group), totals }))
}

function timeRows(rows: readonly UsageRow[], { range, now }: View): Row[] {
  const groups = new Map(
    totalsByGroup(rows, (row) => (range === '24h' ? row.hour : row.day) ?? '').map((one) => [
      Date.parse(one.group),
      one.totals,
    ]),
  )
  return bucketsOf(range, now)
    .toReversed()
    .flatMap((start) => {
      const totals = groups.get(start.getTime())
      return totals === undefined ? [] : [{ id: start.toISOString(), name: labelOf(range, start), totals }]
    })
}
