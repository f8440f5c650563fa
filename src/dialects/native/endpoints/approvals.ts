import { z } from 'zod'
import type { ApprovalService } from '../../../core/approvals/approval-service.ts'
import type { Approval } from '../../../core/approvals/approval.ts'
import { endpoint, type Endpoint } from '../../../http/endpoint.ts'
import { printId } from '../../../lib/ids.ts'
import {
  idSchema,
  listReply,
  printOptionalTime,
  printPage,
  printTime,
  readId,
  readIdField,
  readPage,
} from '../wire-common.ts'
import { approvalListQuery, approvalSchema, decisionSchema } from '../wire-runs.ts'

const tag = 'Approvals'
const params = z.object({ approval_id: idSchema('approval') })

function printApproval(approval: Approval) {
  return {
    id: printId('approval', approval.id),
    run_id: printId('run', approval.runId),
    agent_id: printId('agent', approval.agentId),
    call_id: approval.callId,
    kind: approval.kind,
    mode: approval.mode,
    tool: approval.tool,
    arguments: approval.arguments,
    state: approval.state,
    decision: approval.decision,
    reason: approval.reason,
    created_at: printTime(approval.createdAt),
    decided_at: printOptionalTime(approval.decidedAt),
    lapsed_at: printOptionalTime(approval.lapsed?.at ?? null),
    lapsed_with: approval.lapsed?.runState ?? null,
  }
}

/** Questions to people, and their answers. */
export function approvalEndpoints({ approvals }: { approvals: ApprovalService }): Endpoint[] {
  return [
    endpoint({
      id: 'approvals.list',
      method: 'GET',
      path: '/approvals',
      tag,
      summary: 'List approvals, newest first',
      scope: 'runs:read',
      query: approvalListQuery,
      reply: { status: 200, body: listReply(approvalSchema) },
      errors: [],
      async handle({ principal, query }) {
        const filter = {
          ...(query.state === undefined ? {} : { state: query.state }),
          ...(query.run_id === undefined ? {} : { runId: readIdField('run', query.run_id, 'run_id') }),
          ...(query.agent_id === undefined
            ? {}
            : { agentId: readIdField('agent', query.agent_id, 'agent_id') }),
        }
        return printPage(
          await approvals.list(principal, filter, readPage(query, 'approval')),
          query,
          printApproval,
        )
      },
    }),
    endpoint({
      id: 'approvals.get',
      method: 'GET',
      path: '/approvals/{approval_id}',
      tag,
      summary: 'Read an approval',
      scope: 'runs:read',
      params,
      reply: { status: 200, body: approvalSchema },
      errors: ['approval_not_found'],
      handle: async (request) =>
        printApproval(await approvals.get(request.principal, readApprovalId(request.params))),
    }),
    endpoint({
      id: 'approvals.decide',
      method: 'POST',
      path: '/approvals/{approval_id}',
      tag,
      summary: 'Decide an approval',
      description:
        '`approve` or `reject` a call that waits for it. When a run needs a decision about a call whose outcome is unknown: `happened` (with its result), `again`, or `give_up`.',
      scope: 'runs:write',
      params,
      body: decisionSchema,
      reply: { status: 200, body: approvalSchema },
      errors: ['approval_not_found', 'approval_decided', 'run_finished'],
      async handle({ principal, params: path, body }) {
        const { approval } = await approvals.decide(principal, readApprovalId(path), {
          decision: body.decision,
          reason: body.reason ?? null,
          result: body.result ?? null,
        })
        return printApproval(approval)
      },
    }),
  ]
}

function readApprovalId(path: { approval_id: string }): string {
  return readId('approval', path.approval_id, 'approval_not_found')
}
