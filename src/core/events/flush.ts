import type { RunState } from '../runs/run.ts'
import type { RunApproval, RunCreation, RunPatch } from './entry.ts'

/** What one run contributes to a flush. */
export interface FlushBatch {
  runId: string
  fence: number
  creation: RunCreation | null
  patch: RunPatch | null
  events: { type: string; text: string; at: string }[]
  approvals: RunApproval[]
  handledCommands: string[]
  /** Questions that the run was parked on are void once it has ended. */
  voidsApprovals: boolean
}

/**
 * `run`: the run's entries were written, its events numbered from `base` + 1. `turn`: this queued run now has its
 * thread's turn. `notified`: other processes were told.
 */
export interface FlushedRow {
  kind: 'run' | 'turn' | 'notified'
  id: string
  base: number | string
  state: RunState
}

export interface FlushStatement {
  name: string
  text: string
  values: string[]
}

const createdRuns = `
c as (
  select * from json_to_recordset($3::json) as x(
    id uuid, workspace_id uuid, agent_id uuid, agent_version int, thread_id uuid, namespace text, key text,
    parent_run_id uuid, wanted text, state text, fence int, executor_id uuid, n int, dialect text, source text, pins json,
    metadata json, created_at timestamptz, available_at timestamptz, waiting_for json, output text, output_json json,
    error json, usage json, cost numeric, model text, started_at timestamptz, finished_at timestamptz)
), new_threads as (
  insert into threads (id, workspace_id, agent_id, namespace, key, active_run_id, created_at, updated_at)
  select thread_id, workspace_id, agent_id, namespace, key,
         case when state in ('completed', 'failed', 'cancelled') or available_at is not null then null else id end,
         created_at, created_at
  from c where namespace is not null
), claimed as (
  update threads t set active_run_id = first.id, updated_at = first.created_at
  from (select distinct on (thread_id) id, thread_id, created_at from c
        where namespace is null and available_at is null order by thread_id, id) first
  where t.id = first.thread_id and t.active_run_id is null and not exists (
    select 1 from runs earlier where earlier.thread_id = t.id and earlier.state = 'queued'
      and (earlier.available_at is null or earlier.available_at <= now()))
  returning first.id
), created as (
  insert into runs (id, workspace_id, agent_id, agent_version, thread_id, parent_run_id, state, fence, executor_id,
    last_seq, dialect, source, pins, metadata, created_at, available_at, waiting_for, output, output_json, error, usage,
    cost, model, started_at, finished_at)
  select c.id, workspace_id, agent_id, agent_version, thread_id, parent_run_id,
    case when mine then c.state else 'queued' end, c.fence, case when mine and c.state = 'running' then executor_id end,
    n, dialect, source, pins, metadata, created_at, available_at, waiting_for, output, output_json, error, usage, cost,
    model, started_at, finished_at
  from (select c.*, namespace is not null or claimed.id is not null as mine
        from c left join claimed on claimed.id = c.id) c
  returning id, state
)`

const changedRuns = `
u as (
  select * from json_to_recordset($1::json) as x(
    id uuid, fence int, n int, state text, waiting_for json, output text, output_json json, error json, usage json,
    cost numeric, model text, started_at timestamptz, finished_at timestamptz)
), changed as (
  update runs r set
    last_seq = r.last_seq + u.n,
    state = coalesce(u.state, r.state),
    executor_id = case when coalesce(u.state, 'running') = 'running' then r.executor_id end,
    waiting_for = u.waiting_for,
    output = coalesce(u.output, r.output),
    output_json = coalesce(u.output_json, r.output_json),
    error = coalesce(u.error, r.error),
    usage = coalesce(u.usage, r.usage),
    cost = coalesce(u.cost, r.cost),
    model = coalesce(u.model, r.model),
    started_at = coalesce(r.started_at, u.started_at),
    finished_at = coalesce(u.finished_at, r.finished_at)
  from u where r.id = u.id and r.fence = u.fence and r.state = 'running'
  returning r.id, r.last_seq - u.n as base, r.state, r.thread_id
), turns as (
  update threads t set updated_at = changed_at.now, active_run_id = (
    select r.id from runs r
    where r.thread_id = t.id and r.state = 'queued' and (r.available_at is null or r.available_at <= changed_at.now)
    order by r.id limit 1)
  from changed, (select now() as now) changed_at
  where changed.state in ('completed', 'failed', 'cancelled') and t.id = changed.thread_id
    and t.active_run_id = changed.id
  returning t.active_run_id as id
)`

const newEvents = (bases: string): string => `
written as (
  insert into events (stream, seq, type, data, at)
  select e.s, b.base + e.o, e.t, e.d::text, e.a
  from json_to_recordset($2::json) as e(s uuid, o int, t text, d json, a timestamptz)
  join (${bases}) b on b.id = e.s
)`

const newApprovals = (bases: string, position: number): string => `
asked as (
  insert into approvals (id, workspace_id, agent_id, run_id, call_id, kind, mode, tool, arguments, state, created_at)
  select a.id, workspace_id, agent_id, run_id, call_id, kind, mode, tool, arguments, 'pending', now()
  from json_to_recordset($${position}::json) as a(
    id uuid, workspace_id uuid, agent_id uuid, run_id uuid, call_id text, kind text, mode text, tool text, arguments json)
  join (${bases}) b on b.id = a.run_id
), handled as (
  delete from commands using json_to_recordset($${position + 1}::json) as h(id uuid, run_id uuid), changed
  where commands.id = h.id and changed.id = h.run_id
), voided as (
  update approvals set state = 'void' from changed
  where approvals.run_id = changed.id and approvals.state = 'pending' and approvals.mode = 'park'
    and changed.state in ('completed', 'failed', 'cancelled')
)`

/**
 * The single statement of a flush: the new runs and their threads, the state changes, all events, and the turn of the
 * next run on every thread whose run ended. Rows under a stale fence are left out, not raised. With an `origin` the
 * other processes are told which runs have news; the origin is how its sender knows its own notice.
 */
export function flushStatement(batch: FlushBatch[], options: { origin: string | null }): FlushStatement {
  const creations = batch.filter((entry) => entry.creation)
  const notify = options.origin !== null
  const rare = batch.some(
    (entry) => entry.approvals.length > 0 || entry.handledCommands.length > 0 || entry.voidsApprovals,
  )
  const name = `flush${creations.length > 0 ? '_create' : ''}${rare ? '_rare' : ''}${notify ? '_notify' : ''}`
  const values = [changesJson(batch), eventsJson(batch)]
  if (creations.length > 0) values.push(creationsJson(creations))
  if (rare) values.push(approvalsJson(batch), handledJson(batch))
  if (options.origin !== null) values.push(batch.map((entry) => entry.runId).join(','), options.origin)
  let text = texts.get(name)
  if (!text) texts.set(name, (text = statementText(creations.length > 0, rare, notify)))
  return { name, text, values }
}

const texts = new Map<string, string>()

function statementText(create: boolean, rare: boolean, notify: boolean): string {
  const parts = [changedRuns]
  if (create) parts.push(createdRuns)
  const bases = create
    ? 'select id, base from changed union all select id, 0 from c'
    : 'select id, base from changed'
  parts.push(newEvents(bases))
  let position = create ? 4 : 3
  if (rare) {
    parts.push(newApprovals(bases, position))
    position += 2
  }
  const results = [
    `select 'run' as kind, id, base, state from changed`,
    `select 'turn', id, 0, 'queued' from turns where id is not null`,
  ]
  if (create) results.push(`select 'run', id, 0, state from created`)
  // NOTIFY carries at most 8,000 bytes: 200 ids of 36 characters and their commas.
  if (notify) {
    results.push(
      `select 'notified', null, 0, pg_notify('parley_runs', $${position + 1} || ':' || string_agg(id, ','))::text
       from (select id, (ordinality - 1) / 200 as page from string_to_table($${position}, ',') with ordinality as ids(id, ordinality)) ids
       group by page`,
    )
  }
  return `with ${parts.join(',')}\n${results.join('\nunion all\n')}`
}

function rowJson(
  runId: string,
  fence: number,
  events: number,
  patch: RunPatch | null,
): Record<string, unknown> {
  return {
    id: runId,
    fence,
    n: events,
    state: patch?.state,
    waiting_for: patch?.waitingFor,
    output: patch?.output,
    output_json: patch?.outputJson,
    error: patch?.error,
    usage: patch?.usage,
    cost: patch?.usage?.cost,
    model: patch?.model,
    started_at: patch?.startedAt,
    finished_at: patch?.finishedAt,
  }
}

function changesJson(batch: FlushBatch[]): string {
  const rows = batch
    .filter((entry) => !entry.creation)
    .map((entry) => rowJson(entry.runId, entry.fence, entry.events.length, entry.patch))
  return JSON.stringify(rows)
}

/** Built by hand because the data of each event is JSON text already. */
function eventsJson(batch: FlushBatch[]): string {
  const rows: string[] = []
  for (const entry of batch) {
    let number = 0
    for (const event of entry.events) {
      number += 1
      rows.push(
        `{"s":"${entry.runId}","o":${number},"t":"${event.type}","a":"${event.at}","d":${event.text}}`,
      )
    }
  }
  return `[${rows.join(',')}]`
}

function creationsJson(batch: FlushBatch[]): string {
  const rows = batch.flatMap((entry) => {
    const { creation, patch } = entry
    if (!creation) return []
    return [
      {
        ...rowJson(entry.runId, entry.fence, entry.events.length, patch),
        workspace_id: creation.workspaceId,
        agent_id: creation.agentId,
        agent_version: creation.agentVersion,
        thread_id: creation.threadId,
        namespace: creation.newThread?.namespace,
        key: creation.newThread?.key,
        parent_run_id: creation.parentRunId,
        state: patch?.state ?? creation.state,
        executor_id: creation.executorId,
        dialect: creation.dialect,
        source: creation.source,
        pins: creation.pins,
        metadata: creation.metadata,
        created_at: creation.createdAt,
        available_at: creation.availableAt,
      },
    ]
  })
  return JSON.stringify(rows)
}

function approvalsJson(batch: FlushBatch[]): string {
  const rows = batch.flatMap((entry) =>
    entry.approvals.map((approval) => ({
      id: approval.id,
      workspace_id: approval.workspaceId,
      agent_id: approval.agentId,
      run_id: entry.runId,
      call_id: approval.callId,
      kind: approval.kind,
      mode: approval.mode,
      tool: approval.tool,
      arguments: approval.arguments,
    })),
  )
  return JSON.stringify(rows)
}

function handledJson(batch: FlushBatch[]): string {
  const rows = batch.flatMap((entry) => entry.handledCommands.map((id) => ({ id, run_id: entry.runId })))
  return JSON.stringify(rows)
}
