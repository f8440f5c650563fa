import type { PoolClient } from 'pg'
import { damaged } from './damaged.ts'
import type { BackupRow } from './format.ts'
import { quoteName, type TableShape } from './tables.ts'

/** Rows, and characters in them, that one statement inserts. */
const batchRows = 500
const batchCharacters = 1_000_000

/**
 * Inserts rows of text into tables, many at a time, in the transaction of `client`.
 *
 * Names come from a file, so only those that the database has itself are used.
 */
export class TableLoader {
  readonly #client: PoolClient
  readonly #tables: Map<string, TableShape>
  readonly #onRows: (total: number) => void
  readonly #sequences: { name: string; value: string }[] = []
  #insert: { text: string; width: number } | null = null
  #rows: BackupRow[] = []
  #characters = 0
  #total = 0

  constructor(client: PoolClient, tables: TableShape[], onRows: (total: number) => void) {
    this.#client = client
    this.#tables = new Map(tables.map((table) => [table.name, table]))
    this.#onRows = onRows
  }

  /** The rows that follow are rows of this table, with these columns. */
  async startTable(name: string, columns: string[]): Promise<void> {
    await this.#flush()
    const table = this.#tables.get(name)
    if (table === undefined) throw damaged(`The backup has a table that this version does not know: ${name}.`)
    const targets = columns.map((column) => {
      const target = table.columns.find((known) => known.name === column)
      if (target === undefined)
        throw damaged(`The backup has a column that this version does not know: ${name}.${column}.`)
      return target
    })
    const names = targets.map((target) => quoteName(target.name)).join(', ')
    const values = targets.map((target, at) => `(r ->> ${at})::${target.type}`).join(', ')
    this.#insert = {
      // Identity columns keep the numbers that they had.
      text:
        `insert into ${quoteName(name)} (${names}) overriding system value ` +
        `select ${values} from json_array_elements($1::json) as r`,
      width: targets.length,
    }
  }

  async row(row: BackupRow): Promise<void> {
    if (row.length !== this.#insert?.width)
      throw damaged('The backup has a row that fits no table; it was damaged.')
    this.#rows.push(row)
    for (const value of row) this.#characters += value?.length ?? 0
    if (this.#rows.length >= batchRows || this.#characters >= batchCharacters) await this.#flush()
  }

  /** A sequence's last value; it is set at the end, because that cannot be rolled back. */
  sequence(name: string, value: string): void {
    this.#sequences.push({ name, value })
  }

  /** Inserts what is left and sets the sequences. */
  async finish(): Promise<void> {
    await this.#flush()
    for (const { name, value } of this.#sequences) {
      const { rows } = await this.#client.query('select to_regclass($1) as found', [quoteName(name)])
      if (rows[0]?.found === null)
        throw damaged(`The backup has a sequence that this version does not know: ${name}.`)
      await this.#client.query('select setval($1::regclass, $2::bigint)', [quoteName(name), value])
    }
  }

  async #flush(): Promise<void> {
    if (this.#rows.length === 0 || this.#insert === null) return
    await this.#client.query(this.#insert.text, [JSON.stringify(this.#rows)])
    this.#total += this.#rows.length
    this.#rows = []
    this.#characters = 0
    this.#onRows(this.#total)
  }
}
