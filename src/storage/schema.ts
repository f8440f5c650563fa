import type { ColumnType, Generated, GeneratedAlways } from 'kysely'

/** Written as JSON text; read as the parsed value. */
type Json<T> = ColumnType<T, string, string>
type NullableJson<T> = ColumnType<T | null, string | null, string | null>
type Timestamp = ColumnType<Date, Date | string, Date | string>
type GeneratedTimestamp = ColumnType<Date, Date | string | undefined, Date | string>
type NullableTimestamp = ColumnType<Date | null, Date | string | null | undefined, Date | string | null>

interface Organizations {
  id: string
  number: GeneratedAlways<string>
  name: string
  created_at: GeneratedTimestamp
}

interface Workspaces {
  id: string
  number: GeneratedAlways<string>
  organization_id: string
  name: string
  created_at: GeneratedTimestamp
}

interface Users {
  id: string
  number: GeneratedAlways<string>
  name: string
  email: string | null
  created_at: GeneratedTimestamp
}

interface Members {
  workspace_id: string
  user_id: string
  role: string
  created_at: GeneratedTimestamp
  updated_at: GeneratedTimestamp
}

interface Keys {
  id: string
  workspace_id: string
  user_id: string
  name: string
  role: string
  scopes: string[]
  dialect: string | null
  allowed_origins: string[] | null
  hash: string
  hint: string
  created_at: GeneratedTimestamp
  expires_at: NullableTimestamp
  revoked_at: NullableTimestamp
}

interface Idempotency {
  workspace_id: string
  key: string
  fingerprint: string
  resource_id: string
  executor_id: string
  status: number | null
  headers: NullableJson<Record<string, string>>
  body: string | null
  secret: Generated<boolean>
  created_at: GeneratedTimestamp
}

interface Connections {
  id: string
  number: GeneratedAlways<string>
  workspace_id: string
  name: string
  provider: string
  base_url: string | null
  sealed_credential: string | null
  credential_hint: string | null
  sealed_headers: string | null
  header_names: Generated<string[]>
  created_at: GeneratedTimestamp
  updated_at: GeneratedTimestamp
  deleted_at: NullableTimestamp
}

interface Tools {
  id: string
  number: GeneratedAlways<string>
  workspace_id: string
  name: string
  revision: number
  created_at: GeneratedTimestamp
  updated_at: GeneratedTimestamp
  deleted_at: NullableTimestamp
}

interface ToolRevisions {
  tool_id: string
  revision: number
  definition: Json<unknown>
  sealed_secrets: string | null
  created_at: GeneratedTimestamp
  created_by: string | null
}

interface Agents {
  id: string
  workspace_id: string
  owner_id: string
  name: string
  slug: string | null
  visibility: Generated<string>
  enabled: Generated<boolean>
  version: number | null
  version_id: string | null
  draft: NullableJson<unknown>
  draft_sealed_secrets: string | null
  documents: Generated<number>
  created_at: GeneratedTimestamp
  updated_at: GeneratedTimestamp
  deleted_at: NullableTimestamp
}

interface AgentVersions {
  id: string
  agent_id: string
  number: number
  definition: Json<unknown>
  sealed_secrets: string | null
  created_at: GeneratedTimestamp
  created_by: string | null
}

interface AgentDays {
  agent_id: string
  day: string
  runs: number
}

interface RunKeys {
  agent_id: string
  key_hash: string
  run_id: string
  claimed_at: GeneratedTimestamp
  expires_at: Timestamp
}

interface Threads {
  id: string
  workspace_id: string
  agent_id: string
  namespace: string
  key: string
  active_run_id: string | null
  metadata: NullableJson<unknown>
  created_at: GeneratedTimestamp
  updated_at: GeneratedTimestamp
  deleted_at: NullableTimestamp
}

interface Runs {
  id: string
  workspace_id: string
  agent_id: string
  agent_version: number
  thread_id: string
  parent_run_id: string | null
  state: string
  fence: number
  executor_id: string | null
  last_seq: number
  dialect: string
  source: string
  output: string | null
  output_json: NullableJson<unknown>
  error: NullableJson<unknown>
  usage: NullableJson<unknown>
  cost: string | null
  model: string | null
  waiting_for: NullableJson<unknown>
  pins: Json<unknown>
  metadata: NullableJson<unknown>
  available_at: NullableTimestamp
  dispatched_at: NullableTimestamp
  created_at: Timestamp
  started_at: NullableTimestamp
  finished_at: NullableTimestamp
}

interface Events {
  stream: string
  seq: number
  type: string
  data: string
  at: Timestamp
}

interface Streams {
  id: string
  workspace_id: string
  last_seq: number
}

interface Approvals {
  id: string
  workspace_id: string
  agent_id: string
  run_id: string
  call_id: string
  kind: string
  mode: string
  tool: string
  arguments: NullableJson<unknown>
  state: string
  decision: string | null
  reason: string | null
  result: NullableJson<unknown>
  decided_by: string | null
  run_to_start: string | null
  created_at: Timestamp
  decided_at: NullableTimestamp
}

interface Commands {
  id: string
  run_id: string
  kind: string
  data: Json<unknown>
  created_at: GeneratedTimestamp
}

interface Executors {
  id: string
  host: string
  started_at: GeneratedTimestamp
  beat_at: GeneratedTimestamp
}

interface Settings {
  name: string
  value: Json<unknown>
}

interface Documents {
  id: string
  workspace_id: string
  agent_id: string
  name: string
  description: string | null
  media_type: string
  bytes: number
  blob: string
  temporary: boolean
  metadata: Json<unknown>
  created_at: GeneratedTimestamp
  created_by: string | null
}

interface DocumentPassages {
  document_id: string
  position: number
  text: string
  words: string | null
  search: GeneratedAlways<string>
}

interface PhoneNumbers {
  id: string
  workspace_id: string
  carrier: string
  number: string
  area_code: string
  name: string
  description: string | null
  agent_id: string | null
  state: string
  created_at: Timestamp
  updated_at: Timestamp
}

interface Sessions {
  id: string
  workspace_id: string
  agent_id: string
  agent_name: string
  agent_version: number
  model: string | null
  tool_revisions: Json<Record<string, number>>
  namespace: string
  key: string
  thread_id: string
  principal: Json<unknown>
  user_identifier: string | null
  metadata: Json<unknown>
  greeting: string | null
  overrides: Json<unknown>
  state: Generated<string>
  end_reason: Generated<string | null>
  created_at: Timestamp
  last_active_at: Timestamp
  ended_at: NullableTimestamp
}

interface Callbacks {
  id: string
  workspace_id: string
  run_id: string | null
  dialect: string
  principal: Json<unknown>
  sealed_url: string
  headers: Json<Record<string, string>>
  sealed_headers: string | null
  notice: NullableJson<unknown>
  body: string | null
  state: Generated<string>
  attempts: Generated<number>
  next_at: NullableTimestamp
  claimed_until: NullableTimestamp
  last_error: Generated<string | null>
  created_at: Timestamp
  done_at: NullableTimestamp
}

interface BrowserSessions {
  id: string
  token_hash: string
  key_id: string
  created_at: Timestamp
  expires_at: Timestamp
}

interface SignInLinks {
  id: string
  token_hash: string
  key_id: string
  created_at: Timestamp
  expires_at: Timestamp
  used_at: NullableTimestamp
}

export interface Schema {
  browser_sessions: BrowserSessions
  sign_in_links: SignInLinks
  organizations: Organizations
  workspaces: Workspaces
  users: Users
  members: Members
  keys: Keys
  idempotency: Idempotency
  connections: Connections
  tools: Tools
  tool_revisions: ToolRevisions
  agents: Agents
  agent_versions: AgentVersions
  agent_days: AgentDays
  run_keys: RunKeys
  threads: Threads
  runs: Runs
  events: Events
  streams: Streams
  approvals: Approvals
  commands: Commands
  executors: Executors
  settings: Settings
  callbacks: Callbacks
  sessions: Sessions
  documents: Documents
  document_passages: DocumentPassages
  phone_numbers: PhoneNumbers
}
