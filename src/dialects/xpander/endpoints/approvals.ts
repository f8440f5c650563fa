import type { z } from 'zod'
import type { Approval } from '../../../core/approvals/approval.ts'
import type { Decision } from '../../../core/events/event.ts'
import { AppError, invalidField } from '../../../errors.ts'
import { endpoint, type Endpoint, type EndpointRequest } from '../../../http/endpoint.ts'
import type { XpanderServices } from '../index.ts'
import { printTaskId } from '../tasks/print-task.ts'
import { createTaskReader } from '../tasks/task-reader.ts'
import { reasonBy } from '../tasks/task-view.ts'
import { decisionSchema, taskParams, taskSchema } from '../tasks/wire-tasks.ts'

const tag = 'Approvals'

type Request = EndpointRequest<
  z.output<typeof taskParams>,
  unknown,
  z.output<typeof decisionSchema> | undefined
>

/** Both of the vendor's ways to write them: neither is documented with a method or a body. */
const mounts = [
  ['tasks', '/v1/tasks/{task_id}'],
  ['hitl', '/hitl/{task_id}'],
] as const

const verdicts = [
  ['approve', 'Let the call be made that a task waits with'],
  ['reject', 'Refuse the call that a task waits with; the agent is told'],
] as const

/** Answering the question that a paused task waits with, the first one where there are several. */
export function approvalEndpoints(services: XpanderServices): Endpoint[] {
  const { approvals, conversations } = services
  const reader = createTaskReader(services)

  async function decide({ principal, params, body }: Request, verdict: 'approve' | 'reject') {
    const { thread } = await reader.find(principal, params.task_id)
    const approval = thread.activeRunId === null ? null : await pending(principal, thread.activeRunId)
    if (approval === null) throw new AppError('not_waiting_for_that', { detail: nothingPending })
    const decision = readDecision(approval, verdict, body?.decision ?? null)
    const reason = reasonBy(body?.user_id || null, body?.reason || null)
    const result = decision === 'happened' ? (body?.result ?? null) : null
    try {
      await approvals.decide(principal, approval.id, { decision, reason, result })
    } catch (error) {
      if (!(error instanceof AppError) || !tooLate.has(error.code)) throw error
      throw new AppError('not_waiting_for_that', { detail: nothingPending, cause: error })
    }
    const { run } = await conversations.get(principal, thread.id)
    if (run === null) throw new AppError('thread_not_found')
    return await reader.print(principal, printTaskId(thread), run)
  }

  /** The oldest question of a run; null: it asks nothing. */
  async function pending(principal: Request['principal'], runId: string): Promise<Approval | null> {
    const page = { limit: 100, after: null }
    return (await approvals.list(principal, { runId, state: 'pending' }, page)).at(-1) ?? null
  }

  return mounts.flatMap(([name, path]) =>
    verdicts.map(([verdict, summary]) =>
      endpoint({
        id: `xpander.${name}.${verdict}`,
        method: 'POST',
        path: `${path}/${verdict}`,
        summary,
        tag,
        scope: 'runs:write',
        params: taskParams,
        body: decisionSchema,
        bodyOptional: true,
        reply: { status: 200, body: taskSchema },
        errors: ['thread_not_found', 'not_waiting_for_that'],
        handle: async (request) => await decide(request, verdict),
      }),
    ),
  )
}

const nothingPending = 'This task is not waiting for an approval.'

/** Somebody else was faster. */
const tooLate: ReadonlySet<string> = new Set(['approval_decided', 'run_finished'])

/** A call whose outcome is unknown takes more than a yes: what is to become of it. */
function readDecision(
  { kind }: Approval,
  verdict: 'approve' | 'reject',
  decision: Decision | null,
): Decision {
  if (kind === 'needs_decision' && decision !== null) return decision
  if (kind === 'needs_decision') {
    throw invalidField(
      'decision',
      'is needed, for it is not known whether the call was made: "happened", "again" or "give_up"',
    )
  }
  if (decision === null) return verdict
  throw invalidField('decision', 'must be absent: this call was not made yet, and is approved or rejected')
}
