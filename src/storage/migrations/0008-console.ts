import { sql, type Kysely } from 'kysely'

const statements = [
  // A person signed in by a browser. It stands on a key, and ends with it; only the hash of its token is kept.
  `create table browser_sessions (
     id uuid primary key,
     token_hash text not null unique,
     key_id uuid not null references keys (id),
     created_at timestamptz not null,
     expires_at timestamptz not null
   )`,
  `create index browser_sessions_expiry on browser_sessions (expires_at)`,
  // Signs a browser in once, as the holder of the key that it was made with.
  `create table sign_in_links (
     id uuid primary key,
     token_hash text not null unique,
     key_id uuid not null references keys (id),
     created_at timestamptz not null,
     expires_at timestamptz not null,
     used_at timestamptz
   )`,
]

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}
