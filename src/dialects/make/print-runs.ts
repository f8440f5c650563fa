import type { z } from 'zod'
import type { Approval } from '../../core/approvals/approval.ts'
import type { Run } from '../../core/runs/run.ts'
import type { Thread } from '../../core/threads/thread.ts'
import { runErrorBody } from './run-flow.ts'
import type { ReadRun } from './run-reader.ts'
import { printTime } from './wire-common.ts'
import type { approvalSchema, iterationSchema, runSummarySchema, threadSummarySchema } from './wire-runs.ts'

/** A run of a thread: what `/run` answered, and what became of it. */
export function printIteration({ run, printer }: ReadRun): z.input<typeof iterationSchema> {
  const { error } = printer
  return {
    ...printer.print(),
    state: run.state,
    createdAt: printTime(run.createdAt),
    error: error === null ? null : runErrorBody(error),
  }
}

/** `threadId`: what its callers call its thread. */
export function printRunSummary(run: Run, threadId: string): z.input<typeof runSummarySchema> {
  return {
    agentIterationId: run.id,
    threadId,
    state: run.state,
    response: run.output,
    createdAt: printTime(run.createdAt),
    finishedAt: run.finishedAt === null ? null : printTime(run.finishedAt),
  }
}

export function printThread(thread: Thread): z.input<typeof threadSummarySchema> {
  return {
    threadId: thread.key,
    createdAt: printTime(thread.createdAt),
    updatedAt: printTime(thread.updatedAt),
  }
}

export function printApproval(approval: Approval): z.input<typeof approvalSchema> {
  const { id, state, decision, reason, tool, arguments: args, callId, runId } = approval
  return {
    id,
    status: state,
    decision,
    reason,
    name: tool,
    args: args ?? {},
    toolCallId: callId,
    agentIterationId: runId,
    createdAt: printTime(approval.createdAt),
    decidedAt: approval.decidedAt === null ? null : printTime(approval.decidedAt),
  }
}
