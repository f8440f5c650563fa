import { sql, type Kysely } from 'kysely'

const statements = [
  `create table organizations (
     id uuid primary key,
     number bigint generated always as identity unique,
     name text not null,
     created_at timestamptz not null default now()
   )`,
  `create table workspaces (
     id uuid primary key,
     number bigint generated always as identity unique,
     organization_id uuid not null references organizations,
     name text not null,
     created_at timestamptz not null default now()
   )`,
  `create table users (
     id uuid primary key,
     number bigint generated always as identity unique,
     name text not null,
     email text,
     created_at timestamptz not null default now()
   )`,
  `create unique index users_email on users (lower(email)) where email is not null`,
  `create table members (
     workspace_id uuid not null references workspaces,
     user_id uuid not null references users,
     role text not null,
     created_at timestamptz not null default now(),
     updated_at timestamptz not null default now(),
     primary key (workspace_id, user_id)
   )`,
  `create table keys (
     id uuid primary key,
     workspace_id uuid not null references workspaces,
     user_id uuid not null references users,
     name text not null,
     role text not null,
     scopes text[] not null,
     dialect text,
     hash text not null unique,
     hint text not null,
     created_at timestamptz not null default now(),
     expires_at timestamptz,
     revoked_at timestamptz
   )`,
  `create index keys_workspace on keys (workspace_id, id)`,

  // One row per (workspace, Idempotency-Key). status is null while the first request is being worked on.
  `create table idempotency (
     workspace_id uuid not null,
     key text not null,
     fingerprint text not null,
     resource_id uuid not null,
     executor_id uuid not null,
     status int,
     headers json,
     body text,
     secret boolean not null default false,
     created_at timestamptz not null default now(),
     primary key (workspace_id, key)
   )`,
  `create index idempotency_age on idempotency (created_at)`,

  `create table connections (
     id uuid primary key,
     number bigint generated always as identity (start with 1000) unique,
     workspace_id uuid not null references workspaces,
     name text not null,
     provider text not null,
     base_url text,
     sealed_credential text,
     credential_hint text,
     sealed_headers text,
     header_names text[] not null default '{}',
     created_at timestamptz not null default now(),
     updated_at timestamptz not null default now(),
     deleted_at timestamptz
   )`,
  `create index connections_workspace on connections (workspace_id, id)`,

  `create table tools (
     id uuid primary key,
     number bigint generated always as identity unique,
     workspace_id uuid not null references workspaces,
     name text not null,
     revision int not null,
     created_at timestamptz not null default now(),
     updated_at timestamptz not null default now(),
     deleted_at timestamptz
   )`,
  `create index tools_workspace on tools (workspace_id, id)`,
  `create table tool_revisions (
     tool_id uuid not null references tools,
     revision int not null,
     definition json not null,
     sealed_secrets text,
     created_at timestamptz not null default now(),
     created_by uuid,
     primary key (tool_id, revision)
   )`,

  `create table agents (
     id uuid primary key,
     workspace_id uuid not null references workspaces,
     owner_id uuid not null references users,
     name text not null,
     slug text,
     visibility text not null default 'workspace',
     enabled boolean not null default true,
     version int,
     version_id uuid,
     draft json,
     draft_sealed_secrets text,
     created_at timestamptz not null default now(),
     updated_at timestamptz not null default now(),
     deleted_at timestamptz
   )`,
  `create index agents_workspace on agents (workspace_id, id)`,
  `create unique index agents_slug on agents (workspace_id, slug) where slug is not null and deleted_at is null`,
  `create table agent_versions (
     id uuid primary key,
     agent_id uuid not null references agents,
     number int not null,
     definition json not null,
     sealed_secrets text,
     created_at timestamptz not null default now(),
     created_by uuid,
     unique (agent_id, number)
   )`,
  `create table agent_days (
     agent_id uuid not null references agents,
     day date not null,
     runs int not null,
     primary key (agent_id, day)
   )`,

  // A thread is keyed by (workspace, namespace, agent, the caller's own key). active_run_id is whose turn it is.
  `create table threads (
     id uuid primary key,
     workspace_id uuid not null,
     agent_id uuid not null,
     namespace text not null,
     key text not null,
     active_run_id uuid,
     metadata json,
     created_at timestamptz not null default now(),
     updated_at timestamptz not null default now(),
     deleted_at timestamptz,
     unique (workspace_id, namespace, agent_id, key)
   )`,
  `create index threads_workspace on threads (workspace_id, id)`,
  `create index threads_agent on threads (agent_id, id)`,

  // last_seq is the number of the newest event of the run's stream; fence is raised by every segment.
  `create table runs (
     id uuid primary key,
     workspace_id uuid not null,
     agent_id uuid not null,
     agent_version int not null,
     thread_id uuid not null,
     parent_run_id uuid,
     state text not null,
     fence int not null,
     executor_id uuid,
     last_seq int not null,
     dialect text not null,
     source text not null,
     output text,
     output_json json,
     error json,
     usage json,
     cost numeric,
     model text,
     waiting_for json,
     pins json not null,
     metadata json,
     available_at timestamptz,
     dispatched_at timestamptz,
     created_at timestamptz not null,
     started_at timestamptz,
     finished_at timestamptz
   )`,
  `create index runs_workspace on runs (workspace_id, id)`,
  `create index runs_thread on runs (thread_id, id)`,
  `create index runs_agent on runs (agent_id, id)`,
  `create index runs_open on runs (state, executor_id) where state in ('queued', 'running', 'waiting')`,
  `create index runs_queued on runs (thread_id, id) where state = 'queued'`,
  // Usage and retention read by time; runs end about in the order of their rows, so the smallest kind of index does.
  `create index runs_finished on runs using brin (finished_at)`,

  // The journal. data is text that is JSON: it is written and read whole, never searched.
  `create table events (
     stream uuid not null,
     seq int not null,
     type text not null,
     data text not null,
     at timestamptz not null,
     primary key (stream, seq)
   )`,
  // The newest number of a stream that has no row of its own elsewhere (agents, keys, connections, …).
  `create table streams (
     id uuid primary key,
     workspace_id uuid not null,
     last_seq int not null
   )`,

  // run_to_start is the run that a decision on a deferred call starts, until that run is stored.
  `create table approvals (
     id uuid primary key,
     workspace_id uuid not null,
     agent_id uuid not null,
     run_id uuid not null,
     call_id text not null,
     kind text not null,
     mode text not null,
     tool text not null,
     arguments json,
     state text not null,
     decision text,
     reason text,
     result json,
     decided_by uuid,
     run_to_start uuid,
     created_at timestamptz not null,
     decided_at timestamptz
   )`,
  `create index approvals_workspace on approvals (workspace_id, id)`,
  `create index approvals_run on approvals (run_id)`,
  `create index approvals_to_start on approvals (run_to_start) where run_to_start is not null`,
  `create index approvals_pending on approvals (workspace_id, id) where state = 'pending'`,

  // What others ask of the holder of a run: cancel, tool outputs, decisions.
  `create table commands (
     id uuid primary key,
     run_id uuid not null,
     kind text not null,
     data json not null,
     created_at timestamptz not null default now()
   )`,
  `create index commands_run on commands (run_id, id)`,

  `create table executors (
     id uuid primary key,
     host text not null,
     started_at timestamptz not null default now(),
     beat_at timestamptz not null default now()
   )`,
  `create table settings (
     name text primary key,
     value json not null
   )`,
]

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}
