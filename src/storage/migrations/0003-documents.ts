import { sql, type Kysely } from 'kysely'

const statements = [
  // Documents of an agent. blob is where the original bytes are, behind the document's id; bytes is their number.
  `create table documents (
     id uuid primary key,
     workspace_id uuid not null references workspaces,
     agent_id uuid not null references agents,
     name text not null,
     description text,
     media_type text not null,
     bytes int not null,
     blob text not null,
     temporary boolean not null,
     metadata json not null,
     created_at timestamptz not null default now(),
     created_by uuid
   )`,
  `create index documents_agent on documents (agent_id, id)`,
  `create index documents_temporary on documents (created_at) where temporary`,

  // Passages of a document's text, in order from 1. words is the passage as it is searched, null when that is the text.
  `create table document_passages (
     document_id uuid not null references documents on delete cascade,
     position int not null,
     text text not null,
     words text,
     search tsvector not null generated always as (to_tsvector('english', coalesce(words, text))) stored,
     primary key (document_id, position)
   )`,
  `create index document_passages_search on document_passages using gin (search)`,

  // How many documents the agent may search: read with the rest of the agent's row on the way of every run.
  `alter table agents add column documents int not null default 0`,
]

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}
