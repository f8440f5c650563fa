import type { JournalEvent } from '../../core/events/entry.ts'
import type { EventTypes } from '../../core/events/event.ts'
import { AppError } from '../../errors.ts'
import type { SseMessage } from '../../http/endpoint.ts'
import { derivedId } from './derived-id.ts'
import { runErrorBody } from './run-flow.ts'
import type { RunPrinter } from './run-printer.ts'
import type { Step } from './steps.ts'

export interface StepStreamOptions {
  /** The events that follow those the printer has taken already. */
  events: AsyncIterator<JournalEvent[]>
  /** Shows the text as the model writes it, before its step is complete. */
  deltas: boolean
}

/**
 * A run as server-sent events: each step once it is complete, then `done` with the whole reply of `/run`, or `error`.
 * The ids of the events are no ids of steps, and the same for every reader.
 */
export async function* stepMessages(
  printer: RunPrinter,
  { events, deltas }: StepStreamOptions,
): AsyncGenerator<SseMessage[]> {
  const wire = new StepWire(printer, deltas)
  try {
    for (let messages = wire.open(); ;) {
      if (messages.length > 0) yield messages
      if (wire.over) return
      const next = await events.next()
      if (next.done) return
      messages = []
      for (const event of next.value) {
        if (!wire.over) wire.take(event, messages)
      }
    }
  } finally {
    await events.return?.()
  }
}

/** Turns the events of one run into messages. */
class StepWire {
  /** Nothing follows. */
  over = false
  readonly #printer: RunPrinter
  readonly #deltas: boolean
  #messages = 0
  #steps = 0
  /** Text was shown of a step that is not complete. */
  #begun = false

  constructor(printer: RunPrinter, deltas: boolean) {
    this.#printer = printer
    this.#deltas = deltas
  }

  /** What the printer holds already. */
  open(): SseMessage[] {
    const messages: SseMessage[] = []
    this.#show(messages)
    return messages
  }

  take(event: JournalEvent, messages: SseMessage[]): void {
    if (this.#deltas && event.type === 'message.delta') {
      const { text } = event.data as EventTypes['message.delta'] // said by its type
      this.#begun = true
      messages.push(this.#message('delta', { id: this.#printer.nextStepId, delta: text }))
      return
    }
    const dropsText = event.type === 'step.restarted' || event.type === 'attempt.failed'
    if (this.#begun && dropsText) return this.#end(messages, begunAgain())
    this.#printer.take(event)
    this.#show(messages)
  }

  #show(messages: SseMessage[]): void {
    const { steps, ended, failure } = this.#printer
    while (this.#steps < steps.length) {
      this.#begun = false
      messages.push(this.#message('step', shownStep(steps[this.#steps++] as Step))) // it is below the length
    }
    if (ended) this.#end(messages, failure)
  }

  #end(messages: SseMessage[], failure: AppError | null): void {
    this.over = true
    messages.push(
      failure === null
        ? this.#message('done', this.#printer.print())
        : this.#message('error', runErrorBody(failure)),
    )
  }

  #message(event: string, value: unknown): SseMessage {
    return {
      event,
      id: derivedId('event', this.#printer.runId, this.#messages++),
      data: JSON.stringify(value),
    }
  }
}

/** The four keys of the vendor's own sample, and those of the others that say something. */
function shownStep({ role, content, id, agentIterationId, ...more }: Step): Partial<Step> {
  const { index, toolCalls, toolResponse, tokenUsage, executionTimeMs } = more
  return {
    role,
    content,
    id,
    agentIterationId,
    ...(index > 0 && { index }),
    ...(toolCalls.length > 0 && { toolCalls }),
    ...(toolResponse !== null && { toolResponse }),
    ...(tokenUsage !== null && { tokenUsage }),
    ...(executionTimeMs > 0 && { executionTimeMs }),
  }
}

/** Text cannot be taken back on this wire, so the stream ends; the run goes on. */
function begunAgain(): AppError {
  return new AppError('provider_unavailable', {
    detail:
      'The answer of the model broke off and was begun again. The run goes on: read its thread for the result.',
  })
}
