import { AppError, invalidField } from '../../errors.ts'
import type { JsonValue } from '../../lib/json.ts'
import type { Principal } from '../access/principal.ts'
import type { Decision } from '../events/event.ts'
import type { AnswerService } from '../runs/answer-service.ts'
import type { RunService } from '../runs/run-service.ts'
import { decisionsFor, type Approval } from './approval.ts'
import type { ApprovalFilter, ApprovalStore } from './approval-store.ts'

export interface DecisionRequest {
  decision: Decision
  reason: string | null
  /** Only with `happened`: what the call returned. */
  result: JsonValue
}

export type ApprovalService = ReturnType<typeof createApprovalService>

/** Questions to people, and their answers. */
export function createApprovalService(deps: {
  store: ApprovalStore
  answers: AnswerService
  runs: Pick<RunService, 'get' | 'create'>
}) {
  const { store, answers, runs } = deps

  async function get(principal: Principal, id: string): Promise<Approval> {
    const approval = await store.find(principal.workspaceId, id)
    if (!approval) throw new AppError('approval_not_found')
    return approval
  }

  /**
   * The run that a deferred decision starts has the approval's own id, so that deciding it again after a crash cannot
   * start a second one.
   */
  async function startDeferred(
    principal: Principal,
    approval: Approval,
    request: DecisionRequest,
  ): Promise<void> {
    const origin = await runs.get(principal, approval.runId)
    const approved = request.decision === 'approve'
    const accepted = await runs.create(principal, {
      id: approval.id,
      agentId: approval.agentId,
      input: [
        {
          type: 'text',
          text: `The call of ${approval.tool} was ${approved ? 'approved' : 'rejected'} by a person.`,
        },
      ],
      thread: { id: origin.threadId },
      version: origin.agentVersion,
      tools: [],
      metadata: origin.metadata,
      dialect: origin.dialect,
      source: 'approval',
      answering: { approvals: 'defer', clientTools: 'unavailable' },
      parentRunId: origin.id,
      background: true,
      delaySeconds: 0,
      deferredCall: {
        approvalId: approval.id,
        tool: approval.tool,
        arguments: approval.arguments,
        approved,
        reason: request.reason,
        decidedBy: principal.userId,
      },
    })
    await accepted.stored
  }

  return {
    get,

    list: (
      principal: Principal,
      filter: ApprovalFilter,
      page: { limit: number; after: string | null },
    ): Promise<Approval[]> => store.list(principal.workspaceId, filter, page),

    /**
     * Answers a question, once. The run goes on in this process, or in the one that holds it.
     *
     * Errors: `approval_not_found`, `approval_decided`, `run_finished`, `invalid_request` for a decision of another kind.
     */
    async decide(principal: Principal, id: string, request: DecisionRequest): Promise<Approval> {
      const approval = await get(principal, id)
      const allowed = decisionsFor[approval.kind]
      if (!allowed.includes(request.decision)) {
        throw invalidField('decision', `this question takes one of: ${allowed.join(', ')}`)
      }
      if (request.result !== null && request.decision !== 'happened') {
        throw invalidField('result', 'only "happened" takes a result')
      }
      const record = async (transaction: Parameters<ApprovalStore['decide']>[0]): Promise<void> => {
        const { decision, reason, result } = request
        const open = await store.decide(transaction, id, { decision, reason, result, by: principal.userId })
        if (!open) throw new AppError('approval_decided')
      }
      if (approval.mode === 'defer') {
        await store.transaction(record)
        try {
          await startDeferred(principal, approval, request)
        } catch (error) {
          await store.reopen(id)
          throw error
        }
      } else {
        const { decision, reason, result } = request
        const { callId } = approval
        await answers.decide(
          approval.runId,
          { kind: 'decision', approvalId: id, callId, decision, reason, result, decidedBy: principal.userId },
          record,
        )
      }
      return await get(principal, id)
    },
  }
}
