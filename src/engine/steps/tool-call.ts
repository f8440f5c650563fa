import { sentArguments, shownAnswer } from '../../core/tools/overlay.ts'
import type { ToolDefinition } from '../../core/tools/tool.ts'
import { faultPoint } from '../../lib/fault-point.ts'
import { newId } from '../../lib/ids.ts'
import { cleanJson, cleanText, isJsonObject, type JsonValue } from '../../lib/json.ts'
import type { EffectCheck, ToolKind, ToolResult } from '../../ports/tool-kind.ts'
import { argumentsHash, effectId, effectPolicy } from '../effects.ts'
import type { CallMemory } from '../memory.ts'
import type { CallMove } from '../run-machine.ts'
import { record, SegmentStopped, type Segment } from '../segment.ts'
import { stepDeadline } from '../step-deadline.ts'

export interface ToolCallDeps {
  /** One adapter per kind of tool that runs in this server. */
  toolKinds: ReadonlyMap<string, ToolKind<ToolDefinition>>
  /**
   * Whether this process may still act for its runs: false once its beat is so old that others may have taken them
   * over.
   */
  leaseHolds: () => boolean
}

interface Move {
  call: CallMemory
  move: CallMove
}

/** Makes every move of a step's calls: questions and refusals at once, then the calls themselves, in parallel. */
export async function makeCalls(segment: Segment, deps: ToolCallDeps, moves: Move[]): Promise<void> {
  for (const move of moves) settleAtOnce(segment, move)
  const lost = await Promise.all(
    moves.filter(({ move }) => move.type === 'check').map(({ call }) => checkEffect(segment, deps, call)),
  )
  const performed = moves.filter(({ move }) => move.type === 'perform').map(({ call }) => call)
  await perform(segment, deps, [...performed, ...lost.filter((call) => call !== null)])
}

function settleAtOnce(segment: Segment, { call, move }: Move): void {
  const { callId, tool } = call.call
  switch (move.type) {
    case 'refuse':
      return void record(segment, 'tool.completed', {
        callId,
        tool,
        status: move.status,
        output: move.message,
        ms: 0,
      })
    case 'adopt':
      return void record(segment, 'tool.completed', {
        callId,
        tool,
        status: 'ok',
        output: call.lost?.result ?? null,
        ms: 0,
      })
    case 'ask_approval':
      return askApproval(segment, call, move.mode)
    case 'ask_outcome':
      return void ask(segment, call, 'needs_decision', 'park')
    case 'hand_out':
      return intend(segment, call, 'client')
    default:
      return
  }
}

function askApproval(segment: Segment, call: CallMemory, mode: 'park' | 'defer'): void {
  const approvalId = ask(segment, call, 'approval', mode)
  if (mode === 'park') return
  const { callId, tool } = call.call
  const output = {
    status: 'pending_approval',
    message: 'A person has been asked; the call is made when they approve it.',
  }
  record(segment, 'tool.completed', {
    callId,
    tool,
    status: 'pending_approval',
    output: { ...output, approval_id: approvalId },
    ms: 0,
  })
}

function ask(
  segment: Segment,
  call: CallMemory,
  kind: 'approval' | 'needs_decision',
  mode: 'park' | 'defer',
): string {
  const { callId, tool } = call.call
  // A call that is made later, in a run of its own, is begun again from what the model wrote.
  const args = mode === 'park' ? argumentsOf(segment, call) : call.call.arguments
  const { run, journal, handle } = segment
  const approvalId = newId()
  const { workspaceId, agentId } = run
  journal.requestApproval(handle, {
    id: approvalId,
    workspaceId,
    agentId,
    callId,
    kind,
    mode,
    tool,
    arguments: args,
  })
  record(segment, 'approval.requested', { approvalId, callId, tool, arguments: args, kind, mode })
  return approvalId
}

function intend(
  segment: Segment,
  memory: CallMemory,
  effects: ReturnType<typeof effectPolicy> | 'client',
): void {
  const { call } = memory
  const args = argumentsOf(segment, memory)
  record(segment, 'tool.called', {
    callId: call.callId,
    tool: call.tool,
    arguments: args,
    argumentsHash: argumentsHash(args),
    effectId: effectId(segment.run.id, call.callId),
    effects,
  })
}

/** Intents committed, then the calls, then their receipts. */
async function perform(segment: Segment, deps: ToolCallDeps, calls: CallMemory[]): Promise<void> {
  if (calls.length === 0) return
  // Before the intents too: one that is written and then not acted on would leave a question that nobody needs to ask.
  requireLease(deps)
  faultPoint('effect.before_intent')
  const policies = calls.map((call) => effectPolicy(definitionOf(segment, call)))
  calls.forEach((call, index) => intend(segment, call, policies[index] ?? 'once'))
  // What changes nothing needs no committed intent: repeating it is harmless.
  if (policies.some((policy) => policy !== 'none')) {
    await segment.journal.committed(segment.handle)
    faultPoint('effect.after_intent')
  }
  // Each is let finish and leaves its receipt, whatever becomes of the others.
  const outcomes = await Promise.allSettled(calls.map((call) => performOne(segment, deps, call)))
  const failed = outcomes.find((outcome) => outcome.status === 'rejected')
  if (failed) throw failed.reason
}

async function performOne(segment: Segment, deps: ToolCallDeps, memory: CallMemory): Promise<void> {
  const { call } = memory
  const tool = definitionOf(segment, memory)
  const began = segment.clock.monotonic()
  requireLease(deps)
  segment.abort.signal.throwIfAborted()
  const result = await callInTime(segment, deps, memory)
  faultPoint('effect.after_call')
  const ms = Math.round(segment.clock.monotonic() - began)
  // What is known of an effect is kept, even when the segment has been stopped meanwhile.
  record(segment, 'tool.completed', { callId: call.callId, tool: call.tool, ms, ...printResult(result) })
  if (effectPolicy(tool) !== 'none') {
    await segment.journal.committed(segment.handle)
    faultPoint('effect.after_receipt')
  }
  segment.abort.signal.throwIfAborted()
}

/** A call that takes longer than a step may is an error that the model reads. */
async function callInTime(segment: Segment, deps: ToolCallDeps, memory: CallMemory): Promise<ToolResult> {
  const { call } = memory
  const tool = definitionOf(segment, memory)
  const args = argumentsOf(segment, memory)
  const { workspaceId, agentId } = segment.run
  using deadline = stepDeadline(segment)
  try {
    return await kindOf(deps, tool).call(tool, {
      arguments: isJsonObject(args) ? args : {},
      workspaceId,
      agentId,
      effectId: effectId(segment.run.id, call.callId),
      signal: deadline?.signal ?? segment.abort.signal,
    })
  } catch (error) {
    if (!deadline?.passed) throw error
    return { status: 'error', message: `The call did not answer within ${deadline.seconds} seconds.` }
  }
}

function printResult(result: ToolResult): { status: 'ok' | 'error'; output: JsonValue } {
  if (result.status === 'ok') return { status: 'ok', output: cleanJson(result.output) }
  const error = cleanText(result.message)
  if (result.output === undefined) return { status: 'error', output: error }
  return { status: 'error', output: { error, output: cleanJson(result.output) } }
}

/** Asks the other side what became of a call; the call when it must be made again, null when that is settled. */
async function checkEffect(
  segment: Segment,
  deps: ToolCallDeps,
  memory: CallMemory,
): Promise<CallMemory | null> {
  const tool = definitionOf(segment, memory)
  const kind = kindOf(deps, tool)
  const { callId, tool: name } = memory.call
  const check: EffectCheck = kind.check
    ? await kind.check(tool, { effectId: effectId(segment.run.id, callId), signal: segment.abort.signal })
    : { happened: 'unknown', reason: 'This kind of tool cannot be asked.' }
  segment.abort.signal.throwIfAborted()
  if (check.happened === true) {
    record(segment, 'tool.completed', {
      callId,
      tool: name,
      status: 'ok',
      output: cleanJson(shownAnswer(tool, check.result)),
      ms: 0,
    })
    return null
  }
  if (check.happened === false) return memory
  segment.log.warn(
    { run: segment.run.id, call: callId, reason: check.reason },
    'Nobody knows whether an effect happened.',
  )
  ask(segment, memory, 'needs_decision', 'park')
  return null
}

function requireLease(deps: ToolCallDeps): void {
  if (!deps.leaseHolds()) throw new SegmentStopped({ type: 'lost' })
}

/** What a call is made with. */
function argumentsOf({ tools }: Segment, { call }: CallMemory): JsonValue {
  return sentArguments(tools.get(call.tool), call.arguments)
}

function definitionOf(segment: Segment, { call }: CallMemory): ToolDefinition {
  const tool = segment.tools.get(call.tool)
  if (!tool) throw new Error(`A call of an unknown tool was to be performed: ${call.tool}.`)
  return tool
}

function kindOf(deps: ToolCallDeps, tool: ToolDefinition): ToolKind<ToolDefinition> {
  const kind = deps.toolKinds.get(tool.kind)
  if (!kind) throw new Error(`There is no adapter for tools of kind ${tool.kind}.`)
  return kind
}
