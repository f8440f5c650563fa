import { sql, type Kysely } from 'kysely'

const statements = [
  // pending: reserved, not yet ours at the carrier. releasing: given up, perhaps still ours at the carrier. Every
  // row but a released one keeps its number from everyone else, in all workspaces.
  `create table phone_numbers (
     id uuid primary key,
     workspace_id uuid not null references workspaces,
     carrier text not null,
     number text not null,
     area_code text not null,
     name text not null,
     description text,
     agent_id uuid references agents,
     state text not null,
     created_at timestamptz not null,
     updated_at timestamptz not null
   )`,
  `create index phone_numbers_workspace on phone_numbers (workspace_id, id)`,
  `create unique index phone_numbers_number on phone_numbers (number) where state <> 'released'`,
  `create unique index phone_numbers_agent on phone_numbers (agent_id) where agent_id is not null`,
  `create index phone_numbers_unfinished on phone_numbers (id) where state in ('pending', 'releasing')`,
]

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}
