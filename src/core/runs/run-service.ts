import { AppError } from '../../errors.ts'
import type { Clock } from '../../lib/clock.ts'
import { newId } from '../../lib/ids.ts'
import { cleanJson, cleanText, type JsonObject } from '../../lib/json.ts'
import { faultPoint } from '../../lib/fault-point.ts'
import type { Principal } from '../access/principal.ts'
import type { ResolvedAgent, RunChoice, RunOverrides } from '../agents/agent.ts'
import { visiblePage } from '../agents/visible.ts'
import type { JournalEvent } from '../events/entry.ts'
import { endsStream, type RunEventType } from '../events/event.ts'
import type { Journal } from '../events/journal.ts'
import type { Tail } from '../events/tail.ts'
import type { ThreadStore } from '../threads/thread-store.ts'
import type { Thread, ThreadKey } from '../threads/thread.ts'
import type { ToolDefinition } from '../tools/tool.ts'
import type { RunDispatcher } from './dispatch.ts'
import type { Page, RunFilter, RunStore } from './run-store.ts'
import { elseUndone, type createAdmission } from './admission.ts'
import { newRun } from './new-run.ts'
import { applyEvent } from './run-view.ts'
import {
  isTerminal,
  type Answering,
  type DeferredCall,
  type InputPart,
  type PrecedingMessage,
  type Run,
  type RunPins,
} from './run.ts'

/** A thread by the caller's own key. `alone`: no other agent of the workspace may have one that is called so. */
interface KeyedThread extends ThreadKey {
  alone?: boolean
}

/** Which thread a run belongs to: an existing one by id, the caller's own key, or a new one. */
export type ThreadChoice = { id: string } | KeyedThread | null

export interface RunRequest {
  /** UUID, minted by the caller: the same when a request is repeated. */
  id: string
  agentId: string
  input: InputPart[]
  thread: ThreadChoice
  /** null: the published version. */
  version: number | null
  /** Added to the agent's own; one of the same name takes its place. */
  tools: ToolDefinition[]
  metadata: JsonObject
  dialect: string
  /** What started it: `api`, `chat`, `approval`, … */
  source: string
  answering: Answering
  parentRunId: string | null
  /** `background`: it is dispatched, and outlives nobody's connection. */
  background: boolean
  delaySeconds: number
  deferredCall?: DeferredCall
  /** What was said before the input, in the same request; oldest first. */
  preceding?: PrecedingMessage[]
  /** Revisions of shared tools that a run before this one pinned. Absent: the newest, where the agent fixes none. */
  toolRevisions?: Record<string, number>
  /** Also while the agent is disabled: for those who try it out. */
  evenDisabled?: boolean
  /** Also when the agent was deleted: for a conversation that was begun before. */
  evenDeleted?: boolean
  /** What this run does differently from the agent's version. */
  overrides?: RunOverrides | null
  /**
   * What was asked, for telling repeated requests: what `strategies.deduplicate.selectors` look into. Absent: `text`, the
   * input's text, and beside it the fields of that text where it is a JSON object.
   */
  payload?: JsonObject
}

/** A run that was accepted. Nothing of it has reached the caller yet. */
export interface AcceptedRun {
  run: Run
  /** What it runs with, its overrides applied. Shared: not to be changed, and its opened secrets never shown. */
  agent: ResolvedAgent
  /** Resolves once the run is stored; rejects when it could not be. */
  stored: Promise<void>
}

export interface AgentsForRuns {
  /** The agent as this principal may run it now, or rejects with what forbids it. */
  resolveForRun(principal: Principal, agentId: string, request: RunChoice): Promise<ResolvedAgent>
  /** Whether this principal may see the runs of an agent, deleted or not. */
  canSeeRuns(principal: Principal, agentId: string): Promise<boolean>
  /** Checks tools given with a run, and takes their header values out and seals them. */
  pinRunTools(
    runId: string,
    tools: ToolDefinition[],
  ): { tools: ToolDefinition[]; sealedSecrets: string | null }
}

export type RunService = ReturnType<typeof createRunService>

/** Accepts runs, and reads them. What a run does is the engine's. */
export function createRunService(deps: {
  store: RunStore
  threads: ThreadStore
  journal: Journal
  tail: Tail
  agents: AgentsForRuns
  admission: ReturnType<typeof createAdmission>
  dispatcher: RunDispatcher
  executorId: () => string
  clock: Clock
}) {
  const { store, threads, journal, tail, agents, admission, dispatcher, clock } = deps

  /**
   * Accepts a run. An interactive run on a new thread starts at once, while it is still being stored; one on an existing
   * thread starts when it has its turn there.
   *
   * Errors: `agent_not_found`, `agent_disabled`, `version_not_found`, `thread_not_found`, `thread_of_other_agent`,
   * `daily_limit_reached`;
   * `duplicate_run`, whose `facts.run_id` is the run that was begun for the same request before.
   */
  async function create(principal: Principal, request: RunRequest): Promise<AcceptedRun> {
    const { overrides = null, toolRevisions = {} } = request
    const chosen = {
      overrides,
      evenDisabled: request.evenDisabled === true,
      evenDeleted: request.evenDeleted === true,
      toolRevisions,
      ...(request.version !== null && { version: request.version }),
    }
    const agent = await agents.resolveForRun(principal, request.agentId, chosen)
    await using refused = new AsyncDisposableStack()
    await admission.refuseRepeated(request, agent.definition, refused)
    const thread =
      request.thread === null ? null : await findThread(principal, request.agentId, request.thread)
    await admission.admit(principal, request, agent.definition, refused)
    faultPoint('run.before_admission')
    const { input, metadata, preceding = [] } = request
    const storable = {
      ...request,
      input: cleanJson(input) as InputPart[], // the same parts, only their text made storable
      metadata: cleanJson(metadata) as JsonObject, // an object stays one
      preceding: preceding.map(({ role, text }) => ({ role, text: cleanText(text) })),
    }
    const accepted = accept(principal, storable, agent, thread)
    return { ...accepted, stored: elseUndone(accepted.stored, refused.move()) }
  }

  function accept(
    principal: Principal,
    request: RunRequest,
    agent: ResolvedAgent,
    thread: Thread | null,
  ): AcceptedRun {
    const pins: RunPins = {
      versionId: agent.versionId,
      toolRevisions: agent.toolRevisions,
      ...agents.pinRunTools(request.id, request.tools),
      answering: request.answering,
      overrides: request.overrides ?? null,
      knowledge: agent.knowledge,
      historyRuns: thread === null ? 0 : agent.definition.history.runs,
      ...(request.evenDisabled && { evenDisabled: true }),
      ...(request.evenDeleted && { evenDeleted: true }),
      deferredCall: request.deferredCall ?? null,
    }
    const direct = !request.background && request.delaySeconds === 0
    const run = newRun(principal, request, agent, thread?.id ?? newId(), new Date(clock.now()))
    const abort = new AbortController()
    const handle = journal.handle(run.id, 1, (error) => abort.abort(error))
    const events: Pick<JournalEvent, 'type' | 'data' | 'at'>[] = []
    const startNow = direct && thread === null
    const facts = {
      id: run.id,
      workspaceId: run.workspaceId,
      agentId: run.agentId,
      threadId: run.threadId,
      pins,
    }
    const start = (): void => dispatcher.start({ run: facts, handle, abort, events, recovered: false })

    const stored = new Promise<void>((resolve, reject) => {
      journal.create(handle, {
        workspaceId: run.workspaceId,
        agentId: run.agentId,
        agentVersion: run.agentVersion,
        threadId: run.threadId,
        newThread: thread === null ? { namespace: request.dialect, key: run.threadId } : null,
        parentRunId: request.parentRunId,
        state: direct ? 'running' : 'queued',
        executorId: direct ? deps.executorId() : null,
        dialect: request.dialect,
        source: request.source,
        pins,
        metadata: request.metadata,
        createdAt: run.createdAt.toISOString(),
        availableAt:
          request.delaySeconds > 0 ? new Date(clock.now() + request.delaySeconds * 1000).toISOString() : null,
        admitted: (state) => {
          resolve()
          if (startNow) return
          if (state === 'running' && direct) {
            recordStart()
            return start()
          }
          // It is stored: what goes wrong with its dispatch is made good by the sweep.
          dispatchQueued(run.threadId).catch(() => {})
        },
        refused: reject,
      })
    })
    const record = (
      type: 'run.created' | 'message.created' | 'run.started',
      data: JournalEvent['data'],
    ): string => {
      const at = journal.append(handle, type, data as never) // each caller below pairs a type with its own data
      events.push({ type, data, at })
      return at
    }
    const recordStart = (): void => {
      const startedAt = record('run.started', { fence: 1 })
      journal.patch(handle, { startedAt })
    }
    record('run.created', {
      agentId: run.agentId,
      agentVersion: run.agentVersion,
      threadId: run.threadId,
      dialect: request.dialect,
      source: request.source,
      parentRunId: request.parentRunId,
      metadata: request.metadata,
    })
    const { preceding = [] } = request
    record('message.created', {
      role: 'user',
      content: request.input,
      ...(preceding.length > 0 && { preceding }),
    })
    if (startNow) {
      recordStart()
      start()
    }
    return { run, agent, stored }
  }

  /** Has the run picked up that is next on a thread. A delayed one is dispatched by the sweep once it is due. */
  async function dispatchQueued(threadId: string): Promise<void> {
    const next = await store.giveTurn(threadId)
    if (next) await dispatcher.enqueue(next)
  }

  async function findThread(
    principal: Principal,
    agentId: string,
    choice: { id: string } | KeyedThread,
  ): Promise<Thread> {
    if ('id' in choice) {
      const thread = await threads.find(principal.workspaceId, choice.id)
      if (!thread || thread.agentId !== agentId) {
        throw new AppError('thread_not_found', {
          fields: [{ field: 'thread_id', message: 'No thread of this agent has this id.' }],
        })
      }
      return thread
    }
    const { workspaceId } = principal
    const { namespace, key, alone = false } = choice
    const wanted = { id: newId(), workspaceId, agentId, namespace, key, metadata: {} }
    if (!alone) return await threads.insert(wanted)
    const thread = await threads.insertAlone(wanted)
    if (thread === null) throw new AppError('thread_of_other_agent')
    return thread
  }

  async function get(principal: Principal, id: string): Promise<Run> {
    const run = await store.find(principal.workspaceId, id)
    if (!run || !(await agents.canSeeRuns(principal, run.agentId))) throw new AppError('run_not_found')
    return run
  }

  return {
    create,
    get,

    /** The events of the given types of runs that were read for a principal, in order, by the runs' ids. */
    async eventsOf(runs: readonly Run[], types: RunEventType[]): Promise<Map<string, JournalEvent[]>> {
      const ids = runs.map((run) => run.id)
      return Map.groupBy(await store.eventsOfTypes(ids, types), (event) => event.stream)
    },

    /** What the run was accepted with. Errors: `run_not_found`. */
    async pinsOf(principal: Principal, id: string): Promise<RunPins> {
      await get(principal, id)
      const pins = await store.pinsOf(id)
      if (pins === null) throw new AppError('run_not_found')
      return pins
    },

    /** Newest first, only those this principal may see. `after`: the last run of the page before. */
    list: (principal: Principal, filter: RunFilter, page: Page): Promise<Run[]> =>
      visiblePage(
        page,
        (part) => store.list(principal.workspaceId, filter, part),
        (agentId) => agents.canSeeRuns(principal, agentId),
      ),

    /** One page of the journal. */
    async events(
      principal: Principal,
      id: string,
      page: { after: number; limit: number },
    ): Promise<JournalEvent[]> {
      await get(principal, id)
      return await store.eventsAfter(id, page.after, page.limit)
    },

    /**
     * The journal as it grows, in batches, each event once and in order, until the run has ended or `signal` aborts.
     * Stays open while the run waits.
     */
    async follow(
      principal: Principal,
      id: string,
      options: { after: number; signal: AbortSignal },
    ): Promise<AsyncIterable<JournalEvent[]>> {
      const run = await get(principal, id)
      if (isTerminal(run.state) && (await store.eventsAfter(id, options.after, 1)).length === 0)
        return nothing()
      return tail.follow(id, options)
    },

    /** Follows a run just accepted from its first event. Call it before anything is awaited. */
    followAccepted(accepted: AcceptedRun, signal: AbortSignal): AsyncIterable<JournalEvent[]> {
      return tail.follow(accepted.run.id, { after: 0, fresh: true, signal })
    },

    /**
     * The run once it waits or has ended, or as it is when `signal` aborts. `run` is brought up to date in place from
     * the events of `journal`.
     */
    async settle(run: Run, events: AsyncIterable<JournalEvent[]>): Promise<Run> {
      for await (const batch of events) {
        for (const event of batch) {
          applyEvent(run, event)
          if (endsStream(event.type)) return run
        }
        // Only the newest state counts: an answer may have come in the same batch as the question.
        if (run.state === 'waiting') return run
      }
      return run
    },
  }
}

async function* nothing(): AsyncGenerator<JournalEvent[]> {}
