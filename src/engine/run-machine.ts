import type { Limits } from '../core/agents/agent.ts'
import type { Answering, RunError, WaitingFor } from '../core/runs/run.ts'
import type { EffectPolicy, ToolDefinition } from '../core/tools/tool.ts'
import type { CallMemory, RunMemory } from './memory.ts'

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
  | { type: 'finish'; text: string }
  | { type: 'fail'; error: RunError }

export interface MachineInput {
  memory: RunMemory
  tools: ReadonlyMap<string, ToolDefinition>
  /** Says what is wrong with a call's arguments; null when they fit the tool's schema. */
  checkArguments: (tool: ToolDefinition, call: CallMemory) => string | null
  limits: Limits
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
  const { memory } = input
  const last = memory.turns.at(-1)
  const overdue = limitReached(input)
  if (last?.type === 'assistant') {
    const open = last.calls.filter((call) => call.result === null)
    if (open.length > 0) return nextForCalls(input, open, overdue)
    if (last.calls.length === 0 && !memory.stepOpen) return { type: 'finish', text: last.text }
  }
  if (overdue) return { type: 'fail', error: overdue }
  if (memory.stepOpen) return { type: 'call_model', step: memory.step, restart: true }
  if (memory.step >= input.limits.steps) {
    return fail('step_limit_reached', `The run reached its limit of ${input.limits.steps} steps.`)
  }
  return { type: 'call_model', step: memory.step + 1, restart: false }
}

function nextForCalls(input: MachineInput, open: CallMemory[], overdue: RunError | null): RunMoveNext {
  const moves = open.map((call) => ({ call, move: nextForCall(input, call) }))
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
  return { type: 'wait', waitingFor: waitingFor(moves) }
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
function waitingFor(moves: { call: CallMemory; move: CallMove }[]): WaitingFor {
  const awaited = (kind: 'approval' | 'outcome' | 'client'): CallMemory[] =>
    moves.filter(({ move }) => move.type === 'await' && move.for === kind).map(({ call }) => call)
  const describe = ({ call }: CallMemory) => ({
    callId: call.callId,
    tool: call.tool,
    arguments: call.arguments,
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

function limitReached(input: MachineInput): RunError | null {
  const { memory, limits, now } = input
  const activeMs = memory.activeMs + (memory.runningSince === null ? 0 : now - memory.runningSince)
  if (activeMs >= limits.seconds * 1000) {
    return limit('time_limit_reached', `The run reached its limit of ${limits.seconds} seconds.`)
  }
  if (limits.tokens !== null && memory.usage.totalTokens >= limits.tokens) {
    return limit('token_limit_reached', `The run reached its limit of ${limits.tokens} tokens.`)
  }
  if (limits.toolCalls !== null && memory.toolCalls > limits.toolCalls) {
    return limit('tool_call_limit_reached', `The run reached its limit of ${limits.toolCalls} tool calls.`)
  }
  return null
}

function limit(code: string, message: string): RunError {
  return { code, message }
}

function fail(code: string, message: string): RunMoveNext {
  return { type: 'fail', error: { code, message } }
}
