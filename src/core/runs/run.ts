import type { JsonObject, JsonValue } from '../../lib/json.ts'
import type { PinnedDraft, RunOverrides } from '../agents/agent.ts'
import type { ToolDefinition } from '../tools/tool.ts'

export type RunState = 'queued' | 'running' | 'waiting' | 'completed' | 'failed' | 'cancelled'

/** A part of what a person or a program says to an agent. Bytes live in the blob store; `blob` is their id there. */
export type InputPart =
  | { type: 'text'; text: string }
  | { type: 'image' | 'audio' | 'file'; mediaType: string; blob: string; filename: string | null }
  | { type: 'image' | 'audio' | 'file'; mediaType: string; url: string; filename: string | null }

/** What was said before a run's own input, in the same request. */
export interface PrecedingMessage {
  role: 'user' | 'assistant'
  text: string
}

/** Tokens of one or more model calls. `cost` is US dollars as a decimal string, null when a price is unknown. */
export interface Usage {
  inputTokens: number
  cachedInputTokens: number
  outputTokens: number
  reasoningTokens: number
  totalTokens: number
  modelCalls: number
  cost: string | null
}

export interface RunError {
  code: string
  message: string
}

/** What a run waits for, with the ids needed to answer. */
export type WaitingFor =
  | {
      type: 'approval'
      approvals: { approvalId: string; callId: string; tool: string; arguments: JsonValue }[]
    }
  | { type: 'tool_outputs'; calls: { callId: string; tool: string; arguments: JsonValue }[] }
  | {
      type: 'needs_decision'
      approvals: { approvalId: string; callId: string; tool: string; arguments: JsonValue }[]
    }

/** How the caller of a run can answer while it runs. */
export interface Answering {
  /** `park`: the run waits. `defer`: the call is recorded as pending, the run goes on, the decision starts a new run. */
  approvals: 'park' | 'defer'
  clientTools: 'available' | 'unavailable'
}

/** A call that a person decided on after its run had ended. */
export interface DeferredCall {
  approvalId: string
  tool: string
  arguments: JsonValue
  approved: boolean
  reason: string | null
  decidedBy: string
}

/** What a run uses, fixed when it was accepted. Recovery reads only this and the journal. */
export interface RunPins {
  versionId: string
  /** Set on a run of a draft, which is used in place of the version. */
  draft?: PinnedDraft
  toolRevisions: Record<string, number>
  /** Tools given with the run itself, header values `***`; the values are in `sealedSecrets`. */
  tools: ToolDefinition[]
  sealedSecrets: string | null
  answering: Answering
  /** What this run does differently from the version; null: nothing. */
  overrides: RunOverrides | null
  /** Whether the agent had documents, and so is given the tool that searches them. */
  knowledge: boolean
  /** History is what the thread held when the run was accepted: runs of it before this one. */
  historyRuns: number
  /** It was accepted although the agent may have been disabled, or deleted; so are the runs that go on from it. */
  evenDisabled?: boolean
  evenDeleted?: boolean
  /** Set on a run that a deferred approval started: the call it begins with. */
  deferredCall: DeferredCall | null
}

/** What a run pinned, as the journal wrote it; a run of an earlier Parley pinned less. */
export function storedPins(stored: unknown): RunPins {
  const pins = stored as Omit<RunPins, 'overrides' | 'knowledge'> // only the journal writes them, from this type
  return { overrides: null, knowledge: false, ...pins }
}

export interface Run {
  id: string
  workspaceId: string
  agentId: string
  agentVersion: number
  threadId: string
  parentRunId: string | null
  state: RunState
  dialect: string
  source: string
  input: InputPart[]
  /** Its answer: of a run that completed, or that was cancelled because its stop condition was true of this answer. */
  output: string | null
  outputJson: JsonValue
  error: RunError | null
  usage: Usage | null
  /** `provider/model` of the last model call. */
  model: string | null
  waitingFor: WaitingFor | null
  metadata: JsonObject
  createdAt: Date
  startedAt: Date | null
  finishedAt: Date | null
}

export function isTerminal(state: RunState): boolean {
  return state === 'completed' || state === 'failed' || state === 'cancelled'
}
