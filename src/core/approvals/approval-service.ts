import { AppError, invalidField } from '../../errors.ts'
import { faultPoint } from '../../lib/fault-point.ts'
import type { Clock } from '../../lib/clock.ts'
import { newId } from '../../lib/ids.ts'
import type { JsonValue } from '../../lib/json.ts'
import type { Principal } from '../access/principal.ts'
import type { RunOverrides } from '../agents/agent.ts'
import type { PinnedTools } from '../agents/run-tools.ts'
import { visiblePage } from '../agents/visible.ts'
import type { Decision } from '../events/event.ts'
import type { AnswerService } from '../runs/answer-service.ts'
import type { RunService } from '../runs/run-service.ts'
import type { ToolDefinition } from '../tools/tool.ts'
import { decisionsFor, type Approval } from './approval.ts'
import type { ApprovalFilter, ApprovalStore, DeferredDecision } from './approval-store.ts'

/** How many left-behind decisions are started at a time. */
const resumeSize = 100

export interface DecisionRequest {
  decision: Decision
  reason: string | null
  /** Only with `happened`: what the call returned. */
  result: JsonValue
  /** Only with `approve`, and only for a deferred call: what it is made with instead. */
  arguments?: JsonValue
  /**
   * A pre-minted id of the run that a decision on a deferred call starts: a decision that is repeated with it before that
   * run is there is the same one. Default: a new one.
   */
  startedRunId?: string
}

/** A question as it was answered. */
export interface Decided {
  approval: Approval
  /** The run that makes a deferred call, or tells the agent that it was rejected; null: the run that asked goes on. */
  startedRunId: string | null
}

export type ApprovalService = ReturnType<typeof createApprovalService>

/** Questions to people, and their answers. */
export function createApprovalService(deps: {
  store: ApprovalStore
  answers: AnswerService
  runs: Pick<RunService, 'get' | 'create' | 'pinsOf'>
  /** The tools that a run was given, their header values opened. */
  openRunTools: (runId: string, pins: PinnedTools) => ToolDefinition[]
  clock: Clock
  /** Whether this principal may see what an agent did, deleted or not. */
  canSee: (principal: Principal, agentId: string) => Promise<boolean>
}) {
  const { store, answers, runs, canSee, clock } = deps

  async function get(principal: Principal, id: string): Promise<Approval> {
    const approval = await store.find(principal.workspaceId, id)
    if (!approval || !(await canSee(principal, approval.agentId))) throw new AppError('approval_not_found')
    return approval
  }

  /**
   * Starts the run that makes a deferred call, or tells the agent that it was rejected. A run that is refused leaves the
   * question open again; one of which nobody knows whether it was stored is left to `resumeDeferred`.
   */
  async function start(principal: Principal, decision: DeferredDecision): Promise<void> {
    const { approval, runId } = decision
    try {
      await create(principal, decision)
    } catch (error) {
      const refused = error instanceof AppError && error.code !== 'database_unavailable'
      if (!refused || (await store.reopen(approval.id, runId))) throw error
    }
    await store.started(runId)
  }

  async function create(principal: Principal, decision: DeferredDecision): Promise<void> {
    const { approval, runId, approved, reason, decidedBy } = decision
    const origin = await runs.get(principal, approval.runId)
    const pins = await runs.pinsOf(principal, origin.id)
    const accepted = await runs.create(principal, {
      id: runId,
      agentId: approval.agentId,
      input: [
        {
          type: 'text',
          text: `The call of ${approval.tool} was ${approved ? 'approved' : 'rejected'} by a person.`,
        },
      ],
      thread: { id: origin.threadId },
      version: origin.agentVersion,
      tools: deps.openRunTools(origin.id, pins),
      overrides: toldTheTime(pins.overrides, clock.now()),
      // What was asked about is what is called, whatever became of the tool since.
      toolRevisions: pins.toolRevisions,
      evenDisabled: pins.evenDisabled === true,
      evenDeleted: pins.evenDeleted === true,
      metadata: origin.metadata,
      dialect: origin.dialect,
      source: 'approval',
      answering: { approvals: 'defer', clientTools: 'unavailable' },
      parentRunId: origin.id,
      // It begins here, as any other run whose caller is waiting; if this process dies, it is an orphan like them.
      background: false,
      delaySeconds: 0,
      deferredCall: {
        approvalId: approval.id,
        tool: approval.tool,
        arguments: approval.arguments,
        approved,
        reason,
        decidedBy,
      },
    })
    await accepted.stored
  }

  return {
    get,

    /** Newest first, only those this principal may see. */
    list: (
      principal: Principal,
      filter: ApprovalFilter,
      page: { limit: number; after: string | null },
    ): Promise<Approval[]> =>
      visiblePage(
        page,
        (part) => store.list(principal.workspaceId, filter, part),
        (agentId) => canSee(principal, agentId),
      ),

    /**
     * Answers a question, once. The run goes on in this process, or in the one that holds it.
     *
     * Errors: `approval_not_found`, `approval_decided`, `run_finished`, `invalid_request` for a decision of another kind.
     */
    async decide(principal: Principal, id: string, request: DecisionRequest): Promise<Decided> {
      const approval = await get(principal, id)
      const allowed = decisionsFor[approval.kind]
      if (!allowed.includes(request.decision)) {
        throw invalidField('decision', `this question takes one of: ${allowed.join(', ')}`)
      }
      if (request.result !== null && request.decision !== 'happened') {
        throw invalidField('result', 'only "happened" takes a result')
      }
      if (request.arguments !== undefined) refuseArguments(approval, request.decision)
      const { decision, reason, result, arguments: args, startedRunId } = request
      const runToStart = approval.mode === 'defer' ? (startedRunId ?? newId()) : null
      // A repeated one may be the one that was recorded: the store tells.
      if (approval.state !== 'pending' && (runToStart === null || startedRunId === undefined))
        throw new AppError('approval_decided')
      const record = async (transaction: Parameters<ApprovalStore['decide']>[0]): Promise<void> => {
        const by = principal.userId
        const decided = {
          decision,
          reason,
          result,
          by,
          runToStart,
          ...(args !== undefined && { arguments: args }),
        }
        if (!(await store.decide(transaction, id, decided))) throw new AppError('approval_decided')
      }
      if (runToStart !== null) {
        await store.transaction(record)
        faultPoint('run.answer_recorded')
        const { userId: decidedBy, organizationId } = principal
        const approved = decision === 'approve'
        await start(principal, {
          approval: { ...approval, arguments: args ?? approval.arguments },
          runId: runToStart,
          approved,
          reason,
          decidedBy,
          organizationId,
        })
      } else {
        const { callId } = approval
        await answers.decide(
          approval.runId,
          { kind: 'decision', approvalId: id, callId, decision, reason, result, decidedBy: principal.userId },
          record,
        )
      }
      return { approval: await get(principal, id), startedRunId: runToStart }
    },

    /** Starts the runs of decisions on deferred calls whose process died between recording and starting them. */
    async resumeDeferred(): Promise<void> {
      for (const decision of await store.leftBehind(resumeSize)) {
        if (decision.stored) {
          await store.started(decision.runId)
          continue
        }
        try {
          await start(decider(decision), decision)
        } catch (error) {
          // The question is open again: whoever decides it next is told what is wrong.
          if (!(error instanceof AppError)) throw error
        }
      }
    },
  }
}

function refuseArguments({ mode }: Approval, decision: Decision): void {
  if (decision !== 'approve') throw invalidField('arguments', 'only "approve" takes other arguments')
  if (mode !== 'defer')
    throw invalidField(
      'arguments',
      'the run that asked goes on with its own; only a deferred call takes others',
    )
}

/** The same as the run that asked was told, but the time. */
function toldTheTime(overrides: RunOverrides | null, now: number): RunOverrides | null {
  if (overrides?.currentTime === undefined) return overrides
  return { ...overrides, currentTime: new Date(now).toISOString().replace('Z', '+00:00') }
}

/** Who decided, as far as a run needs to know. That they were allowed to was checked then, so nothing is refused for it now. */
function decider({ approval, decidedBy, organizationId }: DeferredDecision): Principal {
  const { workspaceId } = approval
  return { organizationId, workspaceId, userId: decidedBy, keyId: '', role: 'owner', scopes: new Set() }
}
