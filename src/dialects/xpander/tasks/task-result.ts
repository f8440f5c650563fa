import { unfenced } from '../../../core/agents/condition.ts'
import type { JournalEvent } from '../../../core/events/entry.ts'
import type { EventTypes, RunEventType } from '../../../core/events/event.ts'
import type { Run } from '../../../core/runs/run.ts'
import { agentField } from '../agents/agent-fields.ts'

/** What an agent says before it calls a tool is a remark when it has at most so many characters. */
export const longestRemark = 280

/**
 * Whether what was said beside calls is a remark: a longer text is a part of the answer, and so is one beside nothing but
 * calls of tools that there are not, for an agent without tools is heard as it speaks.
 */
export function isRemark({ text, calls }: Pick<EventTypes['message.completed'], 'text' | 'calls'>): boolean {
  return text.length <= longestRemark && calls.some(({ unknown }) => !unknown)
}

/** Between the parts of an answer. */
export const betweenParts = '\n\n'

/** The events that say what of a result was said before its last part. */
export const resultEvents: RunEventType[] = ['message.completed', 'iteration.completed', 'attempt.failed']

/** `parts`: what was said so far that stands before the end of the result; brought up to date in place. */
export function noteAnswer(parts: string[], { type, data }: JournalEvent): void {
  // What was said in an earlier round, or in an attempt that failed, is no part of the result.
  if (type === 'iteration.completed' || type === 'attempt.failed') parts.length = 0
  if (type !== 'message.completed') return
  const { text, calls } = data as EventTypes['message.completed'] // said by its type
  if (calls.length > 0 && !isRemark({ text, calls })) parts.push(text)
}

/** What a client reads as the result; always text. */
export function resultOf({ output, outputJson, error }: Run, parts: readonly string[]): string | null {
  if (error !== null) return agentField(error.message)
  if (output === null) return null
  // A JSON value is alone, also where the model wrapped it in a code fence.
  if (outputJson !== null) return unfenced(output)
  return [...parts, output].filter((part) => part !== '').join(betweenParts)
}

/** The result of a run that was read, by its events. */
export function resultBy(run: Run, events: readonly JournalEvent[]): string | null {
  const parts: string[] = []
  for (const event of events) noteAnswer(parts, event)
  return resultOf(run, parts)
}
