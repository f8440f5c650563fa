import { z } from 'zod'
import type { Principal } from '../../../core/access/principal.ts'
import type { Thread } from '../../../core/threads/thread.ts'
import { endpoint, type Endpoint } from '../../../http/endpoint.ts'
import type { MakeServices } from '../index.ts'
import { printIteration, printThread } from '../print-runs.ts'
import { createRunReader } from '../run-reader.ts'
import { requireTeam, teamQuery } from '../team.ts'
import { threadNamespace } from '../translate-runs.ts'
import { agentParams } from '../wire-agents.ts'
import { readUuid } from '../wire-common.ts'
import { historyQuery, readWindow, threadParams, threadSchema, threadSummarySchema } from '../wire-runs.ts'

const tag = 'Agent threads'
const path = '/ai-agents/v1/agents/{agentId}/threads'

/** Conversations, by what their callers call them: the vendor has no such routes. */
export function threadEndpoints(services: MakeServices): Endpoint[] {
  const { access, agents, runs, threads } = services
  const reader = createRunReader(services)

  async function find(
    principal: Principal,
    teamId: number,
    { agentId, threadId }: z.output<typeof threadParams>,
  ): Promise<Thread> {
    await requireTeam(access.directory, principal, teamId)
    const key = { namespace: threadNamespace, key: threadId }
    return await threads.getByKey(principal, readUuid(agentId, 'agent_not_found'), key)
  }

  return [
    endpoint({
      id: 'threads.list',
      method: 'GET',
      path,
      tag,
      summary: 'List the threads of an agent, newest first',
      scope: 'runs:read',
      params: agentParams,
      query: historyQuery,
      reply: { status: 200, body: z.array(threadSummarySchema) },
      errors: ['agent_not_found', 'workspace_forbidden'],
      async handle({ principal, params, query }) {
        await requireTeam(access.directory, principal, query.teamId)
        const { id: agentId } = await agents.get(principal, readUuid(params.agentId, 'agent_not_found'))
        const { limit, window } = readWindow(query)
        const filter = { agentId, namespace: threadNamespace }
        return window(await threads.list(principal, filter, { limit, after: null })).map(printThread)
      },
    }),
    endpoint({
      id: 'threads.get',
      method: 'GET',
      path: `${path}/{threadId}`,
      tag,
      summary: 'Read a thread with the steps of its runs',
      description: 'The newest `pg[limit]` of its runs, 100 unless told otherwise, oldest first.',
      scope: 'runs:read',
      params: threadParams,
      query: historyQuery,
      reply: { status: 200, body: threadSchema },
      errors: ['agent_not_found', 'thread_not_found', 'workspace_forbidden'],
      async handle({ principal, params, query }) {
        const thread = await find(principal, query.teamId, params)
        const { limit, window } = readWindow(query)
        const newest = await runs.list(principal, { threadId: thread.id }, { limit, after: null })
        const iterations = (await reader.read(principal, window(newest).toReversed())).map(printIteration)
        return {
          ...printThread(thread),
          iterations,
          executionSteps: iterations.flatMap(({ executionSteps }) => executionSteps),
        }
      },
    }),
    endpoint({
      id: 'threads.delete',
      method: 'DELETE',
      path: `${path}/{threadId}`,
      tag,
      summary: 'Delete a thread',
      description: 'The same threadId begins a new conversation from then on.',
      scope: 'runs:write',
      params: threadParams,
      query: teamQuery,
      reply: { status: 204, body: null },
      errors: ['agent_not_found', 'thread_not_found', 'thread_busy', 'workspace_forbidden'],
      async handle({ principal, params, query }) {
        const { id } = await find(principal, query.teamId, params)
        await threads.remove(principal, id)
      },
    }),
  ]
}
