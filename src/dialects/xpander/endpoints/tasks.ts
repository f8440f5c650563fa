import type { Principal } from '../../../core/access/principal.ts'
import type { RunState } from '../../../core/runs/run.ts'
import type { ConversationFilter } from '../../../core/threads/conversation.ts'
import { AppError, invalidField } from '../../../errors.ts'
import { endpoint, type Endpoint } from '../../../http/endpoint.ts'
import { findAgent } from '../agents/find-agent.ts'
import type { Place } from '../tasks/events.ts'
import type { XpanderServices } from '../index.ts'
import { businessFailures, printTaskId, waitsFor, printTaskListItem } from '../tasks/print-task.ts'
import { notedAs } from '../tasks/task-notes.ts'
import { createTaskReader } from '../tasks/task-reader.ts'
import { resultBy, resultEvents } from '../tasks/task-result.ts'
import { taskStream, wireFor } from '../tasks/task-stream.ts'
import { printPage, readPage } from '../wire-common.ts'
import { invocationParams } from '../tasks/wire-invoke.ts'
import {
  agentTasksQuery,
  taskPage,
  taskParams,
  taskSchema,
  tasksQuery,
  type TasksQuery,
  type TaskStatus,
} from '../tasks/wire-tasks.ts'

const tag = 'Tasks'
const path = '/v1/tasks/{task_id}'

const states: Record<TaskStatus, RunState> = {
  pending: 'queued',
  executing: 'running',
  paused: 'waiting',
  completed: 'completed',
  failed: 'failed',
  error: 'failed',
  stopped: 'cancelled',
}

/** `patience`: how long a stream stays open while its task is paused, milliseconds. */
export function taskEndpoints(services: XpanderServices, { patience = 600_000 } = {}): Endpoint[] {
  const { agents, conversations, runs, threads } = services
  const reader = createTaskReader(services)

  async function list(principal: Principal, query: TasksQuery, agentId: string | undefined) {
    const waitingFor = query.internal_status === undefined ? undefined : waitsFor(query.internal_status)
    // A status of a client's own invention: none has it.
    if (waitingFor === null) return printPage([], 0, query)
    const filter: ConversationFilter = { ...readFilter(query), ...(waitingFor && { waitingFor }) }
    if (agentId !== undefined) filter.agentId = agentId
    const { items, total } = await conversations.list(principal, filter, readPage(query))
    const completed = items.map(({ run }) => run).filter(({ state }) => state === 'completed')
    const events = await runs.eventsOf(completed, resultEvents)
    return printPage(
      items.map(({ thread, run }) => printTaskListItem(thread, run, resultBy(run, events.get(run.id) ?? []))),
      total,
      query,
    )
  }

  return [
    endpoint({
      id: 'xpander.tasks.list',
      method: 'GET',
      path: '/v1/tasks',
      summary: 'List tasks, newest first',
      tag,
      scope: 'runs:read',
      query: tasksQuery,
      reply: { status: 200, body: taskPage },
      errors: [],
      async handle({ principal, query }) {
        const { agent_id: name } = query
        if (name === undefined) return await list(principal, query, undefined)
        try {
          return await list(principal, query, (await findAgent(agents, principal, name)).id)
        } catch (error) {
          // A filter that fits nothing; the tasks of an agent that was deleted are still there.
          if (!(error instanceof AppError) || error.code !== 'agent_not_found') throw error
          return /^[0-9a-f-]{36}$/i.test(name)
            ? await list(principal, query, name.toLowerCase())
            : printPage([], 0, query)
        }
      },
    }),
    endpoint({
      id: 'xpander.agents.tasks',
      method: 'GET',
      path: '/v1/agents/{agent_id}/tasks',
      summary: 'List the tasks of an agent, newest first',
      tag,
      scope: 'runs:read',
      params: invocationParams,
      query: agentTasksQuery,
      reply: { status: 200, body: taskPage },
      errors: ['agent_not_found'],
      async handle({ principal, params, query }) {
        const agent = await findAgent(agents, principal, params.agent_id)
        return await list(principal, query, agent.id)
      },
    }),
    endpoint({
      id: 'xpander.tasks.get',
      method: 'GET',
      path,
      summary: 'Read a task',
      description: 'A conversation as its latest turn left it.',
      tag,
      scope: 'runs:read',
      params: taskParams,
      reply: { status: 200, body: taskSchema },
      errors: ['thread_not_found'],
      async handle({ principal, params }) {
        const { thread, run } = await reader.find(principal, params.task_id)
        return await reader.print(principal, printTaskId(thread), run)
      },
    }),
    endpoint({
      id: 'xpander.tasks.stop',
      method: 'POST',
      path: `${path}/stop`,
      summary: 'Stop a task',
      description: 'Turns that wait are stopped too. A task that has ended is answered as it is.',
      tag,
      scope: 'runs:write',
      params: taskParams,
      reply: { status: 200, body: taskSchema },
      errors: ['thread_not_found', 'thread_busy'],
      async handle({ principal, params }) {
        const { thread: begun } = await reader.find(principal, params.task_id)
        await threads.endRuns(principal, begun.id, 'Stopped by request.')
        const { thread, run } = await reader.find(principal, params.task_id)
        return await reader.print(principal, printTaskId(thread), run)
      },
    }),
    endpoint({
      id: 'xpander.tasks.delete',
      method: 'DELETE',
      path,
      summary: 'Delete a task and its conversation',
      description: 'It is stopped first. The same id begins a new conversation from then on.',
      tag,
      scope: 'runs:write',
      params: taskParams,
      reply: { status: 204, body: null },
      errors: ['thread_not_found', 'thread_busy'],
      async handle({ principal, params }) {
        const { thread } = await reader.find(principal, params.task_id)
        await threads.removeWithRuns(principal, thread.id)
      },
    }),
    endpoint({
      id: 'xpander.tasks.events',
      method: 'GET',
      path: `${path}/events`,
      summary: 'Follow the latest turn of a task',
      description:
        'The events of `invoke/stream`, from the first one on, with ids: `Last-Event-ID` resumes after one of them. Not an operation of the vendor.',
      tag,
      scope: 'runs:read',
      params: taskParams,
      reply: { status: 200, body: null, stream: true },
      errors: ['thread_not_found'],
      async handle({ principal, params, headers, signal }) {
        const { thread, run } = await reader.find(principal, params.task_id)
        const { view, agent } = await reader.openFromStart(principal, printTaskId(thread), run)
        const after = readEventId(headers('last-event-id'), run.id)
        const events = (until: AbortSignal) => runs.follow(principal, run.id, { after: 0, signal: until })
        return await taskStream(wireFor(view, agent, { after }), events, { patience, signal })
      },
    }),
  ]
}

function readFilter(query: TasksQuery): ConversationFilter {
  const { user_id: userId, parent_task_id: parent, triggering_agent_id: trigger, status } = query
  const notes = {
    ...(userId !== undefined && { user: { id: userId } }),
    ...(parent !== undefined && { parent_execution: parent }),
    ...(trigger !== undefined && { triggering_agent_id: trigger }),
  }
  return {
    ...(status !== undefined && { states: [states[status]] }),
    ...(status === 'failed' && { errorCodes: { among: businessFailures } }),
    ...(status === 'error' && { errorCodes: { notAmong: businessFailures } }),
    ...(Object.keys(notes).length > 0 && { metadata: notedAs(notes) }),
  }
}

const eventIdForm = /^([0-9a-f-]{36})\.(\d{1,9})\.(\d{1,9})$/

/** Where a reader was; null: nowhere in this turn, so that it is told all of it. */
function readEventId(header: string | undefined, runId: string): Place | null {
  if (header === undefined || header === '') return null
  const match = eventIdForm.exec(header)
  if (match === null) throw invalidField('Last-Event-ID', 'must be the id of an event of this task')
  const [, run, seq, index] = match
  return run === runId ? { seq: Number(seq), index: Number(index) } : null
}
