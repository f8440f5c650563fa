import type { Usage } from '../../api/wire.ts'
import { BarChart } from '../../components/bar-chart.tsx'
import { Card } from '../../components/card.tsx'
import { Notice } from '../../components/notice.tsx'
import { Table } from '../../components/table.tsx'
import { formatCount, formatDollars, formatShort } from '../../numbers.ts'
import { useAgentName } from '../../runs/agents.ts'
import { measures, ranges, type Grouping, type Measure, type Range } from './usage-search.ts'
import { bucketsOf, costOf, labelOf, seriesOf, totalsOf } from './usage-series.ts'
import { UsageTable } from './usage-table.tsx'
import styles from './usage.module.css'

export interface View {
  range: Range
  by: Grouping
  measure: Measure
  now: number
}

/** `stale`: of another range or grouping, while that which was asked for is read. */
export function UsageView({ usage, view, stale }: { usage: Usage; view: View; stale: boolean }) {
  const { data: rows } = usage
  const agentName = useAgentName()
  const nameOf = view.by === 'agent' ? agentName : (group: string) => group
  const totals = totalsOf(rows)
  return (
    <div className={`${styles['view']} ${stale ? styles['stale'] : ''}`} aria-busy={stale}>
      <dl className={styles['tiles']}>
        <Tile label="Runs" value={formatCount(totals.runs)} />
        <Tile label="Input tokens" value={formatCount(totals.inputTokens)} />
        <Tile label="Output tokens" value={formatCount(totals.outputTokens)} />
        <Tile label="Cost" value={costOf(totals)} />
      </dl>
      {totals.runsWithoutCost > 0 && (
        <Notice tone="neutral">
          <p>
            {totals.runsWithoutCost === 1
              ? 'One run used a model whose price is unknown; it is not in the cost.'
              : `${formatCount(totals.runsWithoutCost)} runs used models whose price is unknown; they are not in the cost.`}
          </p>
        </Notice>
      )}
      <Chart usage={usage} view={view} nameOf={nameOf} />
      <UsageTable rows={rows} view={view} nameOf={nameOf} />
    </div>
  )
}

function Tile({ label, value }: { label: string; value: string }) {
  return (
    <div className={`surface ${styles['tile']}`}>
      <dt>{label}</dt>
      <dd>{value}</dd>
    </div>
  )
}

function Chart(props: { usage: Usage; view: View; nameOf: (group: string) => string }) {
  const { range, measure, now } = props.view
  const word = measures.find(({ value }) => value === measure)?.label ?? ''
  const time = ranges.find(({ value }) => value === range)?.label ?? ''
  const unit = range === '24h' ? 'hour' : 'day (UTC)'
  const starts = bucketsOf(range, now)
  const buckets = starts.map((start) => labelOf(range, start))
  const series = seriesOf(props.usage.data, { ...props.view, nameOf: props.nameOf })
  const named = series.map(({ name, values }) => ({ name: name === '' ? word : name, values }))
  const format = measure === 'cost' ? formatDollars : formatShort
  const exact = measure === 'cost' ? formatDollars : formatCount
  return (
    <Card title={`${word} per ${unit}`}>
      <BarChart
        label={`${word} per ${unit} of the last ${time}; the table of its numbers follows.`}
        buckets={buckets}
        series={named}
        format={format}
      />
      <details>
        <summary>The numbers of this chart</summary>
        <Table
          label={`${word} per ${unit}`}
          rows={buckets.map((bucket, index) => ({ bucket, index }))}
          rowKey={({ index }) => String(index)}
          columns={[
            { header: unit, cell: ({ bucket }) => bucket },
            ...named.map(({ name, values }) => ({
              header: name.slice(0, 40),
              align: 'right' as const,
              cell: ({ index }: { index: number }) => exact(values[index] ?? 0),
            })),
          ]}
        />
      </details>
    </Card>
  )
}
