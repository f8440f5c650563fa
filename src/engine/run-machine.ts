import type { Limits } from '../core/agents/agent.ts'
import type { Strategies } from '../core/agents/strategies.ts'
import type { Answering, RunError, WaitingFor } from '../core/runs/run.ts'
import { sentArguments } from '../core/tools/overlay.ts'
import type { EffectPolicy, ToolDefinition } from '../core/tools/tool.ts'
import { callsLeft, limitReached, stepLimitReached } from './limits.ts'
import type { CallMemory, RunMemory } from './memory.ts'
import { hasNextRound, whatStops } from './strategy-moves.ts'

/** What one call needs next. */
export type CallMove =
  /** Answer the model at once; nothing is called. */
  | { type: 'refuse'; status: 'error' | 'rejected'; message: string }
  /** Ask a person whether it may be made. */
  | { type: 'ask_approval'; mode: 'park' | 'defer' }
  /** Ask a person what became of it. */
  | { type: 'ask_outcome' }
  /** Let the client execute it. */
  | { type: 'hand_out' }
  /** Intent, call, receipt. */
  | { type: 'perform' }
  /** The receipt was lost: ask the other side whether it happened, and perform it when it did not. */
  | { type: 'check' }
  /** A person knows that it happened. */
  | { type: 'adopt' }
  /** Nothing to do before somebody answers. */
  | { type: 'await'; for: 'approval' | 'outcome' | 'client' }
  | { type: 'give_up' }

export type RunMoveNext =
  | { type: 'call_model'; step: number; restart: boolean }
  | { type: 'make_calls'; calls: { call: CallMemory; move: CallMove }[] }
  | { type: 'wait'; waitingFor: WaitingFor }
  /** The next attempt begins after so many milliseconds. */
  | { type: 'pause'; ms: number }
  /** `again`: the answer is that of a round, and another one follows. */
  | { type: 'finish'; text: string; again: boolean }
  /** `answer`: the one that is the reason, and so the output; null: it is another. */
  | { type: 'cancel'; reason: string; answer: string | null }
  | { type: 'fail'; error: RunError }

export interface MachineInput {
  memory: RunMemory
  tools: ReadonlyMap<string, ToolDefinition>
  /** Says what is wrong with a call's arguments; null when they fit the tool's schema. */
  checkArguments: (tool: ToolDefinition, call: CallMemory) => string | null
  limits: Limits
  strategies: Strategies
  answering: Answering
  /** Milliseconds since the epoch. */
  now: number
}

/** Whether recovery may repeat a call whose receipt is missing. */
const afterLostReceipt: Record<EffectPolicy, 'perform' | 'check' | 'ask_outcome'> = {
  none: 'perform',
  idempotent: 'perform',
  checkable: 'check',
  once: 'ask_outcome',
}

/** What a run does next: a function of its memory and of nothing else. */
export function nextMove(input: MachineInput): RunMoveNext {
  const { memory, limits, strategies } = input
  const last = memory.turns.at(-1)
  const overdue = limitReached(input)
  if (overdue === null && memory.retryAt !== null && memory.retryAt > input.now) {
    return { type: 'pause', ms: memory.retryAt - input.now }
  }
  if (last?.type === 'assistant') {
    const stop = whatStops(strategies, last)
    if (stop !== null) return { type: 'cancel', ...stop }
    if (last.calls.some((call) => call.result === null)) return nextForCalls(input, last.calls, overdue)
    if (last.calls.length === 0 && !memory.stepOpen) {
      // A run that may not go on ends with what it has.
      const mayGoOn = overdue === null && stepLimitReached(memory, limits) === null
      return {
        type: 'finish',
        text: last.text,
        again: mayGoOn && hasNextRound(strategies, memory, last.text),
      }
    }
  }
  if (overdue) return { type: 'fail', error: overdue }
  if (memory.stepOpen) return { type: 'call_model', step: memory.step, restart: true }
  const tooMany = stepLimitReached(memory, limits)
  if (tooMany) return { type: 'fail', error: tooMany }
  return { type: 'call_model', step: memory.step + 1, restart: false }
}

function nextForCalls(input: MachineInput, calls: CallMemory[], overdue: RunError | null): RunMoveNext {
  const allowed = callsLeft(input.memory, input.limits, calls)
  const moves = calls.flatMap((call, index) => {
    if (call.result !== null) return []
    return [{ call, move: index < allowed ? nextForCall(input, call) : refusedForLimit(input.limits) }]
  })
  const abandoned = moves.find(({ move }) => move.type === 'give_up')
  if (abandoned) {
    return fail(
      'effect_given_up',
      `The outcome of ${abandoned.call.call.tool} is unknown and the run was given up.`,
    )
  }
  const actionable = moves.filter(({ move }) => move.type !== 'await')
  if (actionable.length > 0) {
    // What is already under way is settled even when a limit was reached; nothing new is started.
    const settling = actionable.every(({ move }) => move.type === 'adopt' || move.type === 'check')
    if (overdue && !settling) return { type: 'fail', error: overdue }
    return { type: 'make_calls', calls: actionable }
  }
  return { type: 'wait', waitingFor: waitingFor(moves, input.tools) }
}

function refusedForLimit({ toolCalls }: Limits): CallMove {
  const message = `This call was not made: your ${toolCalls} tool calls are used up. Answer now, without calling tools.`
  return { type: 'refuse', status: 'error', message }
}

/** What one open call needs next. */
export function nextForCall(input: MachineInput, memory: CallMemory): CallMove {
  const tool = input.tools.get(memory.call.tool)
  if (!tool)
    return { type: 'refuse', status: 'error', message: `There is no tool named ${memory.call.tool}.` }
  if (memory.intent) return nextAfterIntent(memory, memory.intent.effects)
  const wrong = input.checkArguments(tool, memory)
  if (wrong !== null) return { type: 'refuse', status: 'error', message: wrong }
  if (tool.approval === 'always') {
    const { approval } = memory
    if (!approval) return { type: 'ask_approval', mode: input.answering.approvals }
    if (approval.decision === null) return { type: 'await', for: 'approval' }
    if (approval.decision !== 'approve') {
      const reason = approval.reason ? ` Reason: ${approval.reason}` : ''
      return { type: 'refuse', status: 'rejected', message: `A person rejected this call.${reason}` }
    }
  }
  if (tool.kind !== 'function') return { type: 'perform' }
  if (input.answering.clientTools === 'available') return { type: 'hand_out' }
  return {
    type: 'refuse',
    status: 'error',
    message: 'This tool runs in the client, and this client cannot run tools.',
  }
}

function nextAfterIntent(memory: CallMemory, effects: EffectPolicy | 'client'): CallMove {
  if (effects === 'client') return { type: 'await', for: 'client' }
  const { lost } = memory
  if (!lost) return { type: afterLostReceipt[effects] }
  if (lost.decision === null) return { type: 'await', for: 'outcome' }
  if (lost.decision === 'happened') return { type: 'adopt' }
  if (lost.decision === 'again') return { type: 'perform' }
  return { type: 'give_up' }
}

/** One kind of waiting at a time: what blocks most first. */
function waitingFor(moves: { call: CallMemory; move: CallMove }[], tools: MachineInput['tools']): WaitingFor {
  const awaited = (kind: 'approval' | 'outcome' | 'client'): CallMemory[] =>
    moves.filter(({ move }) => move.type === 'await' && move.for === kind).map(({ call }) => call)
  const describe = ({ call }: CallMemory) => ({
    callId: call.callId,
    tool: call.tool,
    arguments: sentArguments(tools.get(call.tool), call.arguments),
  })
  const lost = awaited('outcome')
  if (lost.length > 0) {
    const approvals = lost.map((call) => ({ approvalId: call.lost?.approvalId ?? '', ...describe(call) }))
    return { type: 'needs_decision', approvals }
  }
  const asked = awaited('approval')
  if (asked.length > 0) {
    const approvals = asked.map((call) => ({
      approvalId: call.approval?.approvalId ?? '',
      ...describe(call),
    }))
    return { type: 'approval', approvals }
  }
  return { type: 'tool_outputs', calls: awaited('client').map(describe) }
}

function fail(code: string, message: string): RunMoveNext {
  return { type: 'fail', error: { code, message } }
}
