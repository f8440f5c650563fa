import type { Run } from '../../../core/runs/run.ts'
import { endpoint, type Endpoint } from '../../../http/endpoint.ts'
import type { XpanderServices } from '../index.ts'
import { printTaskId } from '../tasks/print-task.ts'
import { createTaskReader } from '../tasks/task-reader.ts'
import { resultEvents } from '../tasks/task-result.ts'
import { fullThreadEvents, printFullThread, printThread } from '../tasks/thread-messages.ts'
import { fullThreadReply, taskParams, threadReply } from '../tasks/wire-tasks.ts'

const tag = 'Tasks'
const path = '/v1/tasks/{task_id}/thread'

/** More turns of one conversation than these are not shown: the newest of them are. */
const mostTurns = 1000

/** What was said in tasks. */
export function threadEndpoints(services: XpanderServices): Endpoint[] {
  const { conversations, runs } = services
  const reader = createTaskReader(services)

  async function print(taskId: string, turns: readonly Run[]) {
    return printFullThread(taskId, turns, await runs.eventsOf(turns, fullThreadEvents))
  }

  const common = { method: 'GET', tag, scope: 'runs:read', params: taskParams } as const
  return [
    endpoint({
      ...common,
      id: 'xpander.tasks.thread',
      path,
      summary: 'Read what was said in a task',
      description: 'Oldest first, without the calls of tools and what is said in sub-tasks.',
      reply: { status: 200, body: threadReply },
      errors: ['thread_not_found'],
      async handle({ principal, params }) {
        const { thread } = await reader.find(principal, params.task_id)
        const turns = await conversations.runs(principal, thread.id, { limit: mostTurns })
        return printThread(printTaskId(thread), turns, await runs.eventsOf(turns, resultEvents))
      },
    }),
    endpoint({
      ...common,
      id: 'xpander.tasks.full_thread',
      path: `${path}/full`,
      summary: 'Read what was said in a task and its sub-tasks, calls of tools included',
      reply: { status: 200, body: fullThreadReply },
      errors: ['thread_not_found'],
      async handle({ principal, params }) {
        const { thread, run } = await reader.find(principal, params.task_id)
        const limit = { limit: mostTurns }
        const root = await print(printTaskId(thread), await conversations.runs(principal, thread.id, limit))
        const subTasks = await Promise.all(
          (await reader.subTasksOf(principal, run)).map(async ({ thread: { id, namespace, key } }) => {
            const taskId = printTaskId({ id, namespace, key })
            return [taskId, await print(taskId, await conversations.runs(principal, id, limit))] as const
          }),
        )
        return { ...Object.fromEntries(subTasks), root }
      },
    }),
  ]
}
