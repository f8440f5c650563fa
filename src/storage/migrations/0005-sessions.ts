import { sql, type Kysely } from 'kysely'

const statements = [
  // principal is who began it; agent_name, agent_version, model and tool_revisions are the agent as it was then.
  `create table sessions (
     id uuid primary key,
     workspace_id uuid not null,
     agent_id uuid not null,
     agent_name text not null,
     agent_version int not null,
     model text,
     tool_revisions json not null,
     namespace text not null,
     key text not null,
     thread_id uuid not null,
     principal json not null,
     user_identifier text,
     metadata json not null,
     greeting text,
     overrides json not null,
     state text not null default 'active',
     end_reason text,
     created_at timestamptz not null,
     last_active_at timestamptz not null,
     ended_at timestamptz,
     unique (namespace, key)
   )`,
  `create index sessions_workspace on sessions (workspace_id, created_at)`,
  `create index sessions_active on sessions (last_active_at) where state = 'active'`,
  `create index sessions_thread on sessions (thread_id)`,
]

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}
