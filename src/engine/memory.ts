import type { JournalEvent } from '../core/events/entry.ts'
import type { Decision, EventType, EventTypes, ReasoningPart, RequestedCall } from '../core/events/event.ts'
import type { InputPart, Usage } from '../core/runs/run.ts'
import { addUsage, noUsage } from '../core/runs/usage.ts'
import type { EffectPolicy } from '../core/tools/tool.ts'
import type { JsonValue } from '../lib/json.ts'

/** Where one call of a tool stands. */
export interface CallMemory {
  call: RequestedCall
  /** The question whether it may be made at all. */
  approval: {
    approvalId: string
    mode: 'park' | 'defer'
    decision: Decision | null
    reason: string | null
  } | null
  /** The newest intent, until its receipt is there. */
  intent: { effectId: string; effects: EffectPolicy | 'client' } | null
  /** The question what became of an intent without a receipt. */
  lost: { approvalId: string; decision: Decision | null; reason: string | null; result: JsonValue } | null
  result: { status: 'ok' | 'error' | 'rejected' | 'pending_approval'; output: JsonValue } | null
}

/** One thing that was said, in order. */
export type Turn =
  | { type: 'user'; content: InputPart[] }
  | { type: 'assistant'; text: string; reasoning: ReasoningPart[]; calls: CallMemory[] }
  /** What the engine says to the model: its answer has to be corrected, or worked on. */
  | { type: 'correction'; message: string }

/** All that the journal of a run says, folded. Two processes that fold the same events hold the same memory. */
export interface RunMemory {
  /** What was said in this attempt. */
  turns: Turn[]
  /** How many turns there were before the first answer of a model: what every attempt begins with. null: no answer yet. */
  opening: number | null
  /** Calls of every turn by their id, those of earlier attempts too: ids are unique within a run. */
  calls: Map<string, CallMemory>
  /** Counted from 1. */
  attempt: number
  /** When this attempt may begin, milliseconds since the epoch; null: it has begun, or need not wait. */
  retryAt: number | null
  /** Rounds of this attempt that are done. */
  iterations: number
  /** The newest model call, counted from 1 and on over attempts; 0 before the first. */
  step: number
  /** Model calls of earlier attempts. */
  earlierSteps: number
  /** It was issued and has not answered. */
  stepOpen: boolean
  usage: Usage
  /** `provider/model` of the newest model call that answered; null before. */
  model: string | null
  /** Calls that the model asked for in this attempt. */
  toolCalls: number
  /** Of the answer that is being worked on. */
  corrections: number
  /** Milliseconds spent running in finished segments. */
  activeMs: number
  /** When the segment that is running began, milliseconds since the epoch; null while nothing runs. */
  runningSince: number | null
  /** When the newest event happened, RFC 3339; null before the first. */
  lastAt: string | null
}

export function emptyMemory(): RunMemory {
  return {
    turns: [],
    opening: null,
    calls: new Map(),
    attempt: 1,
    retryAt: null,
    iterations: 0,
    step: 0,
    earlierSteps: 0,
    stepOpen: false,
    usage: noUsage(),
    model: null,
    toolCalls: 0,
    corrections: 0,
    activeMs: 0,
    runningSince: null,
    lastAt: null,
  }
}

type Fold<Type extends EventType> = (memory: RunMemory, data: EventTypes[Type], at: string) => void

const folds: { [Type in EventType]?: Fold<Type> } = {
  'message.created': (memory, data) => {
    for (const { role, text } of data.preceding ?? []) {
      if (role === 'user') memory.turns.push({ type: 'user', content: [{ type: 'text', text }] })
      else memory.turns.push({ type: 'assistant', text, reasoning: [], calls: [] })
    }
    memory.turns.push({ type: 'user', content: data.content })
  },
  'run.started': (memory, _data, at) => {
    memory.runningSince = Date.parse(at)
  },
  'run.resumed': (memory, _data, at) => {
    // Its process ended without a word: it ran at least until the last event.
    const { runningSince, lastAt } = memory
    if (runningSince !== null && lastAt !== null) memory.activeMs += Date.parse(lastAt) - runningSince
    memory.runningSince = Date.parse(at)
  },
  'run.waiting': (memory, _data, at) => {
    if (memory.runningSince !== null) memory.activeMs += Date.parse(at) - memory.runningSince
    memory.runningSince = null
  },
  'step.started': (memory, data) => {
    memory.step = data.step
    memory.stepOpen = true
    memory.retryAt = null
  },
  'message.completed': (memory, data) => {
    const calls = data.calls.map((call): CallMemory => ({
      call,
      approval: null,
      intent: null,
      lost: null,
      result: null,
    }))
    for (const call of calls) memory.calls.set(call.call.callId, call)
    // Step 0 is a call that was decided on before the run began: it belongs to what every attempt begins with.
    if (data.step > 0) memory.opening ??= memory.turns.length
    memory.toolCalls += calls.length
    memory.turns.push({ type: 'assistant', text: data.text, reasoning: data.reasoning, calls })
    memory.stepOpen = false
  },
  'output.rejected': (memory, data) => {
    memory.corrections += 1
    memory.turns.push({ type: 'correction', message: data.message })
  },
  'iteration.completed': (memory, data) => {
    memory.iterations = data.iteration
    memory.corrections = 0
    memory.turns.push({ type: 'correction', message: nextRoundMessage(data) })
  },
  'attempt.failed': (memory, data, at) => {
    const dropped = memory.turns.splice(memory.opening ?? memory.turns.length)
    for (const turn of dropped) if (turn.type === 'assistant') abandon(turn.calls)
    memory.attempt = data.attempt + 1
    memory.retryAt = Date.parse(at) + data.waitMs
    memory.iterations = 0
    memory.earlierSteps = memory.step
    memory.stepOpen = false
    memory.toolCalls = 0
    memory.corrections = 0
  },
  'step.completed': (memory, data) => {
    memory.usage = addUsage(memory.usage, data.usage)
    memory.model = data.model
  },
  'tool.called': (memory, data) => {
    const call = memory.calls.get(data.callId)
    if (!call) return
    call.intent = { effectId: data.effectId, effects: data.effects }
    call.lost = null
  },
  'tool.completed': (memory, data) => {
    const call = memory.calls.get(data.callId)
    if (!call) return
    call.result = { status: data.status, output: data.output }
  },
  'tool.outputs_received': (memory, data) => {
    for (const { callId, output } of data.outputs) {
      const call = memory.calls.get(callId)
      if (call) call.result = { status: 'ok', output }
    }
  },
  'approval.requested': (memory, data) => {
    const call = memory.calls.get(data.callId)
    if (!call) return
    const { approvalId, mode } = data
    if (data.kind === 'approval') call.approval = { approvalId, mode, decision: null, reason: null }
    else call.lost = { approvalId, decision: null, reason: null, result: null }
  },
  'approval.decided': (memory, data) => {
    const call = memory.calls.get(data.callId)
    if (!call) return
    const { approvalId, decision, reason, result } = data
    // A run that a deferred approval started never asked: its question was another run's.
    if (!call.approval && !call.lost) call.approval = { approvalId, mode: 'defer', decision, reason }
    if (call.approval?.approvalId === approvalId) call.approval = { ...call.approval, decision, reason }
    if (call.lost?.approvalId === approvalId) call.lost = { ...call.lost, decision, reason, result }
  },
}

/** What becomes of calls that nobody waits for any more; receipts stay what they are. */
function abandon(calls: CallMemory[]): void {
  for (const call of calls) call.result ??= { status: 'error', output: 'This attempt failed.' }
}

function nextRoundMessage({ iteration, times }: EventTypes['iteration.completed']): string {
  const last = iteration + 1 === times ? ', the last one' : ''
  return (
    `This is round ${iteration + 1} of ${times}${last}. Your previous answer is the result so far: check it against ` +
    'what was asked for, improve it or go on with it, and answer with the whole new result.'
  )
}

/** Takes one event into `memory`, in place. */
export function fold<Type extends EventType>(
  memory: RunMemory,
  type: Type,
  data: EventTypes[Type],
  at: string,
): void {
  const apply: Fold<Type> | undefined = folds[type]
  apply?.(memory, data, at)
  memory.lastAt = at
}

export function foldAll(memory: RunMemory, events: Pick<JournalEvent, 'type' | 'data' | 'at'>[]): RunMemory {
  for (const event of events) fold(memory, event.type, event.data, event.at)
  return memory
}

/** Whether a person was asked something that the run is parked on and has not answered. */
export function hasOpenQuestion(memory: RunMemory): boolean {
  return [...memory.calls.values()].some(
    ({ approval, lost }) =>
      (approval?.mode === 'park' && approval.decision === null) || (lost !== null && lost.decision === null),
  )
}
