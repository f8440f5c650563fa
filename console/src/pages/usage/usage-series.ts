import type { BarSeries } from '../../components/bar-chart.tsx'
import type { UsageRow } from '../../api/wire.ts'
import { formatDollars } from '../../numbers.ts'
import type { Grouping, Measure, Range } from './usage-search.ts'

const hour = 60 * 60 * 1000
const day = 24 * hour
const lengths: Record<Range, { step: number; count: number }> = {
  '24h': { step: hour, count: 24 },
  '7d': { step: day, count: 7 },
  '30d': { step: day, count: 30 },
}
/** More series than this are hard to tell apart; the others are added up. */
const shownSeries = 4

/** The beginnings of the hours or days (UTC) of a range that ends now, oldest first. */
export function bucketsOf(range: Range, now: number): Date[] {
  const { step, count } = lengths[range]
  const last = Math.floor(now / step) * step
  return Array.from({ length: count }, (_, index) => new Date(last - (count - 1 - index) * step))
}

/** What the API calls the bucket that begins then. */
function keyOf(range: Range, start: Date): string {
  return range === '24h' ? start.toISOString().replace('.000', '') : start.toISOString().slice(0, 10)
}

export function labelOf(range: Range, start: Date): string {
  if (range === '24h') return `${String(start.getHours()).padStart(2, '0')}:00`
  return start.toLocaleDateString('en', { day: 'numeric', month: 'short', timeZone: 'UTC' })
}

export function valueOf(row: UsageRow, measure: Measure): number {
  if (measure === 'tokens') return row.input_tokens + row.output_tokens
  return measure === 'cost' ? Number(row.cost) : row.runs
}

/** What a row is grouped by beside its time; empty: nothing. */
export function groupOf(row: UsageRow, by: Grouping): string {
  if (by === 'time') return ''
  return (by === 'agent' ? row.agent_id : row.model) ?? 'no model'
}

/** One series for each group, the largest first; from the fifth on they are one. */
export function seriesOf(
  rows: readonly UsageRow[],
  view: { range: Range; by: Grouping; measure: Measure; now: number; nameOf: (group: string) => string },
): BarSeries[] {
  const { range, by, measure } = view
  const places = new Map(bucketsOf(range, view.now).map((start, index) => [keyOf(range, start), index]))
  const groups = new Map<string, number[]>()
  for (const row of rows) {
    const place = places.get((range === '24h' ? row.hour : row.day) ?? '')
    if (place === undefined) continue
    const group = groupOf(row, by)
    const values = groups.get(group) ?? Array.from({ length: places.size }, () => 0)
    values[place] = (values[place] ?? 0) + valueOf(row, measure)
    groups.set(group, values)
  }
  const sorted = [...groups]
    .map(([group, values]) => ({ name: view.nameOf(group), values, total: sum(values) }))
    .toSorted((a, b) => b.total - a.total)
  const shown = sorted.slice(0, shownSeries).map(({ name, values }) => ({ name, values }))
  const others = sorted.slice(shownSeries)
  if (others.length === 0) return shown
  const values = [...places.values()].map((place) => sum(others.map((one) => one.values[place] ?? 0)))
  return [...shown, { name: `${others.length} others`, values }]
}

export interface UsageTotals {
  runs: number
  modelCalls: number
  inputTokens: number
  cachedInputTokens: number
  outputTokens: number
  cost: number
  runsWithoutCost: number
}

/** What it cost; where no price of a model is known, that it is not. */
export function costOf({ cost, runs, runsWithoutCost }: UsageTotals): string {
  return runs > 0 && runsWithoutCost === runs ? 'unknown' : formatDollars(cost)
}

export function totalsOf(rows: readonly UsageRow[]): UsageTotals {
  return {
    runs: sum(rows.map(({ runs }) => runs)),
    modelCalls: sum(rows.map((row) => row.model_calls)),
    inputTokens: sum(rows.map((row) => row.input_tokens)),
    cachedInputTokens: sum(rows.map((row) => row.cached_input_tokens)),
    outputTokens: sum(rows.map((row) => row.output_tokens)),
    cost: sum(rows.map(({ cost }) => Number(cost))),
    runsWithoutCost: sum(rows.map((row) => row.runs_without_cost)),
  }
}

/** The totals of each group, most tokens first. */
export function totalsByGroup(
  rows: readonly UsageRow[],
  by: (row: UsageRow) => string,
): { group: string; totals: UsageTotals }[] {
  return [...Map.groupBy(rows, by)]
    .map(([group, own]) => ({ group, totals: totalsOf(own) }))
    .toSorted((a, b) => tokens(b.totals) - tokens(a.totals))
}

function tokens({ inputTokens, outputTokens }: UsageTotals): number {
  return inputTokens + outputTokens
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
