import type { Run, Usage, WaitingFor } from '../../core/runs/run.ts'
import type { InputPart } from '../../core/runs/run.ts'
import { printId } from '../../lib/ids.ts'
import { printOptionalTime, printTime } from './wire-common.ts'

export function printUsage(usage: Usage) {
  return {
    input_tokens: usage.inputTokens,
    cached_input_tokens: usage.cachedInputTokens,
    output_tokens: usage.outputTokens,
    reasoning_tokens: usage.reasoningTokens,
    total_tokens: usage.totalTokens,
    model_calls: usage.modelCalls,
  }
}

export function printPart(part: InputPart) {
  if (part.type === 'text') return part
  const { type, mediaType, filename } = part
  const base = { type, media_type: mediaType, filename }
  return 'url' in part ? { ...base, url: part.url } : { ...base, blob: part.blob }
}

export function printWaitingFor(waitingFor: WaitingFor) {
  if (waitingFor.type === 'tool_outputs') {
    return {
      type: waitingFor.type,
      calls: waitingFor.calls.map((call) => ({
        call_id: call.callId,
        tool: call.tool,
        arguments: call.arguments,
      })),
    }
  }
  return {
    type: waitingFor.type,
    approvals: waitingFor.approvals.map((approval) => ({
      approval_id: printId('approval', approval.approvalId),
      call_id: approval.callId,
      tool: approval.tool,
      arguments: approval.arguments,
    })),
  }
}

/** A run as the native API shows it. */
export function printRun(run: Run) {
  return {
    id: printId('run', run.id),
    agent_id: printId('agent', run.agentId),
    agent_version: run.agentVersion,
    thread_id: printId('thread', run.threadId),
    parent_run_id: run.parentRunId === null ? null : printId('run', run.parentRunId),
    state: run.state,
    dialect: run.dialect,
    source: run.source,
    input: run.input.map(printPart),
    output: run.output,
    output_json: run.outputJson,
    error: run.error,
    model: run.model,
    usage: run.usage === null ? null : printUsage(run.usage),
    cost: run.usage?.cost ?? null,
    waiting_for: run.waitingFor === null ? null : printWaitingFor(run.waitingFor),
    metadata: run.metadata,
    created_at: printTime(run.createdAt),
    started_at: printOptionalTime(run.startedAt),
    finished_at: printOptionalTime(run.finishedAt),
  }
}
