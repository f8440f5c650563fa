import type { JournalEvent } from '../../core/events/entry.ts'
import type { EventTypes, RunEventType } from '../../core/events/event.ts'
import type { RunError } from '../../core/runs/run.ts'
import { AppError, errors, type ErrorCode } from '../../errors.ts'
import type { JsonValue } from '../../lib/json.ts'
import {
  foldStep,
  nextStepId,
  noSteps,
  stepEvents,
  type Step,
  type StepContext,
  type StepMemory,
  type TokenUsage,
} from './steps.ts'

/** What `/run` answers, and what `done` and a callback carry. */
export interface PrintedRun {
  response: string
  jsonResponse: JsonValue
  executionSteps: Step[]
  executionTimeMs: number
  threadId: string
  tokenUsageSummary: TokenUsage
  lastAgentIterationId: string
}

export interface RunPrinterContext extends StepContext {
  /** What its callers call the thread. */
  threadId: string
}

/** The events that a run is printed from. */
export const printedEvents: RunEventType[] = [...stepEvents, 'run.started']

/** One run as clients of Make read it, brought up to date event by event. */
export class RunPrinter {
  readonly #context: RunPrinterContext
  readonly #memory: StepMemory
  #startedAt: number | null = null
  #endedAt: number | null = null
  #completed: EventTypes['run.completed'] | null = null
  #error: AppError | null = null

  constructor(context: RunPrinterContext) {
    this.#context = context
    this.#memory = noSteps(context)
  }

  get runId(): string {
    return this.#context.runId
  }

  get steps(): readonly Step[] {
    return this.#memory.steps
  }

  /** The id that the step after the last one will have. */
  get nextStepId(): string {
    return nextStepId(this.#memory)
  }

  /** Whether it has had its turn on the thread. */
  get started(): boolean {
    return this.#startedAt !== null
  }

  get ended(): boolean {
    return this.#endedAt !== null
  }

  /**
   * Why it has no answer; null while it goes on, and when it has one. A run that reached its limit of steps answers with
   * what the agent said until then.
   */
  get failure(): AppError | null {
    const partial = this.#error?.code === 'step_limit_reached' && this.#lastText() !== ''
    return partial ? null : this.#error
  }

  /** Why it did not complete; null while it goes on, and when it did. */
  get error(): AppError | null {
    return this.#error
  }

  /** Takes the next event of the run. */
  take(event: JournalEvent): void {
    foldStep(this.#memory, event)
    switch (event.type) {
      case 'run.started':
        this.#startedAt ??= Date.parse(event.at)
        return
      case 'run.completed':
        this.#completed = event.data as EventTypes['run.completed'] // said by its type
        break
      case 'run.failed':
        this.#error = runError((event.data as EventTypes['run.failed']).error) // said by its type
        break
      case 'run.cancelled':
        this.#error = cancelled(event.data as EventTypes['run.cancelled']) // said by its type
        break
      default:
        return
    }
    this.#endedAt = Date.parse(event.at)
  }

  print(): PrintedRun {
    return {
      response: this.#completed?.output ?? this.#lastText(),
      jsonResponse: this.#completed?.outputJson ?? null,
      executionSteps: this.#memory.steps,
      executionTimeMs: this.#endedAt === null ? 0 : this.#endedAt - (this.#startedAt ?? this.#endedAt),
      threadId: this.#context.threadId,
      tokenUsageSummary: sum(this.#memory.steps),
      lastAgentIterationId: this.runId,
    }
  }

  #lastText(): string {
    return (
      this.#memory.steps.findLast(({ role, content }) => role === 'assistant' && content !== '')?.content ??
      ''
    )
  }
}

function runError({ code, message }: RunError): AppError {
  if (!(code in errors)) return new AppError('internal', { cause: code })
  return new AppError(code as ErrorCode, { detail: message }) // it is a key of the table
}

function cancelled({ reason }: EventTypes['run.cancelled']): AppError {
  return new AppError('run_cancelled', { detail: `The run was cancelled: ${reason}` })
}

function sum(steps: readonly Step[]): TokenUsage {
  const total = { promptTokens: 0, completionTokens: 0, totalTokens: 0 }
  for (const { tokenUsage } of steps) {
    if (tokenUsage === null) continue
    total.promptTokens += tokenUsage.promptTokens
    total.completionTokens += tokenUsage.completionTokens
    total.totalTokens += tokenUsage.totalTokens
  }
  return total
}
