import { AppError } from '../../errors.ts'
import type { Clock } from '../../lib/clock.ts'
import type { JsonObject } from '../../lib/json.ts'
import type { Principal } from '../access/principal.ts'
import type { AgentService } from '../agents/agent-service.ts'
import type { AgentDefinition } from '../agents/agent.ts'
import type { AcceptedRun } from '../runs/run-request.ts'
import type { RunService } from '../runs/run-service.ts'
import type { Run } from '../runs/run.ts'
import type { ThreadService } from '../threads/thread-service.ts'
import type { SessionStore } from './session-store.ts'
import type { Session, SessionFilter, SessionMessage } from './session.ts'

/** A session in which nobody says anything for this long has ended, milliseconds. */
const idleTime = 30 * 60 * 1000

export interface NewSession {
  /** UUID, minted by the caller: a create that is repeated with it answers the session that exists. */
  id: string
  agentId: string
  namespace: string
  /** Made of the id, so that a repeat has the same. */
  key: string
  userIdentifier: string | null
  metadata: JsonObject
  /** How an agent behaves in it: what it says first (null: it waits), and what its runs do differently. */
  openingOf: (definition: AgentDefinition) => Pick<Session, 'greeting' | 'overrides'>
  /** Also with an agent that is disabled: for those who try it out. */
  evenDisabled: boolean
}

export type SessionService = ReturnType<typeof createSessionService>

/** Conversations of end users with text agents. What is said in one is a run on its thread. */
export function createSessionService(deps: {
  store: SessionStore
  agents: Pick<AgentService, 'resolveForRun' | 'canSeeRuns'>
  threads: Pick<ThreadService, 'create' | 'get'>
  runs: Pick<RunService, 'create'> & {
    get(principal: Principal, id: string): Promise<Pick<Run, 'waitingFor'>>
  }
  clock: Pick<Clock, 'now'>
}) {
  const { store, agents, threads, runs, clock } = deps
  const times = () => ({ now: new Date(clock.now()), idleSince: new Date(clock.now() - idleTime) })

  async function find(namespace: string, key: string): Promise<Session> {
    const at = times()
    const found = await store.findByKey(namespace, key, at.now)
    if (found === null) throw new AppError('session_not_found')
    const { session, keyEnded } = found
    if (session.state === 'ended' || (session.lastActiveAt >= at.idleSince && !keyEnded)) return session
    await store.endStale(at, { id: session.id })
    return (await store.find(session.id)) ?? session
  }

  return {
    /** Errors: `agent_not_found`, `agent_disabled`, `agent_has_no_version`, `agent_not_text`. */
    async create(principal: Principal, request: NewSession): Promise<Session> {
      const { id, agentId, namespace, key, metadata, userIdentifier, evenDisabled } = request
      const existing = await store.find(id)
      if (existing !== null) return existing
      const agent = await agents.resolveForRun(principal, agentId, { evenDisabled })
      const { definition } = agent
      if (definition.modality !== 'text') throw new AppError('agent_not_text')
      const thread = await threads.create(principal, { id, agentId, namespace, key, metadata })
      const now = new Date(clock.now())
      const session: Session = {
        id,
        workspaceId: principal.workspaceId,
        agentId,
        agentName: definition.name,
        agentVersion: agent.versionNumber,
        model: definition.model?.name ?? null,
        toolRevisions: agent.toolRevisions,
        namespace,
        key,
        threadId: thread.id,
        principal,
        userIdentifier,
        metadata,
        ...request.openingOf(definition),
        state: 'active',
        endReason: null,
        createdAt: now,
        lastActiveAt: now,
        endedAt: null,
      }
      await store.insert(session)
      return session
    },

    /** By what its callers call it, for whoever holds the right to it. Errors: `session_not_found`. */
    find,

    /** For whoever began it with this id. Errors: `session_not_found`. */
    async findById(id: string): Promise<Session> {
      const session = await store.find(id)
      if (session === null) throw new AppError('session_not_found')
      return session
    },

    /** The same as a member of its workspace may see it. */
    async get(principal: Principal, namespace: string, key: string): Promise<Session> {
      const session = await find(namespace, key)
      if (!(await agents.canSeeRuns(principal, session.agentId))) throw new AppError('session_not_found')
      return session
    },

    /** Newest first, only those this principal may see; `total` is how many there are on all pages. */
    async list(
      principal: Principal,
      filter: SessionFilter,
      page: { limit: number; offset: number },
    ): Promise<{ sessions: Session[]; total: number }> {
      await store.endStale(times(), { workspaceId: principal.workspaceId })
      return await store.list(principal, filter, page)
    },

    /**
     * Says something to the agent: a run that takes its turn on the session's thread, on behalf of whoever began it.
     *
     * Errors: `session_ended`, and those of `runs.create`.
     */
    async say(
      session: Session,
      message: { id: string; text: string; dialect: string },
    ): Promise<AcceptedRun> {
      const { id, text, dialect } = message
      const { now, idleSince } = times()
      const touched = await store.touch(session.id, now, idleSince)
      if (touched === null) throw new AppError('session_ended')
      const { greeting } = session
      return await runs.create(session.principal, {
        id,
        agentId: session.agentId,
        input: [{ type: 'text', text }],
        ...(touched.first && greeting !== null && { preceding: [{ role: 'assistant', text: greeting }] }),
        thread: { id: session.threadId },
        version: session.agentVersion,
        toolRevisions: session.toolRevisions,
        evenDisabled: true,
        evenDeleted: true,
        tools: [],
        metadata: session.metadata,
        dialect,
        source: 'chat',
        answering: { approvals: 'defer', clientTools: 'unavailable' },
        parentRunId: null,
        background: false,
        delaySeconds: 0,
        overrides: session.overrides,
      })
    },

    /**
     * Whether nothing is answered in it until a person has decided about a call of the run whose turn it is.
     *
     * Errors: `thread_not_found`, `run_not_found`.
     */
    async waitsForPerson({ principal, threadId }: Session): Promise<boolean> {
      const { activeRunId } = await threads.get(principal, threadId)
      if (activeRunId === null) return false
      const { waitingFor } = await runs.get(principal, activeRunId)
      return waitingFor !== null && waitingFor.type !== 'tool_outputs'
    },

    /** What was said, oldest first, the greeting before everything else. */
    async messages(session: Session, page: { limit: number; offset: number }): Promise<SessionMessage[]> {
      const { greeting, threadId, createdAt } = session
      if (greeting === null) return await store.messages(threadId, page)
      if (page.offset > 0) return await store.messages(threadId, { ...page, offset: page.offset - 1 })
      const said = await store.messages(threadId, { limit: page.limit - 1, offset: 0 })
      return [{ role: 'assistant', text: greeting, at: createdAt, tokens: null }, ...said]
    },

    /** Nothing more can be said in it; what is being answered is answered. Ending it again changes nothing. */
    end: (session: Session): Promise<void> => store.end(session.id, new Date(clock.now())),

    /** Ends every session in which nobody says anything any more, or whose key was revoked or ran out. */
    sweep: (): Promise<void> => store.endStale(times()),
  }
}
