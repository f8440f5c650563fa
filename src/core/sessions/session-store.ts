import { sql, type Kysely, type Selectable } from 'kysely'
import type { JsonObject } from '../../lib/json.ts'
import type { Schema } from '../../storage/schema.ts'
import type { Principal, Scope } from '../access/principal.ts'
import type { RunOverrides } from '../agents/agent.ts'
import type { Session, SessionEnd, SessionFilter, SessionMessage, SessionState } from './session.ts'

export type SessionStore = ReturnType<typeof createSessionStore>

/** A run of it goes on: it is not idle, however long that takes. */
const isAnswering = sql<boolean>`exists (
  select 1 from threads where threads.id = sessions.thread_id and threads.active_run_id is not null)`

/** When the key that it was begun with was revoked or ran out, if it has by `now`: what it let in goes out with it. */
const keyEnd = (now: Date) => sql`(
  select least(keys.revoked_at, case when keys.expires_at <= ${now} then keys.expires_at end)
  from keys where keys.id = (sessions.principal ->> 'keyId')::uuid)`

/** Whether that key was revoked before it could run out. */
const keyWasRevoked = sql`exists (
  select 1 from keys where keys.id = (sessions.principal ->> 'keyId')::uuid
    and keys.revoked_at < coalesce(keys.expires_at, 'infinity'))`

/** A run that was given up before it had its turn: nobody read what it was asked. */
const neverBegan = sql`(runs.state = 'cancelled' and runs.started_at is null)`

/** Times are handed in, so that tests decide what time it is. */
export function createSessionStore(kysely: Kysely<Schema>) {
  /** The sessions that `principal` may see: not those of other people's private agents. */
  function visible(principal: Principal, filter: SessionFilter) {
    let query = kysely
      .selectFrom('sessions')
      .innerJoin('agents', 'agents.id', 'sessions.agent_id')
      .where('sessions.workspace_id', '=', principal.workspaceId)
      .where('sessions.namespace', '=', filter.namespace)
    if (principal.role !== 'owner') {
      query = query.where((eb) =>
        eb.or([eb('agents.visibility', '<>', 'private'), eb('agents.owner_id', '=', principal.userId)]),
      )
    }
    const { agentId, state, from, to } = filter
    if (agentId !== undefined) query = query.where('sessions.agent_id', '=', agentId)
    if (state !== undefined) query = query.where('sessions.state', '=', state)
    if (from !== undefined) query = query.where('sessions.created_at', '>=', from)
    if (to !== undefined) query = query.where('sessions.created_at', '<', to)
    return query
  }

  return {
    /** Does nothing when there is one with this id. */
    async insert(session: Session): Promise<void> {
      const { principal } = session
      await kysely
        .insertInto('sessions')
        .values({
          id: session.id,
          workspace_id: session.workspaceId,
          agent_id: session.agentId,
          agent_name: session.agentName,
          agent_version: session.agentVersion,
          model: session.model,
          tool_revisions: JSON.stringify(session.toolRevisions),
          namespace: session.namespace,
          key: session.key,
          thread_id: session.threadId,
          principal: JSON.stringify({ ...principal, scopes: [...principal.scopes] }),
          user_identifier: session.userIdentifier,
          metadata: JSON.stringify(session.metadata),
          greeting: session.greeting,
          overrides: JSON.stringify(session.overrides),
          created_at: session.createdAt,
          last_active_at: session.lastActiveAt,
        })
        .onConflict((conflict) => conflict.column('id').doNothing())
        .execute()
    },

    async find(id: string): Promise<Session | null> {
      const row = await kysely.selectFrom('sessions').selectAll().where('id', '=', id).executeTakeFirst()
      return row === undefined ? null : toSession(row)
    },

    /** `keyEnded`: the key that began it was revoked, or has run out. */
    async findByKey(
      namespace: string,
      key: string,
      now: Date,
    ): Promise<{ session: Session; keyEnded: boolean } | null> {
      const row = await kysely
        .selectFrom('sessions')
        .selectAll()
        .select(sql<boolean>`${keyEnd(now)} is not null`.as('keyEnded'))
        .where('namespace', '=', namespace)
        .where('key', '=', key)
        .executeTakeFirst()
      return row === undefined ? null : { session: toSession(row), keyEnded: row.keyEnded }
    },

    /**
     * Something is said in it now. null: it has ended, its key has, or nobody said anything since `idleSince`.
     * `first`: nothing was asked in it before.
     */
    async touch(id: string, at: Date, idleSince: Date): Promise<{ first: boolean } | null> {
      const row = await kysely
        .updateTable('sessions')
        .set({ last_active_at: at })
        .where('id', '=', id)
        .where('state', '=', 'active')
        .where((eb) => eb.or([eb('last_active_at', '>=', idleSince), isAnswering]))
        .where(sql<boolean>`${keyEnd(at)} is null`)
        .returning(
          sql<boolean>`not exists (select 1 from runs where runs.thread_id = sessions.thread_id)`.as('first'),
        )
        .executeTakeFirst()
      return row ?? null
    },

    /** Does nothing when it has ended. */
    async end(id: string, at: Date): Promise<void> {
      await kysely
        .updateTable('sessions')
        .set({ state: 'ended', end_reason: 'ended', ended_at: at })
        .where('id', '=', id)
        .where('state', '=', 'active')
        .execute()
    },

    /**
     * Ends those in which nobody said anything since `idleSince`, at the time of their last words, and those whose key was
     * revoked or has run out, at that time: one, those of a workspace, or all.
     */
    async endStale(
      { now, idleSince }: { now: Date; idleSince: Date },
      which: { id?: string; workspaceId?: string } = {},
    ): Promise<void> {
      const gone = keyEnd(now)
      let query = kysely
        .updateTable('sessions')
        .set({
          state: 'ended',
          end_reason: sql<string>`case when ${gone} is null then 'idle'
            when ${keyWasRevoked} then 'revoked' else 'expired' end`,
          ended_at: sql<Date>`coalesce(${gone}, last_active_at)`,
        })
        .where('state', '=', 'active')
        .where(({ and, eb, not, or }) =>
          or([
            and([eb('last_active_at', '<', idleSince), not(isAnswering)]),
            sql<boolean>`${gone} is not null`,
          ]),
        )
      if (which.id !== undefined) query = query.where('id', '=', which.id)
      if (which.workspaceId !== undefined) query = query.where('workspace_id', '=', which.workspaceId)
      await query.execute()
    },

    /** Newest first, and how many there are. */
    async list(
      principal: Principal,
      filter: SessionFilter,
      page: { limit: number; offset: number },
    ): Promise<{ sessions: Session[]; total: number }> {
      const rows = await visible(principal, filter)
        .selectAll('sessions')
        .orderBy('sessions.created_at', 'desc')
        .orderBy('sessions.id', 'desc')
        .limit(page.limit)
        .offset(page.offset)
        .execute()
      const { total } = await visible(principal, filter)
        .select(({ fn }) => fn.countAll().as('total'))
        .executeTakeFirstOrThrow()
      return { sessions: rows.map(toSession), total: Number(total) }
    },

    /**
     * What was said in a thread, oldest first: what was asked, and what each run that has ended answered, all its steps
     * together. What was refused for its form, and what another round or attempt replaced, is not part of an answer.
     */
    async messages(threadId: string, page: { limit: number; offset: number }): Promise<SessionMessage[]> {
      const { rows } = await sql<SessionMessage>`
        select role, text, at, tokens from (
          select runs.id as run, 0 as side, 'user' as role, events.at as at, null::int as tokens, (
            select coalesce(string_agg(part ->> 'text', ''), '')
            from json_array_elements(events.data::json -> 'content') as part where part ->> 'type' = 'text'
          ) as text
          from runs join events on events.stream = runs.id and events.type = 'message.created'
          where runs.thread_id = ${threadId} and runs.source <> 'approval' and not ${neverBegan}
          union all
          select runs.id, 1, 'assistant', max(events.at), (runs.usage ->> 'outputTokens')::int,
            string_agg(events.data::json ->> 'text', '' order by events.seq)
          from runs join events on events.stream = runs.id and events.type = 'message.completed'
          where runs.thread_id = ${threadId} and runs.state in ('completed', 'failed', 'cancelled')
            and not exists (
              select 1 from events as refused
              where refused.stream = runs.id and refused.seq > events.seq
                and refused.type in ('output.rejected', 'iteration.completed', 'attempt.failed'))
          group by runs.id
          having string_agg(events.data::json ->> 'text', '') <> ''
        ) as said
        order by run, side limit ${page.limit} offset ${page.offset}`.execute(kysely)
      return rows
    },
  }
}

function toSession(row: Selectable<Schema['sessions']>): Session {
  const principal = row.principal as Omit<Principal, 'scopes'> & { scopes: Scope[] } // only insert writes it
  return {
    id: row.id,
    workspaceId: row.workspace_id,
    agentId: row.agent_id,
    agentName: row.agent_name,
    agentVersion: row.agent_version,
    model: row.model,
    toolRevisions: row.tool_revisions,
    namespace: row.namespace,
    key: row.key,
    threadId: row.thread_id,
    principal: { ...principal, scopes: new Set(principal.scopes) },
    userIdentifier: row.user_identifier,
    metadata: row.metadata as JsonObject, // an object goes in
    greeting: row.greeting,
    overrides: row.overrides as RunOverrides, // only insert writes it
    state: row.state as SessionState, // only this store writes it
    endReason: row.end_reason as SessionEnd | null, // only this store writes it
    createdAt: row.created_at,
    lastActiveAt: row.last_active_at,
    endedAt: row.ended_at,
  }
}
