import { sql, type Kysely } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  // The sites whose pages may use a key that may be shown in public; null for secret keys.
  await sql`alter table keys add column allowed_origins text[]`.execute(db)
}
