import { unfenced } from '../core/agents/condition.ts'
import { AppError } from '../errors.ts'
import type { EventTypes } from '../core/events/event.ts'
import type { JsonSchema } from '../core/tools/tool.ts'
import type { RunError } from '../core/runs/run.ts'
import { faultPoint } from '../lib/fault-point.ts'
import { parseForeignJson, type JsonValue } from '../lib/json.ts'
import type { Log } from '../lib/log.ts'
import { limitReached } from './limits.ts'
import { hasOpenQuestion } from './memory.ts'
import { waitBeforeAttempt } from './strategy-moves.ts'
import { nextMove, type MachineInput, type RunMoveNext } from './run-machine.ts'
import { record, SegmentStopped, stopReason, type Segment } from './segment.ts'
import { callModel, type ModelCallDeps } from './steps/model-call.ts'
import { makeCalls, type ToolCallDeps } from './steps/tool-call.ts'

export interface RunLoopDeps extends ModelCallDeps, ToolCallDeps {
  checkArguments: MachineInput['checkArguments']
  /** What is wrong with a value under a schema, in a sentence; null when it fits. */
  checkOutput: (schema: JsonSchema, value: JsonValue) => string | null
}

/** How often an answer that does not have the form the agent promises is sent back to be corrected. */
const mostCorrections = 2

/** How a segment ended. */
export type SegmentEnd = 'terminal' | 'waiting' | 'lost' | 'shutdown'

/**
 * Runs a segment: ask the machine, do, append, again, until the run has ended, waits, or belongs to someone else.
 * Everything that happens is in the journal; this never throws. `onClosing` is called when the segment has decided to
 * wait: what is told to it from then on would not be heard.
 */
export async function runLoop(
  segment: Segment,
  deps: RunLoopDeps,
  onClosing: () => void,
): Promise<SegmentEnd> {
  const limit = limitTimer(segment)
  try {
    for (;;) {
      const end = await moveOn(segment, deps, onClosing).catch((error: unknown) => afterError(segment, error))
      if (end) return end
    }
  } finally {
    clearTimeout(limit)
  }
}

/** One move. null: another one follows. */
async function moveOn(
  segment: Segment,
  deps: RunLoopDeps,
  onClosing: () => void,
): Promise<SegmentEnd | null> {
  segment.abort.signal.throwIfAborted()
  const move = nextMove(machineInput(segment, deps))
  if (move.type === 'wait') onClosing()
  return await makeMove(segment, deps, move)
}

function machineInput(segment: Segment, deps: RunLoopDeps): MachineInput {
  return {
    memory: segment.memory,
    tools: segment.tools,
    checkArguments: deps.checkArguments,
    limits: segment.agent.definition.limits,
    strategies: segment.agent.definition.strategies,
    answering: segment.run.pins.answering,
    now: segment.clock.now(),
  }
}

async function makeMove(segment: Segment, deps: RunLoopDeps, move: RunMoveNext): Promise<SegmentEnd | null> {
  switch (move.type) {
    case 'call_model':
      await callModel(segment, deps, move)
      return null
    case 'make_calls':
      await makeCalls(segment, deps, move.calls)
      return null
    case 'wait':
      return await park(segment, move.waitingFor)
    case 'pause':
      return await pause(segment, move.ms)
    case 'finish':
      return await finish(segment, deps, move)
    case 'cancel':
      return await stopByCondition(segment, deps, move)
    case 'fail':
      return await failAttempt(segment, move.error)
  }
}

async function park(
  segment: Segment,
  waitingFor: Extract<RunMoveNext, { type: 'wait' }>['waitingFor'],
): Promise<SegmentEnd> {
  faultPoint('run.before_waiting')
  const { usage, model } = segment.memory
  record(segment, 'run.waiting', { waitingFor, usage })
  segment.journal.patch(segment.handle, { state: 'waiting', waitingFor, usage, ...(model ? { model } : {}) })
  await segment.journal.committed(segment.handle)
  return 'waiting'
}

/** Counts as running. Its end is known from the journal, so any process can go on with it. */
async function pause(segment: Segment, ms: number): Promise<null> {
  await segment.journal.committed(segment.handle)
  await segment.clock.sleep(ms, segment.abort.signal)
  return null
}

async function finish(
  segment: Segment,
  deps: RunLoopDeps,
  { text, again }: Extract<RunMoveNext, { type: 'finish' }>,
): Promise<SegmentEnd | null> {
  const { output, strategies } = segment.agent.definition
  let outputJson: JsonValue = null
  if (output.format === 'json') {
    const checked = checkJson(text, output.schema, deps)
    if (checked.problem !== null) {
      if (segment.memory.corrections >= mostCorrections)
        return await failAttempt(segment, { code: 'output_invalid', message: checked.problem })
      record(segment, 'output.rejected', {
        step: segment.memory.step,
        message: `${checked.problem} Answer again with the corrected JSON value and nothing else.`,
      })
      return null
    }
    outputJson = checked.value
  }
  if (again) {
    const iteration = segment.memory.iterations + 1
    const times = strategies.iterate?.times ?? iteration
    record(segment, 'iteration.completed', { iteration, times, output: text })
    return null
  }
  const { usage } = segment.memory
  faultPoint('run.before_terminal')
  const at = await recordEnd(segment, 'run.completed', { output: text, outputJson, usage })
  await end(segment, at, { state: 'completed', output: text, outputJson })
  return 'terminal'
}

/** The JSON value in a model's answer. */
function checkJson(
  text: string,
  schema: JsonSchema | null,
  deps: RunLoopDeps,
): { value: JsonValue; problem: null } | { problem: string } {
  const value = parseForeignJson(unfenced(text))
  if (value === undefined) return { problem: 'The answer is not JSON.' }
  const wrong = schema === null ? null : deps.checkOutput(schema, value)
  return wrong === null
    ? { value, problem: null }
    : { problem: `The answer does not fit the schema: ${wrong}.` }
}

/** The run fails, unless it is to be done over. */
async function failAttempt(segment: Segment, error: RunError): Promise<SegmentEnd | null> {
  const { memory, clock } = segment
  const { limits, strategies } = segment.agent.definition
  const waitMs = waitBeforeAttempt(strategies, memory, error.code)
  // What went wrong says more than a limit that the next attempt could only run into.
  const inVain = waitMs !== null && limitReached({ memory, limits, now: clock.now() + waitMs }) !== null
  if (waitMs === null || inVain) return await fail(segment, error)
  record(segment, 'attempt.failed', { attempt: memory.attempt, error, waitMs })
  return null
}

async function fail(segment: Segment, error: RunError): Promise<SegmentEnd> {
  faultPoint('run.before_terminal')
  const at = await recordEnd(segment, 'run.failed', { error, usage: segment.memory.usage })
  await end(segment, at, { state: 'failed', error })
  return 'terminal'
}

/** The last event of a run. Questions that it leaves behind become void, and have to be stored for that. */
async function recordEnd<Type extends 'run.completed' | 'run.failed' | 'run.cancelled'>(
  segment: Segment,
  type: Type,
  data: EventTypes[Type],
): Promise<string> {
  const { journal, handle, memory } = segment
  if (hasOpenQuestion(memory)) {
    await journal.committed(handle)
    journal.voidApprovals(handle)
  }
  return record(segment, type, data)
}

/** `commandId`: the row that asked for it. */
async function cancel(segment: Segment, reason: string, commandId: string): Promise<SegmentEnd> {
  const { usage } = segment.memory
  const at = await recordEnd(segment, 'run.cancelled', { reason, usage })
  segment.journal.commandHandled(segment.handle, commandId)
  await end(segment, at, { state: 'cancelled' })
  return 'terminal'
}

/** The answer that the agent's condition is true of is the output; it is not sent back for its form any more. */
async function stopByCondition(
  segment: Segment,
  deps: RunLoopDeps,
  { reason, answer }: Extract<RunMoveNext, { type: 'cancel' }>,
): Promise<SegmentEnd> {
  const { usage } = segment.memory
  const said = answer === null ? null : { output: answer, outputJson: jsonOf(segment, deps, answer) }
  const at = await recordEnd(segment, 'run.cancelled', { reason, usage, ...said })
  await end(segment, at, { state: 'cancelled', ...said })
  return 'terminal'
}

/** Null too where the answer does not have the form that the agent promises. */
function jsonOf(segment: Segment, deps: RunLoopDeps, answer: string): JsonValue {
  const { format, schema } = segment.agent.definition.output
  if (format !== 'json') return null
  const checked = checkJson(answer, schema, deps)
  return checked.problem === null ? checked.value : null
}

async function end(
  segment: Segment,
  finishedAt: string,
  patch:
    | { state: 'completed'; output: string; outputJson: JsonValue }
    | { state: 'failed'; error: RunError }
    | { state: 'cancelled'; output?: string; outputJson?: JsonValue },
): Promise<void> {
  const { journal, handle, memory } = segment
  const { usage, model } = memory
  journal.patch(handle, { ...patch, usage, ...(model ? { model } : {}), finishedAt })
  await journal.committed(handle)
  faultPoint('run.after_terminal')
}

async function afterError(segment: Segment, error: unknown): Promise<SegmentEnd | null> {
  try {
    if (segment.handle.failure !== null) return lost(segment, segment.handle.failure)
    if (error instanceof SegmentStopped && error.reason.type === 'lost') return lost(segment, error)
    if (segment.abort.signal.aborted) return await endAfterStop(segment)
    return await failAttempt(segment, printRunError(error, segment.run.id, segment.log))
  } catch (failure) {
    return lost(segment, failure)
  }
}

async function endAfterStop(segment: Segment): Promise<SegmentEnd> {
  const reason = stopReason(segment.abort.signal)
  switch (reason.type) {
    case 'cancelled':
      return await cancel(segment, reason.reason, reason.commandId)
    case 'time_limit': {
      const { seconds } = segment.agent.definition.limits
      return await fail(segment, {
        code: 'time_limit_reached',
        message: `The run reached its limit of ${seconds} seconds.`,
      })
    }
    case 'lost':
      return lost(segment, segment.abort.signal.reason)
    case 'shutdown':
      return 'shutdown'
  }
}

function lost(segment: Segment, cause: unknown): SegmentEnd {
  segment.log.warn({ err: cause, run: segment.run.id }, 'A run was taken from this process.')
  return 'lost'
}

/** What the run's readers are told. Anything that was not foreseen says only that, and the log has the rest. */
export function printRunError(error: unknown, runId: string, log: Log): RunError {
  if (error instanceof AppError) return { code: error.code, message: error.message }
  log.error({ err: error, run: runId }, 'A run failed for a reason that was not foreseen.')
  return { code: 'internal', message: 'Something went wrong on our side.' }
}

function limitTimer(segment: Segment): NodeJS.Timeout {
  const limit = segment.agent.definition.limits.seconds * 1000
  const left = Math.max(0, limit - segment.memory.activeMs)
  return setTimeout(
    () => segment.abort.abort(new SegmentStopped({ type: 'time_limit' })),
    Math.min(left, 2 ** 31 - 1),
  )
}
