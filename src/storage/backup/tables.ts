import type { PoolClient } from 'pg'

export interface TableShape {
  name: string
  columns: { name: string; type: string }[]
}

/** Kysely's own book-keeping: the manifest says which migrations there were. */
const bookkeeping = ['kysely_migration', 'kysely_migration_lock']

/** The tables of the current schema with the columns that are written, referenced tables before those that refer. */
export async function listTables(client: PoolClient): Promise<TableShape[]> {
  const { rows } = await client.query<{ table: string; column: string; type: string }>(
    `select c.relname as table, a.attname as column, format_type(a.atttypid, a.atttypmod) as type
     from pg_class c join pg_attribute a on a.attrelid = c.oid
     where c.relkind = 'r' and c.relnamespace = current_schema()::regnamespace and c.relname <> all ($1)
       and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
     order by c.relname, a.attnum`,
    [bookkeeping],
  )
  const tables = new Map<string, TableShape>()
  for (const { table, column, type } of rows) {
    const shape = tables.get(table) ?? { name: table, columns: [] }
    shape.columns.push({ name: column, type })
    tables.set(table, shape)
  }
  const { rows: references } = await client.query<{ from: string; to: string }>(
    `select f.relname as from, t.relname as to
     from pg_constraint k join pg_class f on f.oid = k.conrelid join pg_class t on t.oid = k.confrelid
     where k.contype = 'f' and f.relnamespace = current_schema()::regnamespace`,
  )
  return inReferenceOrder([...tables.keys()], references).flatMap((name) => tables.get(name) ?? [])
}

/**
 * Names ordered so that what is referred to stands before what refers to it; otherwise in the given order. A name that
 * refers to itself does not count. Throws when names refer to each other in a circle.
 */
export function inReferenceOrder(names: string[], references: { from: string; to: string }[]): string[] {
  const ordered: string[] = []
  const left = new Set(names)
  while (left.size > 0) {
    const free = [...left].filter(
      (name) => !references.some(({ from, to }) => from === name && to !== name && left.has(to)),
    )
    if (free.length === 0)
      throw new Error(`These tables refer to each other in a circle: ${[...left].join(', ')}.`)
    for (const name of free) {
      ordered.push(name)
      left.delete(name)
    }
  }
  return ordered
}

/** Sequences of the current schema that were used, and their last value. */
export async function listSequences(client: PoolClient): Promise<{ name: string; value: string }[]> {
  const { rows } = await client.query<{ name: string; value: string }>(
    `select sequencename as name, last_value as value from pg_sequences
     where schemaname = current_schema() and last_value is not null order by sequencename`,
  )
  return rows
}

/** A name as it is written in SQL. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
