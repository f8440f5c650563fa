import type { JournalEvent } from '../../core/events/entry.ts'
import type { EventTypes, RunEventType } from '../../core/events/event.ts'
import type { SseMessage } from '../../http/endpoint.ts'
import { printId } from '../../lib/ids.ts'
import { printPart, printUsage, printWaitingFor } from './print-run.ts'

type Print<Type extends RunEventType> = (data: EventTypes[Type]) => unknown

const call = (data: { callId: string; tool: string }) => ({ call_id: data.callId, tool: data.tool })

/** How the data of each event is printed. `null`: as it is stored. */
const prints = {
  'run.created': (data) => ({
    agent_id: printId('agent', data.agentId),
    agent_version: data.agentVersion,
    thread_id: printId('thread', data.threadId),
    dialect: data.dialect,
    source: data.source,
    parent_run_id: data.parentRunId === null ? null : printId('run', data.parentRunId),
    metadata: data.metadata,
  }),
  'message.created': ({ role, content, preceding }) => ({
    role,
    content: content.map(printPart),
    ...(preceding && { preceding }),
  }),
  'run.started': null,
  'run.resumed': null,
  'step.started': (data) => ({ step: data.step, model: data.model, requested_model: data.requestedModel }),
  'step.restarted': null,
  'reasoning.delta': null,
  'message.delta': null,
  'message.completed': (data) => ({
    step: data.step,
    role: data.role,
    text: data.text,
    reasoning: data.reasoning.map(({ text }) => ({ text })),
    calls: data.calls.map((made) => ({ ...call(made), arguments: made.arguments })),
    finish_reason: data.finishReason,
  }),
  'output.rejected': null,
  'iteration.completed': null,
  'attempt.failed': ({ attempt, error, waitMs }) => ({ attempt, error, wait_ms: waitMs }),
  'step.completed': (data) => ({
    step: data.step,
    model: data.model,
    usage: printUsage(data.usage),
    cost: data.usage.cost,
    ms: data.ms,
  }),
  'tool.called': (data) => ({
    ...call(data),
    arguments: data.arguments,
    arguments_hash: data.argumentsHash,
    effect_id: data.effectId,
    effects: data.effects,
  }),
  'tool.completed': (data) => ({ ...call(data), status: data.status, output: data.output, ms: data.ms }),
  'tool.outputs_received': (data) => ({
    outputs: data.outputs.map(({ callId, output }) => ({ call_id: callId, output })),
  }),
  'approval.requested': (data) => ({
    approval_id: printId('approval', data.approvalId),
    ...call(data),
    arguments: data.arguments,
    kind: data.kind,
    mode: data.mode,
  }),
  'approval.decided': (data) => ({
    approval_id: printId('approval', data.approvalId),
    call_id: data.callId,
    decision: data.decision,
    reason: data.reason,
    result: data.result,
    decided_by: printId('user', data.decidedBy),
  }),
  'run.waiting': (data) => ({ waiting_for: printWaitingFor(data.waitingFor) }),
  'run.completed': (data) => ({
    output: data.output,
    output_json: data.outputJson,
    usage: printUsage(data.usage),
    cost: data.usage.cost,
  }),
  'run.failed': (data) => ({ error: data.error, usage: printUsage(data.usage), cost: data.usage.cost }),
  'run.cancelled': (data) => ({
    reason: data.reason,
    output: data.output ?? null,
    output_json: data.outputJson ?? null,
    usage: printUsage(data.usage),
    cost: data.usage.cost,
  }),
} satisfies { [Type in RunEventType]: Print<Type> | null }

/** The data of each event as it is printed. */
export type PrintedEventData = {
  [Type in RunEventType]: (typeof prints)[Type] extends (data: never) => infer Printed
    ? Printed
    : EventTypes[Type]
}

/** The data of an event as JSON text. */
function dataText(event: JournalEvent): string {
  const print = prints[event.type as RunEventType] as Print<RunEventType> | null // only run streams are printed here
  return print === null ? event.text : JSON.stringify(print(event.data as EventTypes[RunEventType]))
}

/** `runId` is the printed id of the run, the same for every event of a stream. */
function eventText(event: JournalEvent, runId: string): string {
  return `{"seq":${event.seq},"type":"${event.type}","run_id":"${runId}","at":"${event.at}","data":${dataText(event)}}`
}

/** An event as an item of a list. */
export function printEvent(event: JournalEvent) {
  return JSON.parse(eventText(event, printId('run', event.stream)))
}

/** Events as server-sent events, batch by batch. */
export async function* eventMessages(
  batches: AsyncIterable<JournalEvent[]>,
  runId: string,
): AsyncGenerator<SseMessage[]> {
  const printedId = printId('run', runId)
  for await (const batch of batches) {
    yield batch.map((event) => ({
      id: String(event.seq),
      event: event.type,
      data: eventText(event, printedId),
    }))
  }
}
