import { z } from 'zod'
import type { Approval } from '../../../core/approvals/approval.ts'
import { AppError, invalidField } from '../../../errors.ts'
import { endpoint, type Endpoint } from '../../../http/endpoint.ts'
import type { MakeServices } from '../index.ts'
import { printApproval } from '../print-runs.ts'
import { failureReplies, finishRun } from '../run-flow.ts'
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
      async handle({ principal, params, query, body, signal }) {
        await requireTeam(access.directory, principal, query.teamId)
        const agentId = readUuid(params.agentId, 'agent_not_found')
        const asked = await approvals.get(principal, readUuid(params.approvalId, 'approval_not_found'))
        if (asked.agentId !== agentId) throw new AppError('approval_not_found')
        refuseArguments(asked, body)
        const { decision, reason = null, args } = body
        const { startedRunId } = await approvals.decide(principal, asked.id, {
          decision,
          reason,
          result: null,
          ...(args !== undefined && { arguments: args }),
        })
        const run = await runs.get(principal, startedRunId ?? asked.runId)
        const printer = await reader.open(principal, run)
        const events = await runs.follow(principal, run.id, { after: 0, signal })
        return await finishRun(printer, events[Symbol.asyncIterator]())
      },
    }),
  ]
}

function refuseArguments({ mode }: Approval, { decision, args }: Decision): void {
  if (args === undefined) return
  if (decision !== 'approve') throw invalidField('args', 'goes only with approve')
  if (mode !== 'defer') throw invalidField('args', 'the run that asked goes on with its own')
}
