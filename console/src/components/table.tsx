/**
 * Rows of like things. Wider than its place, it scrolls inside itself. `columns` say how a row is shown; `hideNarrow`
 * columns go at 390 px. Give the first column a link: rows are no buttons.
 */
import type { ReactNode } from 'react'
import styles from './table.module.css'

export interface Column<Row> {
  header: string
  cell: (row: Row) => ReactNode
  align?: 'right'
  hideNarrow?: boolean
  /** Short text that stays on one line, however narrow it gets; numbers at the right do anyway. */
  whole?: boolean
}

export function Table<Row>(props: {
  label: string
  rows: readonly Row[]
  columns: readonly Column<Row>[]
  rowKey: (row: Row) => string
}) {
  const { label, rows, columns, rowKey } = props
  const classes = (column: Column<Row>) =>
    [
      column.align === 'right' ? styles['right'] : '',
      column.hideNarrow ? styles['wideOnly'] : '',
      column.whole ? styles['whole'] : '',
    ]
      .join(' ')
      .trim()
  return (
    // A scrolling region is reached and scrolled by keyboard.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className={styles['frame']} role="region" aria-label={label} tabIndex={0}>
      <table className={styles['table']}>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.header} scope="col" className={classes(column)}>
                {column.header}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={rowKey(row)}>
              {columns.map((column) => (
                <td key={column.header} className={classes(column)}>
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
