import type { Principal } from '../../../core/access/principal.ts'
import type { ResolvedAgent } from '../../../core/agents/agent.ts'
import { isTerminal, type Run } from '../../../core/runs/run.ts'
import type { BegunConversation } from '../../../core/threads/conversation.ts'
import type { Thread } from '../../../core/threads/thread.ts'
import { AppError } from '../../../errors.ts'
import type { XpanderServices } from '../index.ts'
import { printTask, printTaskId, taskNamespace } from './print-task.ts'
import { asBefore, factEvents, TaskView } from './task-view.ts'
import { ToolItems } from '../tools/tool-items.ts'
import { isUuid } from '../wire-common.ts'
import type { Task } from './wire-tasks.ts'

type Services = Pick<XpanderServices, 'agents' | 'conversations' | 'runs' | 'threads'>

/** More sub-tasks than these are not listed. */
const mostSubTasks = 100

/** Finds tasks: conversations, by what this API's clients call them, or those of other APIs by their own id. */
export function createTaskReader({ agents, conversations, runs, threads }: Services) {
  /** The conversation that this task is, if there is one. */
  async function findThread(principal: Principal, taskId: string): Promise<Thread | null> {
    const named = await conversations.find(principal, { namespace: taskNamespace, key: taskId })
    if (named !== null || !isUuid(taskId)) return named
    try {
      const { thread } = await conversations.get(principal, taskId.toLowerCase())
      // What this API's clients named goes by that name alone.
      return printTaskId(thread) === thread.id ? thread : null
    } catch (error) {
      if (error instanceof AppError && error.code === 'thread_not_found') return null
      throw error
    }
  }

  async function subTasksOf(principal: Principal, { id, threadId }: Run): Promise<BegunConversation[]> {
    const page = { limit: mostSubTasks, offset: 0 }
    const { items } = await conversations.list(principal, { parentRunId: id }, page)
    return items.filter(({ thread }) => thread.id !== threadId)
  }

  /** What a run is printed from, before any of its events. */
  async function open(
    principal: Principal,
    taskId: string,
    run: Run,
  ): Promise<{ view: TaskView; agent: ResolvedAgent }> {
    const pins = await runs.pinsOf(principal, run.id)
    const resolved = await agents.resolvePinned(run.id, pins)
    const agent = { ...resolved, tools: [...resolved.tools, ...pins.tools] }
    const { threadId } = run
    const earlier = await runs.list(principal, { threadId }, { limit: 1, after: run.id })
    const subTasks = (await subTasksOf(principal, run)).map(({ thread, run: newest }) => ({
      id: printTaskId(thread),
      finished: isTerminal(newest.state),
    }))
    const { definition, draft } = agent
    return {
      agent,
      view: new TaskView(
        {
          taskId,
          definition,
          isDraft: draft !== undefined,
          continuous: earlier.length > 0,
          items: new ToolItems(agent),
          subTasks,
        },
        run,
      ),
    }
  }

  return {
    findThread,
    subTasksOf,

    /** Errors: `thread_not_found`, also for a conversation in which nothing was run. */
    async find(principal: Principal, taskId: string): Promise<BegunConversation> {
      const thread = await findThread(principal, taskId)
      if (thread === null) throw new AppError('thread_not_found')
      const { run } = await conversations.get(principal, thread.id)
      if (run === null) throw new AppError('thread_not_found')
      return { thread, run }
    },

    /** For following a run from its first event. */
    openFromStart: (principal: Principal, taskId: string, run: Run) => open(principal, taskId, asBefore(run)),

    /** A task as this run left it. */
    async print(principal: Principal, taskId: string, run: Run): Promise<Task> {
      const { view } = await open(principal, taskId, run)
      const events = await runs.eventsOf([run], factEvents)
      for (const event of events.get(run.id) ?? []) view.note(event)
      return printTask(view)
    },

    /** Which task a run is a turn of; also when the task was deleted. */
    async idOf(run: Run): Promise<string> {
      const key = (await threads.keysOf([run])).get(run.threadId)
      return key === undefined ? run.threadId : printTaskId({ id: run.threadId, ...key })
    },
  }
}
