import type { z } from 'zod'
import type { Run } from '../../../core/runs/run.ts'
import { endpoint, replyWith, type Endpoint, type EndpointRequest } from '../../../http/endpoint.ts'
import { findAgent } from '../agents/find-agent.ts'
import type { XpanderServices } from '../index.ts'
import { createEarlierTasks } from '../tasks/earlier-tasks.ts'
import { printTask } from '../tasks/print-task.ts'
import { settleTask } from '../tasks/settle-task.ts'
import { createTaskStarter, type StartedTask } from '../tasks/task-starter.ts'
import { taskStream, wireFor } from '../tasks/task-stream.ts'
import { invocationParams, invocationQuery, invocationSchema } from '../tasks/wire-invoke.ts'
import { taskSchema } from '../tasks/wire-tasks.ts'

const tag = 'Invocation'

type Request = EndpointRequest<
  z.output<typeof invocationParams>,
  z.output<typeof invocationQuery>,
  z.output<typeof invocationSchema>
>

export interface InvocationTimes {
  /** How long a synchronous call waits for its task, milliseconds. */
  longestWait?: number
  /** How long a stream stays open while its task is paused, milliseconds. */
  patience?: number
}

/** Running an agent: wait for the task, do not wait, or follow it. */
export function invocationEndpoints(
  services: XpanderServices,
  { longestWait = 1_200_000, patience = 600_000 }: InvocationTimes = {},
): Endpoint[] {
  const { runs } = services
  const starter = createTaskStarter(services)
  const { reader } = starter
  const earlier = createEarlierTasks({ runs, reader, longestWait })

  async function start(request: Request, background = false): Promise<StartedTask> {
    const { principal, params, query, body: invocation, resourceId: runId, dialect } = request
    const agent = await findAgent(services.agents, principal, params.agent_id)
    const version = query.version ?? request.headers('x-agent-version')
    return await starter.start({
      principal,
      agent,
      invocation,
      version,
      entry: 'sdk',
      runId,
      dialect,
      background,
    })
  }

  /** A run that is there already, as the events of its task. */
  async function follow({ principal, signal }: Request, run: Run, headers: Record<string, string> = {}) {
    const { view, agent } = await reader.openFromStart(principal, await reader.idOf(run), run)
    const events = (until: AbortSignal) => runs.follow(principal, run.id, { after: 0, signal: until })
    return await taskStream(wireFor(view, agent), events, { patience, signal, headers })
  }

  async function invoke(request: Request) {
    const started = await start(request)
    if ('duplicateOf' in started) {
      const { duplicateOf: run } = started
      return replyWith({ body: await earlier.waitFor(request, run), headers: await earlier.headersOf(run) })
    }
    const { accepted, view } = started
    const deadline = AbortSignal.any([request.signal, AbortSignal.timeout(longestWait)])
    const events = runs.followAccepted(accepted, deadline)
    await accepted.stored
    return printTask(await settleTask(view, events))
  }

  async function invokeLater(request: Request) {
    const started = await start(request, true)
    if ('duplicateOf' in started) {
      const { duplicateOf: run } = started
      const body = await reader.print(request.principal, await reader.idOf(run), run)
      return replyWith({ body, headers: await earlier.headersOf(run) })
    }
    await started.accepted.stored
    return printTask(started.view)
  }

  async function invokeAsStream(request: Request) {
    const started = await start(request)
    if ('duplicateOf' in started) {
      const { duplicateOf: run } = started
      return await follow(request, run, await earlier.headersOf(run))
    }
    const { accepted, view } = started
    return await taskStream(
      wireFor(view, accepted.agent),
      async (signal) => {
        const events = runs.followAccepted(accepted, signal)
        await accepted.stored
        return events
      },
      { patience, signal: request.signal },
    )
  }

  const common = {
    method: 'POST',
    tag,
    scope: 'runs:write',
    params: invocationParams,
    query: invocationQuery,
    body: invocationSchema,
  } as const
  const errors = [
    'agent_not_found',
    'agent_disabled',
    'agent_has_no_version',
    'version_not_found',
    'thread_of_other_agent',
    'daily_limit_reached',
    'duplicate_run',
    'feature_unavailable',
  ] as const
  const path = '/v1/agents/{agent_id}/invoke'

  return [
    endpoint({
      ...common,
      id: 'xpander.agents.invoke',
      path,
      summary: 'Run an agent and wait for the task',
      description:
        'Answers once the task has ended or is paused, after 20 minutes with the task as it is then. Whether it failed is told by `status`. A repeated request that the agent is set to take once answers the earlier task, with its id in `x-duplicate-of`.',
      reply: { status: 200, body: taskSchema },
      errors: [...errors],
      handle: invoke,
      async reattach(request, first) {
        const run = await earlier.find(request, first)
        return run === null ? await invoke(request) : await earlier.waitFor(request, run)
      },
    }),
    endpoint({
      ...common,
      id: 'xpander.agents.invoke_async',
      path: `${path}/async`,
      summary: 'Run an agent without waiting',
      reply: { status: 200, body: taskSchema },
      errors: [...errors],
      handle: invokeLater,
      async reattach(request, first) {
        const run = await earlier.find(request, first)
        if (run === null) return await invokeLater(request)
        return await reader.print(request.principal, await reader.idOf(run), run)
      },
    }),
    endpoint({
      ...common,
      id: 'xpander.agents.invoke_stream',
      path: `${path}/stream`,
      summary: 'Run an agent and follow the task',
      description:
        'Server-sent events, `data:` lines alone: `task_created`, `task_updated`, then `think`, `analyze`, `tool_call_request`, `tool_call_result` and `chunk`, and at last `task_finished`. The chunks together are the result; where the agent goes several rounds or answers in JSON, they are sent once it is known that they are.',
      reply: { status: 200, body: null, stream: true },
      errors: [...errors],
      handle: invokeAsStream,
      async reattach(request, first) {
        const run = await earlier.find(request, first)
        return run === null ? await invokeAsStream(request) : await follow(request, run)
      },
    }),
  ]
}
