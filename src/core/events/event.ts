import type { JsonObject, JsonValue } from '../../lib/json.ts'
import type { EffectPolicy } from '../tools/tool.ts'
import type { InputPart, PrecedingMessage, RunError, Usage, WaitingFor } from '../runs/run.ts'

/** One call that the model asked for. `arguments` is what the model wrote, parsed; `raw` only when it was not JSON. */
export interface RequestedCall {
  callId: string
  tool: string
  arguments: JsonValue
  raw?: string
  /** The run has no tool of this name. */
  unknown?: true
}

/** What the model thought, with what its vendor needs back to go on (signatures). */
export interface ReasoningPart {
  text: string
  providerMetadata?: JsonObject
}

/**
 * Every fact a run's stream can hold. Data may be shown to everyone who may read the run: no secret is ever in it.
 * `step` counts model calls from 1. Milliseconds are named `ms`.
 */
export interface RunEvents {
  'run.created': {
    agentId: string
    agentVersion: number
    threadId: string
    dialect: string
    source: string
    parentRunId: string | null
    metadata: JsonObject
  }
  /** `preceding`: what was said before it, in the same request. */
  'message.created': { role: 'user'; content: InputPart[]; preceding?: PrecedingMessage[] }
  'run.started': { fence: number }
  'run.resumed': { fence: number; reason: 'recovered' | 'answered' }
  'step.started': { step: number; model: string; requestedModel: string }
  'step.restarted': { step: number; reason: string }
  'reasoning.delta': { step: number; text: string }
  'message.delta': { step: number; text: string }
  'message.completed': {
    step: number
    role: 'assistant'
    text: string
    reasoning: ReasoningPart[]
    calls: RequestedCall[]
    finishReason: string
  }
  /** The final answer did not have the form the agent promises; the model is told `message` and asked again. */
  'output.rejected': { step: number; message: string }
  /**
   * A round is done and another follows: `output` is its answer, which the model is asked to work on. `iteration` counts
   * from 1 up to `times` - 1: the last round's answer is the run's output.
   */
  'iteration.completed': { iteration: number; times: number; output: string }
  /**
   * The run failed and is done over from its input, `waitMs` after this event. Nothing that was said in it counts any
   * more. `attempt` counts from 1; steps are counted on.
   */
  'attempt.failed': { attempt: number; error: RunError; waitMs: number }
  'step.completed': { step: number; model: string; usage: Usage; ms: number }
  /** The intent: committed before the call of a tool that can change the world. */
  'tool.called': {
    callId: string
    tool: string
    arguments: JsonValue
    argumentsHash: string
    effectId: string
    effects: EffectPolicy | 'client'
  }
  'tool.completed': {
    callId: string
    tool: string
    status: 'ok' | 'error' | 'rejected' | 'pending_approval'
    output: JsonValue
    ms: number
  }
  'tool.outputs_received': { outputs: { callId: string; output: JsonValue }[] }
  'approval.requested': {
    approvalId: string
    callId: string
    tool: string
    arguments: JsonValue
    kind: 'approval' | 'needs_decision'
    mode: 'park' | 'defer'
  }
  'approval.decided': {
    approvalId: string
    callId: string
    decision: Decision
    reason: string | null
    result: JsonValue
    decidedBy: string
  }
  'run.waiting': { waitingFor: WaitingFor; usage: Usage }
  'run.completed': { output: string; outputJson: JsonValue; usage: Usage }
  'run.failed': { error: RunError; usage: Usage }
  /** With an output where an answer of the run is what ended it. */
  'run.cancelled': { reason: string; usage: Usage; output?: string; outputJson?: JsonValue }
}

export type Decision = 'approve' | 'reject' | 'happened' | 'again' | 'give_up'

export type RunEventType = keyof RunEvents

/** Facts of the streams that are not runs: agents, keys, tools, connections, phone numbers, members. `name` and ids only, no content. */
export interface ResourceEvents {
  'agent.created': { agentId: string; name: string }
  'agent.updated': { agentId: string; name: string }
  'agent.published': { agentId: string; version: number }
  'agent.restored': { agentId: string; version: number; from: number }
  'agent.deleted': { agentId: string }
  /** Documents are in the stream of their agent. */
  'document.added': { documentId: string; agentId: string; name: string }
  'document.removed': { documentId: string; agentId: string }
  'tool.created': { toolId: string; name: string }
  'tool.updated': { toolId: string; revision: number }
  'tool.deleted': { toolId: string }
  /** Somebody called it once, outside any run. `toolId` null: one that is not stored; its stream is the workspace's. */
  'tool.tried': { toolId: string | null; status: 'ok' | 'error' }
  'connection.created': { connectionId: string; name: string }
  'connection.updated': { connectionId: string; name: string }
  'connection.deleted': { connectionId: string }
  'key.created': { keyId: string; name: string }
  'key.revoked': { keyId: string }
  'phone_number.purchased': { phoneNumberId: string; name: string }
  'phone_number.updated': { phoneNumberId: string; name: string }
  /** `agentId` null: it is no agent's any more. */
  'phone_number.assigned': { phoneNumberId: string; agentId: string | null }
  'phone_number.released': { phoneNumberId: string }
  'member.added': { userId: string; role: string }
  'member.changed': { userId: string; role: string }
  'member.removed': { userId: string }
}

export type EventTypes = RunEvents & ResourceEvents
export type EventType = keyof EventTypes

/** An immutable fact: stream, number, type, data. */
export type Event<Type extends EventType = EventType> = {
  [T in Type]: { stream: string; seq: number; type: T; data: EventTypes[T]; at: string }
}[Type]

const terminal: ReadonlySet<EventType> = new Set(['run.completed', 'run.failed', 'run.cancelled'])

/** Whether nothing follows this event in its stream. */
export function endsStream(type: EventType): boolean {
  return terminal.has(type)
}
