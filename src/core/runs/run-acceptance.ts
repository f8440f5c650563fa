import { AppError } from '../../errors.ts'
import type { Clock } from '../../lib/clock.ts'
import { newId } from '../../lib/ids.ts'
import { cleanJson, cleanText, type JsonObject } from '../../lib/json.ts'
import { faultPoint } from '../../lib/fault-point.ts'
import type { Principal } from '../access/principal.ts'
import type { ResolvedAgent, RunChoice } from '../agents/agent.ts'
import type { JournalEvent } from '../events/entry.ts'
import type { Journal } from '../events/journal.ts'
import type { ThreadStore } from '../threads/thread-store.ts'
import type { Thread } from '../threads/thread.ts'
import type { ToolDefinition } from '../tools/tool.ts'
import type { RunDispatcher } from './dispatch.ts'
import type { RunStore } from './run-store.ts'
import { elseUndone, type createAdmission } from './admission.ts'
import { newRun } from './new-run.ts'
import type { AcceptedRun, KeyedThread, RunRequest } from './run-request.ts'
import type { InputPart, RunPins } from './run.ts'

/** Agents as accepting a run needs them. */
export interface AgentsToRun {
  /** The agent as this principal may run it now, or rejects with what forbids it. */
  resolveForRun(principal: Principal, agentId: string, request: RunChoice): Promise<ResolvedAgent>
  /** Checks tools given with a run, and takes their header values out and seals them. */
  pinRunTools(
    runId: string,
    tools: ToolDefinition[],
  ): { tools: ToolDefinition[]; sealedSecrets: string | null }
}

export interface AcceptanceOptions {
  store: Pick<RunStore, 'giveTurn'>
  threads: ThreadStore
  journal: Journal
  agents: AgentsToRun
  admission: ReturnType<typeof createAdmission>
  dispatcher: RunDispatcher
  executorId: () => string
  clock: Clock
}

/** What takes a request for a run: it pins what the run will use, records it and has it started. */
export function createRunAcceptance(deps: AcceptanceOptions) {
  const { store, threads, journal, agents, admission, dispatcher, clock } = deps

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
      ...(request.draft && { draft: true }),
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
      ...(agent.draft && { draft: agent.draft }),
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

  return create
}
