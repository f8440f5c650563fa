import { cpus } from 'node:os'
import { valueOf, type Outcome } from './runner.ts'
import type { Row } from './scenarios/scenario.ts'

const baseline = 'pass-through'
export const modelColumn = 'model server'

interface Line {
  label: string
  unit: string
  values: { column: string; value: number; ratio: number | null; verdict: string }[]
  aim: string
}

function digits(value: number): string {
  if (Number.isNaN(value)) return '–'
  const size = Math.abs(value)
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2)
}

function aimOf(row: Row, column: string): number | null {
  return row.aim === undefined ? null : column.endsWith('postgres') ? row.aim.postgres : row.aim.embedded
}

/** Whether an aim is met, and by how much of it, in per cent. */
export function verdict(row: Pick<Row, 'better'>, value: number, aim: number): string {
  if (Number.isNaN(value)) return 'not measured'
  const spare = row.better === 'lower' ? aim - value : value - aim
  const met = spare >= 0 ? 'met' : 'MISSED'
  return aim === 0 ? met : `${met} by ${Math.abs(Math.round((spare / aim) * 100))} %`
}

function lineOf(outcome: Outcome, row: Row, columns: readonly string[]): Line {
  const offset = row.added ? valueOf(outcome, modelColumn, row.key) : 0
  const value = (column: string) => valueOf(outcome, column, row.key) - offset
  const aims = columns.filter((column) => column !== baseline).map((column) => aimOf(row, column))
  const sign = row.better === 'lower' ? '≤' : '≥'
  const different = [...new Set(aims)].filter((aim) => aim !== null)
  return {
    label: row.label,
    unit: row.unit,
    aim: different.map((aim) => `${sign} ${aim}`).join(' / '),
    values: columns.map((column) => {
      const aim = column === baseline ? null : aimOf(row, column)
      const base = value(baseline)
      const compared = column !== baseline && Number.isFinite(base) && base > 0
      return {
        column,
        value: value(column),
        ratio: compared ? value(column) / base : null,
        verdict: aim === null ? '' : verdict(row, value(column), aim),
      }
    }),
  }
}

/** The table: one line per row, for each server its value, the ratio to the pass-through and what became of the aim. */
export function table(outcomes: readonly Outcome[], columns: readonly string[]): string {
  const header = ['', 'unit']
  for (const column of columns) header.push(column, ...(column === baseline ? [] : ['ratio', 'aim reached']))
  header.push('aim')
  const lines = outcomes
    .flatMap((outcome) => outcome.scenario.rows.map((row) => lineOf(outcome, row, columns)))
    .map((line) => [
      line.label,
      line.unit,
      ...line.values.flatMap(({ column, value, ratio, verdict: reached }) => [
        digits(value),
        ...(column === baseline
          ? []
          : [ratio === null || Number.isNaN(ratio) ? '' : `×${digits(ratio)}`, reached]),
      ]),
      line.aim,
    ])
  return aligned([header, ...lines])
}

function aligned(rows: readonly string[][]): string {
  const widths = (rows[0] ?? []).map((_, index) => Math.max(...rows.map((row) => row[index]?.length ?? 0)))
  const text = rows.map((row) =>
    row
      .map((cell, index) =>
        index === 0 ? cell.padEnd(widths[index] ?? 0) : cell.padStart(widths[index] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  )
  return [text[0], '─'.repeat(Math.max(...text.map((line) => line.length))), ...text.slice(1)].join('\n')
}

export function machine(): string {
  const all = cpus()
  return `${all.length} × ${all[0]?.model.trim() ?? 'unknown processor'}, Node ${process.versions.node}`
}

/** Every number of every round, for those who want to compute themselves. */
export function numbers(outcomes: readonly Outcome[]): string {
  const measured = outcomes.map(({ scenario, samples, failures }) => ({
    name: scenario.name,
    rows: scenario.rows,
    samples: Object.fromEntries(samples),
    failures: Object.fromEntries(failures),
  }))
  return `${JSON.stringify({ machine: machine(), measured }, null, 2)}\n`
}
