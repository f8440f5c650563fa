import { z } from 'zod'
import type { Principal } from '../../../core/access/principal.ts'
import type { Approval } from '../../../core/approvals/approval.ts'
import { AppError, invalidField } from '../../../errors.ts'
import { endpoint, type Endpoint, type ReplyWith } from '../../../http/endpoint.ts'
import type { MakeServices } from '../index.ts'
import { printApproval } from '../print-runs.ts'
import { failureReplies, finishRun } from '../run-flow.ts'
import type { PrintedRun } from '../run-printer.ts'
import { createRunReader } from '../run-reader.ts'
import { requireTeam, teamQuery } from '../team.ts'
import { agentParams } from '../wire-agents.ts'
import { readUuid } from '../wire-common.ts'
import {
  approvalListQuery,
  approvalParams,
  approvalSchema,
  decisionSchema,
  readWindow,
  runReplySchema,
} from '../wire-runs.ts'

type Decision = z.output<typeof decisionSchema>

const tag = 'Agent approvals'
const path = '/ai-agents/v1/agents/{agentId}/approvals'

/** Calls that a person decides on: the vendor has no such routes. */
export function approvalEndpoints(services: MakeServices): Endpoint[] {
  const { access, agents, approvals, runs } = services
  const reader = createRunReader(services)

  async function find(principal: Principal, params: z.output<typeof approvalParams>): Promise<Approval> {
    const agentId = readUuid(params.agentId, 'agent_not_found')
    const asked = await approvals.get(principal, readUuid(params.approvalId, 'approval_not_found'))
    if (asked.agentId !== agentId) throw new AppError('approval_not_found')
    return asked
  }

  /** Answers with a run once it has ended. */
  async function finish(
    principal: Principal,
    runId: string,
    signal: AbortSignal,
  ): Promise<PrintedRun | ReplyWith> {
    const run = await runs.get(principal, runId)
    const printer = await reader.open(principal, run)
    const events = await runs.follow(principal, run.id, { after: 0, signal })
    return await finishRun(printer, events[Symbol.asyncIterator]())
  }

  return [
    endpoint({
      id: 'approvals.list',
      method: 'GET',
      path,
      tag,
      summary: 'List the calls of an agent that a person decides on, newest first',
      scope: 'runs:read',
      params: agentParams,
      query: approvalListQuery,
      reply: { status: 200, body: z.array(approvalSchema) },
      errors: ['agent_not_found', 'workspace_forbidden'],
      async handle({ principal, params, query }) {
        await requireTeam(access.directory, principal, query.teamId)
        const { id: agentId } = await agents.get(principal, readUuid(params.agentId, 'agent_not_found'))
        const { limit, window } = readWindow(query)
        const filter = { agentId, ...(query.status !== undefined && { state: query.status }) }
        return window(await approvals.list(principal, filter, { limit, after: null })).map(printApproval)
      },
    }),
    endpoint({
      id: 'approvals.decide',
      method: 'POST',
      path: `${path}/{approvalId}`,
      tag,
      summary: 'Approve or reject a call',
      description:
        'An approved call is made, a rejected one is told to the agent; either goes on with the same thread. Answers as `/run` does, with the run that does so.',
      scope: 'runs:write',
      params: approvalParams,
      query: teamQuery,
      body: decisionSchema,
      reply: { status: 200, body: runReplySchema },
      otherReplies: failureReplies,
      errors: ['agent_not_found', 'approval_not_found', 'approval_decided', 'workspace_forbidden'],
      async reattach({ principal, params, resourceId, signal }) {
        const asked = await find(principal, params)
        // Whoever began ended before it decided: it is done now.
        if (asked.state === 'pending') throw new AppError('approval_not_found')
        return await finish(principal, asked.mode === 'defer' ? resourceId : asked.runId, signal)
      },
      async handle({ principal, params, query, body, resourceId, signal }) {
        await requireTeam(access.directory, principal, query.teamId)
        const asked = await find(principal, params)
        refuseArguments(asked, body)
        const { decision, reason = null, args } = body
        const { startedRunId } = await approvals.decide(principal, asked.id, {
          decision,
          reason,
          result: null,
          startedRunId: resourceId,
          ...(args !== undefined && { arguments: args }),
        })
        return await finish(principal, startedRunId ?? asked.runId, signal)
      },
    }),
  ]
}

function refuseArguments({ mode }: Approval, { decision, args }: Decision): void {
  if (args === undefined) return
  if (decision !== 'approve') throw invalidField('args', 'goes only with approve')
  if (mode !== 'defer') throw invalidField('args', 'the run that asked goes on with its own')
}
