import { sql } from 'kysely'
import { Migrator, type Migration } from 'kysely/migration'
import { AppError } from '../errors.ts'
import type { Database } from './database.ts'
import { migrations as ownMigrations } from './migrations/index.ts'

const undefinedTable = '42P01'

/**
 * Brings the database to this code's schema; costs one small query when it is there already. Safe when several
 * processes do it at once.
 *
 * Rejects with `database_unavailable` when a newer Parley has migrated the database.
 */
export async function migrate(
  database: Pick<Database, 'kysely'>,
  migrations: Record<string, Migration> = ownMigrations,
): Promise<void> {
  const names = Object.keys(migrations).toSorted()
  if (isCurrent(await appliedMigrations(database), names)) return
  const schema = await currentSchema(database)
  const { error } = await createMigrator(database, migrations, schema).migrateToLatest()
  if (error === undefined) return
  // Another process may have migrated further in the meantime.
  isCurrent(await appliedMigrations(database), names)
  throw error
}

/**
 * Makes the schema of an earlier time in a database that holds no data: what is there is dropped, and the migrations up
 * to `name` are applied.
 */
export async function recreateSchema(
  database: Pick<Database, 'kysely'>,
  name: string,
  migrations: Record<string, Migration> = ownMigrations,
): Promise<void> {
  const schema = await currentSchema(database)
  const { rows } = await sql<{ table: string }>`
    select tablename as table from pg_tables where schemaname = ${schema}`.execute(database.kysely)
  for (const { table } of rows)
    await sql`drop table ${sql.id(schema, table)} cascade`.execute(database.kysely)
  const { error } = await createMigrator(database, migrations, schema).migrateTo(name)
  if (error !== undefined) throw error
}

/** Names of the migrations that the database has, oldest first. */
export async function appliedMigrations(database: Pick<Database, 'kysely'>): Promise<string[]> {
  try {
    const { rows } = await sql<{ name: string }>`select name from kysely_migration order by name`.execute(
      database.kysely,
    )
    return rows.map(({ name }) => name)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === undefinedTable) return []
    throw error
  }
}

function createMigrator(
  database: Pick<Database, 'kysely'>,
  migrations: Record<string, Migration>,
  schema: string,
): Migrator {
  return new Migrator({
    db: database.kysely,
    provider: { getMigrations: () => Promise.resolve(migrations) },
    // Kysely would otherwise take another schema's table of this name for its own.
    migrationTableSchema: schema,
  })
}

function isCurrent(applied: string[], known: string[]): boolean {
  const unknown = applied.filter((name) => !known.includes(name))
  if (unknown.length > 0) {
    throw new AppError('database_unavailable', {
      detail:
        `The database was written by a newer Parley (it has ${unknown.join(', ')}); ` +
        'start that version, or restore a backup made by this one.',
    })
  }
  return applied.length === known.length
}

async function currentSchema(database: Pick<Database, 'kysely'>): Promise<string> {
  const { rows } = await sql<{ schema: string | null }>`select current_schema() as schema`.execute(
    database.kysely,
  )
  return rows[0]?.schema ?? 'public'
}
