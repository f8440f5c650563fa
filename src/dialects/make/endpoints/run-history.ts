import { z } from 'zod'
import type { Principal } from '../../../core/access/principal.ts'
import type { Run } from '../../../core/runs/run.ts'
import { endpoint, type Endpoint } from '../../../http/endpoint.ts'
import type { MakeServices } from '../index.ts'
import { printIteration, printRunSummary } from '../print-runs.ts'
import { createRunReader, printThreadKey } from '../run-reader.ts'
import { requireTeam, teamQuery } from '../team.ts'
import { agentParams } from '../wire-agents.ts'
import { readUuid } from '../wire-common.ts'
import { historyQuery, iterationSchema, readWindow, runParams, runSummarySchema } from '../wire-runs.ts'

const tag = 'Agent runs'
const path = '/ai-agents/v1/agents/{agentId}/runs'

/** The runs that an agent has had: the vendor has no such routes. */
export function runHistoryEndpoints(services: MakeServices): Endpoint[] {
  const { access, agents, answers, runs, threads } = services
  const reader = createRunReader(services)

  /** The run that a path names, as this principal may see it. */
  async function find(
    principal: Principal,
    teamId: number,
    params: z.output<typeof runParams>,
  ): Promise<Run> {
    await requireTeam(access.directory, principal, teamId)
    const agentId = readUuid(params.agentId, 'agent_not_found')
    return await reader.find(principal, agentId, readUuid(params.runId, 'run_not_found'))
  }

  return [
    endpoint({
      id: 'runs.list',
      method: 'GET',
      path,
      tag,
      summary: 'List the runs of an agent, newest first',
      scope: 'runs:read',
      params: agentParams,
      query: historyQuery,
      reply: { status: 200, body: z.array(runSummarySchema) },
      errors: ['agent_not_found', 'workspace_forbidden'],
      async handle({ principal, params, query }) {
        await requireTeam(access.directory, principal, query.teamId)
        const { id: agentId } = await agents.get(principal, readUuid(params.agentId, 'agent_not_found'))
        const { limit, window } = readWindow(query)
        const list = window(await runs.list(principal, { agentId }, { limit, after: null }))
        const keys = await threads.keysOf(list)
        return list.map((run) => printRunSummary(run, printThreadKey(run, keys)))
      },
    }),
    endpoint({
      id: 'runs.get',
      method: 'GET',
      path: `${path}/{runId}`,
      tag,
      summary: 'Read a run with its steps',
      description: 'The id of a run is the agentIterationId of its steps.',
      scope: 'runs:read',
      params: runParams,
      query: teamQuery,
      reply: { status: 200, body: iterationSchema },
      errors: ['run_not_found', 'agent_not_found', 'workspace_forbidden'],
      async handle({ principal, params, query }) {
        const run = await find(principal, query.teamId, params)
        return printIteration(await reader.readOne(principal, run))
      },
    }),
    endpoint({
      id: 'runs.cancel',
      method: 'POST',
      path: `${path}/{runId}/cancel`,
      tag,
      summary: 'Cancel a run',
      description: 'Answers once the run has ended, or after two seconds with the run as it is then.',
      scope: 'runs:write',
      params: runParams,
      query: teamQuery,
      reply: { status: 200, body: runSummarySchema },
      errors: ['run_not_found', 'agent_not_found', 'run_finished', 'workspace_forbidden'],
      async handle({ principal, params, query }) {
        const { id } = await find(principal, query.teamId, params)
        const run = await answers.cancel(principal, id, 'Cancelled by request.')
        return printRunSummary(run, printThreadKey(run, await threads.keysOf([run])))
      },
    }),
  ]
}
