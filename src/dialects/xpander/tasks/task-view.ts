import type { AgentDefinition } from '../../../core/agents/agent.ts'
import type { JournalEvent } from '../../../core/events/entry.ts'
import type { Decision, EventTypes, RunEventType } from '../../../core/events/event.ts'
import { applyEvent } from '../../../core/runs/run-view.ts'
import type { Run } from '../../../core/runs/run.ts'
import type { JsonValue } from '../../../lib/json.ts'
import { noteAnswer, resultEvents, resultOf } from './task-result.ts'
import type { ToolItems } from '../tools/tool-items.ts'

/** A question to a person about a call. */
export interface Question {
  approvalId: string
  kind: 'approval' | 'needs_decision'
  tool: string
  arguments: JsonValue
  /** null: nobody has decided. */
  decision: Decision | null
  decidedBy: string | null
}

/** What a run's events say of it beside its row. */
export interface TaskFacts {
  pausedAt: string | null
  attempts: number
  usedMutatingTools: boolean
  lastTool: string | null
  questions: Question[]
  cancelReason: string | null
  /** What was said before the end of the result and is a part of it. */
  answerParts: string[]
}

/** Where a task is printed from, beside its events. */
export interface TaskContext {
  taskId: string
  /** With what this run does differently. */
  definition: AgentDefinition
  /** Whether it is of edits that waited for their deployment. */
  isDraft: boolean
  /** Whether there was an earlier turn. */
  continuous: boolean
  /** Where its tools stand in the agent's graph. */
  items: ToolItems
  subTasks: { id: string; finished: boolean }[]
}

/** The events that the facts are made of. */
export const factEvents: RunEventType[] = [
  'run.waiting',
  ...resultEvents,
  'tool.called',
  'approval.requested',
  'approval.decided',
  'run.cancelled',
]

/** One turn of a task, brought up to date event by event. */
export class TaskView {
  readonly context: TaskContext
  readonly run: Run
  readonly facts: TaskFacts = {
    pausedAt: null,
    attempts: 1,
    usedMutatingTools: false,
    lastTool: null,
    questions: [],
    cancelReason: null,
    answerParts: [],
  }

  /** What the agent answered so far, or why it failed. */
  get result(): string | null {
    return resultOf(this.run, this.facts.answerParts)
  }

  /** `run` as it is before the events that follow; it is not changed. */
  constructor(context: TaskContext, run: Run) {
    this.context = context
    this.run = { ...run }
  }

  take(event: JournalEvent): void {
    applyEvent(this.run, event)
    this.note(event)
  }

  /** Only what the row of the run does not have. */
  note(event: JournalEvent): void {
    const fold: Fold<RunEventType> | undefined = folds[event.type as RunEventType] as
      | Fold<RunEventType>
      | undefined // type and data belong together
    fold?.(this.facts, event.data as EventTypes[RunEventType], event.at)
    noteAnswer(this.facts.answerParts, event)
  }
}

/** The run as it was before its first event. */
export function asBefore(run: Run): Run {
  const nothing = { output: null, outputJson: null, error: null, usage: null, model: null, waitingFor: null }
  return { ...run, ...nothing, state: 'queued', startedAt: null, finishedAt: null }
}

type Fold<Type extends RunEventType> = (facts: TaskFacts, data: EventTypes[Type], at: string) => void

const folds: { [Type in RunEventType]?: Fold<Type> } = {
  'run.waiting': (facts, _data, at) => {
    facts.pausedAt = at
  },
  'attempt.failed': (facts, { attempt }) => {
    facts.attempts = attempt + 1
  },
  'tool.called': (facts, { tool, effects }) => {
    facts.lastTool = tool
    if (effects !== 'none') facts.usedMutatingTools = true
  },
  'approval.requested': (facts, { approvalId, kind, tool, arguments: args }) => {
    facts.questions.push({ approvalId, kind, tool, arguments: args, decision: null, decidedBy: null })
  },
  'approval.decided': (facts, { approvalId, decision, decidedBy, reason }) => {
    const question = facts.questions.find((one) => one.approvalId === approvalId)
    if (question) Object.assign(question, { decision, decidedBy: namedDecider(reason) ?? decidedBy })
  },
  'run.cancelled': (facts, { reason }) => {
    facts.cancelReason = reason
  },
}

const byName = /^By (.{1,255}?)\.(?: |$)/s

/** The reason of a decision, in which the person stands whom the caller named. */
export function reasonBy(userId: string | null, reason: string | null): string | null {
  if (userId === null) return reason
  return reason === null ? `By ${userId}.` : `By ${userId}. ${reason}`
}

function namedDecider(reason: string | null): string | null {
  return byName.exec(reason ?? '')?.[1] ?? null
}
