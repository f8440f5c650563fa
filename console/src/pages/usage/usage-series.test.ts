import { expect, test } from 'vitest'
import type { UsageRow } from '../../api/wire.ts'
import { formatDollars } from '../../numbers.ts'
import { bucketsOf, costOf, seriesOf, totalsByGroup, totalsOf } from './usage-series.ts'

const now = Date.parse('2026-03-10T14:30:00Z')

function row(day: string, model: string | null, inputTokens: number): UsageRow {
  return {
    group: day,
    hour: null,
    day,
    agent_id: null,
    model,
    runs: 1,
    model_calls: 2,
    input_tokens: inputTokens,
    cached_input_tokens: 0,
    output_tokens: 1,
    cost: '0.001',
    runs_without_cost: 0,
  }
}

const view = { range: '7d', by: 'model', measure: 'tokens', now, nameOf: (group: string) => group } as const

test('a range has every hour or day of it, the one that goes on included', () => {
  expect(bucketsOf('7d', now).map((start) => start.toISOString().slice(5, 10))).toEqual([
    '03-04',
    '03-05',
    '03-06',
    '03-07',
    '03-08',
    '03-09',
    '03-10',
  ])
  const hours = bucketsOf('24h', now)
  expect(hours).toHaveLength(24)
  expect(hours.at(-1)?.toISOString()).toBe('2026-03-10T14:00:00.000Z')
})

test('each group has a value for every bucket, the largest group first', () => {
  const rows = [row('2026-03-04', 'a/small', 9), row('2026-03-10', 'b/large', 99), row('2026-03-10', null, 4)]
  expect(seriesOf(rows, view)).toEqual([
    { name: 'b/large', values: [0, 0, 0, 0, 0, 0, 100] },
    { name: 'a/small', values: [10, 0, 0, 0, 0, 0, 0] },
    { name: 'no model', values: [0, 0, 0, 0, 0, 0, 5] },
  ])
})

test('from the fifth group on they are one', () => {
  const rows = [5, 4, 3, 2, 1, 0].map((tokens) => row('2026-03-10', `m/${tokens}`, tokens))
  const series = seriesOf(rows, view)
  expect(series.map(({ name }) => name)).toEqual(['m/5', 'm/4', 'm/3', 'm/2', '2 others'])
  expect(series.at(-1)?.values.at(-1)).toBe(3)
})

test('totals are those of the group, most tokens first', () => {
  const rows = [row('2026-03-04', 'a', 1), row('2026-03-10', 'b', 7), row('2026-03-05', 'a', 2)]
  const totals = totalsByGroup(rows, ({ model }) => model ?? '')
  expect(totals.map(({ group, totals: { runs, inputTokens } }) => [group, runs, inputTokens])).toEqual([
    ['b', 1, 7],
    ['a', 2, 3],
  ])
})

test('a cost of which no price is known is unknown, not nothing', () => {
  const priced = row('2026-03-10', 'a', 1)
  const unpriced = { ...row('2026-03-10', 'b', 1), cost: '0', runs_without_cost: 1 }
  expect([[unpriced], [unpriced, priced], []].map((rows) => costOf(totalsOf(rows)))).toEqual([
    'unknown',
    '$0.001',
    '$0',
  ])
})

test('small amounts of money keep two digits that say something', () => {
  expect([0, 0.00042, 0.1, 0.123, 12.345, 1234].map(formatDollars)).toEqual([
    '$0',
    '$0.00042',
    '$0.10',
    '$0.12',
    '$12.35',
    '$1,234.00',
  ])
})
