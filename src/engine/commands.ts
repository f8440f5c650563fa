import { AppError } from '../errors.ts'
import type { RunCommand } from '../core/runs/dispatch.ts'
import { unansweredCalls } from '../core/runs/tool-outputs.ts'
import type { RunMemory } from './memory.ts'
import { record, type Segment } from './segment.ts'

/** A command that a running segment takes in; cancelling stops it instead. */
export type AnswerCommand = Exclude<RunCommand, { kind: 'cancel' }>

/** Throws what is wrong with telling a running segment this. */
export function checkAnswer(memory: RunMemory, command: AnswerCommand): void {
  const calls = [...memory.calls.values()]
  if (command.kind === 'tool_outputs') {
    const handedOut = calls.filter(({ intent, result }) => intent?.effects === 'client' && result === null)
    if (handedOut.length === 0) throw new AppError('not_waiting_for_that')
    unansweredCalls(
      handedOut.map(({ call }) => call.callId),
      command.outputs,
    )
    return
  }
  const question = command.approvalId
  const asked = calls.some(
    ({ approval, lost }) => approval?.approvalId === question || lost?.approvalId === question,
  )
  if (!asked) throw new AppError('not_waiting_for_that')
}

export function recordAnswer(segment: Segment, command: AnswerCommand): void {
  if (command.kind === 'tool_outputs') {
    record(segment, 'tool.outputs_received', { outputs: command.outputs })
    return
  }
  const { kind: _kind, ...data } = command
  record(segment, 'approval.decided', data)
}
