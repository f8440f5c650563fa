import { sql, type Kysely } from 'kysely'

const statements = [
  // Which run was begun for what an agent was asked; it counts until expires_at. The run may not be stored yet.
  `create table run_keys (
     agent_id uuid not null,
     key_hash text not null,
     run_id uuid not null,
     claimed_at timestamptz not null default now(),
     expires_at timestamptz not null,
     primary key (agent_id, key_hash)
   )`,
  `create index run_keys_expires on run_keys (expires_at)`,
  // notice: which end of its run a callback is for, and what it says beside it. sealed_headers carry secrets.
  `alter table callbacks add column sealed_headers text, add column notice json`,
  `create index callbacks_run on callbacks (run_id) where state = 'pending'`,
  // A thread by what its callers call it, whosever agent it is of; runs by the run that they are part of.
  `create index threads_key on threads (workspace_id, namespace, key, id)`,
  `create index runs_parent on runs (parent_run_id) where parent_run_id is not null`,
]

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}
