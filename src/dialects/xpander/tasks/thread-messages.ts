import type { JournalEvent } from '../../../core/events/entry.ts'
import type { EventTypes, RunEventType } from '../../../core/events/event.ts'
import type { Run } from '../../../core/runs/run.ts'
import { inputText } from './task-notes.ts'
import { resultBy } from './task-result.ts'
import type { ThreadMessage } from './wire-tasks.ts'

const seconds = (time: Date): number => Math.floor(time.getTime() / 1000)

function metricsOf({ usage }: Run): Pick<ThreadMessage, 'metrics'> {
  if (usage === null) return {}
  const { inputTokens, outputTokens, totalTokens } = usage
  return { metrics: { input_tokens: inputTokens, output_tokens: outputTokens, total_tokens: totalTokens } }
}

function asked(taskId: string, turn: number, run: Run): ThreadMessage {
  const content = inputText(run.input)
  return { id: `${taskId}_user_${turn}`, role: 'user', content, created_at: seconds(run.createdAt) }
}

function answered(taskId: string, turn: number, run: Run, content: string | null): ThreadMessage[] {
  if (run.output === null || content === null) return []
  const created_at = seconds(run.finishedAt ?? run.createdAt)
  const id = `${taskId}_agent_${turn}`
  return [{ id, role: 'assistant', content, created_at, ...metricsOf(run) }]
}

/** The events of runs, by the runs' ids. */
type RunEvents = ReadonlyMap<string, readonly JournalEvent[]>

/** What was asked and answered, turn by turn; `runs` oldest first, all of the conversation. `events`: `resultEvents`. */
export function printThread(taskId: string, runs: readonly Run[], events: RunEvents): ThreadMessage[] {
  return runs.flatMap((run, index) => [
    asked(taskId, index + 1, run),
    ...answered(taskId, index + 1, run, resultBy(run, events.get(run.id) ?? [])),
  ])
}

/** The events that a turn is printed from with its calls. */
export const fullThreadEvents: RunEventType[] = ['message.completed', 'tool.completed']

/** The same with the calls that were made, and what they returned. `events`: of each run, by its id. */
export function printFullThread(taskId: string, runs: readonly Run[], events: RunEvents): ThreadMessage[] {
  return runs.flatMap((run, index) => {
    const turn = index + 1
    const between = (events.get(run.id) ?? []).flatMap((event) => printStep(taskId, turn, event))
    return [asked(taskId, turn, run), ...between, ...answered(taskId, turn, run, run.output)]
  })
}

function printStep(taskId: string, turn: number, event: JournalEvent): ThreadMessage[] {
  const created_at = seconds(new Date(event.at))
  if (event.type === 'tool.completed') {
    const { callId, tool, status, output } = event.data as EventTypes['tool.completed'] // said by its type
    const content = typeof output === 'string' ? output : JSON.stringify(output)
    return [
      {
        id: `${taskId}_tool_${turn}_${event.seq}`,
        role: 'tool',
        content,
        created_at,
        tool_call_id: callId,
        tool_name: tool,
        tool_call_error: status !== 'ok',
      },
    ]
  }
  const { text, calls } = event.data as EventTypes['message.completed'] // the only other type asked for
  if (calls.length === 0) return []
  const tool_calls = calls.map(({ callId, tool, arguments: args }) => ({
    id: callId,
    type: 'function' as const,
    function: { name: tool, arguments: JSON.stringify(args) },
  }))
  return [
    { id: `${taskId}_calls_${turn}_${event.seq}`, role: 'assistant', content: text, created_at, tool_calls },
  ]
}
