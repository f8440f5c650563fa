import type { Principal } from '../../../core/access/principal.ts'
import type { Agent, AgentDefinition } from '../../../core/agents/agent.ts'
import type { AcceptedRun, RunRequest, ThreadChoice } from '../../../core/runs/run-request.ts'
import type { Run } from '../../../core/runs/run.ts'
import type { Thread } from '../../../core/threads/thread.ts'
import { AppError } from '../../../errors.ts'
import type { JsonObject } from '../../../lib/json.ts'
import { withWireFields } from '../../wire-fields.ts'
import { namesDraft, readVersion } from '../agents/agent-version.ts'
import type { XpanderServices } from '../index.ts'
import { invocationField } from './invocation-fields.ts'
import { printTaskId, taskNamespace } from './print-task.ts'
import { metadataOf, notesOf, type Entry } from './task-notes.ts'
import { createTaskReader } from './task-reader.ts'
import { asBefore, TaskView } from './task-view.ts'
import { ToolItems } from '../tools/tool-items.ts'
import { payloadOf, readOverrides, readInput, refuseUnavailable } from './translate-invoke.ts'
import type { Invocation } from './wire-invoke.ts'

/** One request for a task. */
export interface TaskRequest {
  principal: Principal
  agent: Agent
  invocation: Invocation
  /** As the caller names it. */
  version: string | undefined
  entry: Entry
  /** Pre-minted id of the run. */
  runId: string
  dialect: string
  /** It outlives the request, and nobody follows it. */
  background: boolean
  /** What is looked into for repeated requests. Default: the invocation. */
  payload?: JsonObject
}

/** A task that was begun, or the one that the same request began a while ago. */
export type StartedTask = { accepted: AcceptedRun; view: TaskView } | { duplicateOf: Run }

type Services = Pick<XpanderServices, 'agents' | 'conversations' | 'publishMode' | 'runs' | 'threads'>

/** Begins tasks, and further turns of them. */
export function createTaskStarter(services: Services) {
  const { agents, runs, conversations } = services
  const reader = createTaskReader(services)

  /** The conversation that an invocation goes on with, if it is there. Errors: `thread_of_other_agent`. */
  async function conversationOf({ principal, agent, invocation }: TaskRequest): Promise<Thread | null> {
    if (!invocation.id) return null
    const thread = await reader.findThread(principal, invocation.id)
    if (thread === null || thread.agentId === agent.id) return thread
    throw ofOtherAgent()
  }

  /** The turn that a sub-task is a part of; null: of none that is known here. */
  async function parentOf({ principal, invocation }: TaskRequest): Promise<string | null> {
    const { parent_execution_id: taskId } = invocation
    const thread = taskId ? await reader.findThread(principal, taskId) : null
    return thread === null ? null : ((await conversations.get(principal, thread.id)).run?.id ?? null)
  }

  async function definitionOf(
    { principal, agent }: TaskRequest,
    version: number | null,
  ): Promise<AgentDefinition> {
    if (version === null || version === agent.version) return agent.definition
    return (await agents.getVersion(principal, agent.id, version)).definition
  }

  async function requestOf(request: TaskRequest, thread: Thread | null): Promise<RunRequest> {
    const { invocation, entry, agent } = request
    refuseUnavailable(invocation)
    const input = readInput(invocation)
    // Where edits are live at once, an unpublished draft is another API's.
    const draft = services.publishMode === 'staged' && namesDraft(request.version) ? agent.draft : null
    const version = readVersion(request.version)
    const definition = draft ?? (await definitionOf(request, version))
    return {
      id: request.runId,
      agentId: agent.id,
      input,
      thread: threadChoice(thread, invocation),
      version,
      draft: draft !== null,
      tools: [],
      metadata: metadataOf(notesOf(invocation, entry)),
      dialect: request.dialect,
      source: entry === 'webhook' ? 'webhook' : 'api',
      answering: { approvals: 'park', clientTools: 'unavailable' },
      parentRunId: await parentOf(request),
      background: request.background,
      delaySeconds: 0,
      overrides: readOverrides(invocation, definition, new Date()),
      payload: request.payload ?? payloadOf(invocation),
    }
  }

  /** The run that a repeated request is answered with. Errors: `duplicate_run` while it is not there. */
  async function runThatStands(principal: Principal, refusal: AppError): Promise<Run> {
    try {
      return await runs.get(principal, String(refusal.facts['run_id']))
    } catch (error) {
      if (error instanceof AppError && error.code === 'run_not_found') throw refusal
      throw error
    }
  }

  return {
    reader,

    /**
     * Accepts a task. Nothing of it has reached the caller yet, and it may still be refused while it is stored.
     *
     * Errors: those of a run; `thread_of_other_agent`.
     */
    async start(request: TaskRequest): Promise<StartedTask> {
      const { principal, invocation } = request
      const thread = await conversationOf(request)
      const continuous = thread !== null && (await conversations.get(principal, thread.id)).run !== null
      try {
        const wanted = await requestOf(request, thread)
        const accepted = await withWireFields(
          (field) => invocationField(invocation, field),
          () => runs.create(principal, wanted),
        )
        const { run, agent } = accepted
        const taskId = thread === null ? invocation.id || run.threadId : printTaskId(thread)
        const items = new ToolItems(agent)
        const { definition, draft } = agent
        const isDraft = draft !== undefined
        const context = { taskId, definition, isDraft, continuous, items, subTasks: [] }
        return { accepted, view: new TaskView(context, asBefore(run)) }
      } catch (error) {
        if (!(error instanceof AppError)) throw error
        // In the vendor's own words, which say no number.
        if (error.code === 'thread_of_other_agent') throw ofOtherAgent()
        if (error.code === 'daily_limit_reached') throw new AppError(error.code, { cause: error })
        if (error.code !== 'duplicate_run') throw error
        return { duplicateOf: await runThatStands(principal, error) }
      }
    },
  }
}

function ofOtherAgent(): AppError {
  return new AppError('thread_of_other_agent', {
    detail: 'id: a task with this id belongs to another agent.',
  })
}

function threadChoice(thread: Thread | null, { id }: Invocation): ThreadChoice {
  if (thread !== null) return { id: thread.id }
  return id ? { namespace: taskNamespace, key: id, alone: true } : null
}
