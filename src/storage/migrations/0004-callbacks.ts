import { sql, type Kysely } from 'kysely'

const statements = [
  // next_at is null until the run has ended; body is null where it is rendered from the run. principal is who asked.
  `create table callbacks (
     id uuid primary key,
     workspace_id uuid not null,
     run_id uuid,
     dialect text not null,
     principal json not null,
     sealed_url text not null,
     headers json not null,
     body text,
     state text not null default 'pending',
     attempts int not null default 0,
     next_at timestamptz,
     claimed_until timestamptz,
     last_error text,
     created_at timestamptz not null,
     done_at timestamptz
   )`,
  `create index callbacks_pending on callbacks (next_at) where state = 'pending'`,
  `create index callbacks_done on callbacks (done_at) where done_at is not null`,
]

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}
