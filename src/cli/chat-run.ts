import { randomUUID } from 'node:crypto'
import type { Clock } from '../lib/clock.ts'
import type { JsonObject } from '../lib/json.ts'
import { backoff } from '../lib/retry.ts'
import { askForAnswers, type Answer } from './chat-answers.ts'
import type { ChatView } from './chat-view.ts'
import type { ApiClient } from './client.ts'
import { CommandError } from './exit.ts'
import type { Paint } from './paint.ts'
import type { Asker, Terminal } from './terminal.ts'
import type { WireEvent, WireWaiting } from './wire.ts'

/** Milliseconds of silence after which a server that went away is given up. */
const patience = 120_000

export interface ChatRunOptions {
  client: ApiClient
  agentId: string
  input: string
  /** The conversation to go on with; null: a new one. */
  threadId: string | null
  view: ChatView
  paint: Paint
  terminal: Terminal
  asker: Asker
  clock: Clock
}

export type RunEnding = 'completed' | 'failed' | 'cancelled' | 'waiting'

const endings: Partial<Record<string, RunEnding>> = {
  'run.completed': 'completed',
  'run.failed': 'failed',
  'run.cancelled': 'cancelled',
}

/**
 * One run in front of a person: started, followed through restarts of the server, answered where it asks.
 *
 * The request that starts it carries an Idempotency-Key, so that it may be repeated while nobody knows whether it
 * arrived; from the first event on, the number of the last event is the cursor.
 */
export class ChatRun {
  readonly #options: ChatRunOptions
  readonly #startKey = randomUUID()
  readonly #closed = new AbortController()
  #runId: string | null = null
  #threadId: string | null
  #lastSeq = 0
  #cancelRequested = false
  #answering: AbortController | null = null
  /** A question stands on the last line. */
  #asking = false
  #unanswerable = false
  #failure: unknown = null

  constructor(options: ChatRunOptions) {
    this.#options = options
    this.#threadId = options.threadId
  }

  get threadId(): string | null {
    return this.#threadId
  }

  get runId(): string | null {
    return this.#runId
  }

  /** Asks the server to stop the run; `follow` then ends with `cancelled`. */
  cancel(): void {
    if (this.#cancelRequested) return
    this.#cancelRequested = true
    this.#write(this.#options.view.note('(cancelling; Ctrl-C again leaves without waiting)'))
    if (this.#runId !== null) void this.#sendCancel(this.#runId)
  }

  /** Follows the run to its end. Throws a `CommandError` when the server stays away or refuses. */
  async follow(): Promise<RunEnding> {
    const { clock, view } = this.#options
    let failures = 0
    let silentSince = clock.monotonic()
    try {
      for (;;) {
        try {
          for await (const event of this.#open()) {
            if (event.seq <= this.#lastSeq) continue
            this.#lastSeq = event.seq
            failures = 0
            silentSince = clock.monotonic()
            const ending = this.#take(event)
            if (ending !== null) return ending
          }
        } catch (error) {
          if (this.#failure !== null) throw this.#failure
          if (this.#unanswerable) return 'waiting'
          if (!(error instanceof CommandError) || error.reason !== 'unreachable') throw error
          if (clock.monotonic() - silentSince > patience) throw error
        }
        failures += 1
        if (failures === 1) this.#write(view.note('(the connection broke; reconnecting …)'))
        await clock.sleep(backoff(failures, { first: 200, most: 3000 }, Math.random()))
      }
    } finally {
      this.#answering?.abort()
      this.#closed.abort()
    }
  }

  #open(): AsyncIterable<WireEvent> {
    const { client, agentId, input, threadId } = this.#options
    const { signal } = this.#closed
    if (this.#runId !== null) {
      const headers = { 'last-event-id': String(this.#lastSeq) }
      return client.events('GET', `/v1/runs/${this.#runId}/events`, { headers, signal })
    }
    const body: JsonObject = { input, stream: true, ...(threadId === null ? {} : { thread_id: threadId }) }
    const headers = { 'idempotency-key': this.#startKey }
    return client.events('POST', `/v1/agents/${agentId}/runs`, { body, headers, signal })
  }

  #take(event: WireEvent): RunEnding | null {
    if (this.#runId === null) {
      this.#runId = event.run_id
      if (this.#cancelRequested) void this.#sendCancel(event.run_id)
    }
    if (event.type === 'run.created') this.#threadId = event.data.thread_id
    if (event.type === 'run.resumed') this.#stopAsking(this.#options.view.note('(answered elsewhere)'))
    if (event.type in endings) this.#stopAsking('')
    this.#write(this.#options.view.show(event))
    if (event.type === 'run.waiting') void this.#answer(event.run_id, event.data.waiting_for)
    return endings[event.type] ?? null
  }

  /** Runs beside the stream, because somebody else may answer first. Never rejects. */
  async #answer(runId: string, waiting: WireWaiting): Promise<void> {
    const { asker, terminal, paint, view } = this.#options
    const answering = new AbortController()
    this.#answering?.abort()
    this.#answering = answering
    try {
      this.#write(view.endLine())
      const answers = askForAnswers(runId, waiting, { asker, terminal, paint, signal: answering.signal })
      for (;;) {
        this.#asking = true
        const next = await answers.next()
        this.#asking = false
        if (next.done === true) {
          this.#unanswerable = !next.value
          break
        }
        await this.#send(next.value, answering.signal)
      }
    } catch (error) {
      if (answering.signal.aborted) return
      this.#failure = error
    }
    if (this.#unanswerable || this.#failure !== null) this.#closed.abort()
  }

  /** Withdraws the question that stands, if one does, and ends its line. */
  #stopAsking(remark: string): void {
    if (this.#asking) this.#write(`\n${remark}`)
    this.#asking = false
    this.#answering?.abort()
  }

  /** Repeats an answer until a server took it or refused it. That somebody else was faster is worth a remark only. */
  async #send(answer: Answer, signal: AbortSignal): Promise<void> {
    const { client, clock, view } = this.#options
    for (let attempt = 1; ; attempt++) {
      try {
        const headers = { 'idempotency-key': answer.idempotencyKey }
        await client.request('POST', answer.path, { body: answer.body, headers, signal })
        return
      } catch (error) {
        if (!(error instanceof CommandError)) throw error
        if (error.reason === 'failed') return this.#write(view.note(`(${error.message})`))
        if (error.reason !== 'unreachable') throw error
        await clock.sleep(backoff(attempt, { first: 200, most: 3000 }, Math.random()), signal)
      }
    }
  }

  async #sendCancel(runId: string): Promise<void> {
    try {
      await this.#options.client.request('POST', `/v1/runs/${runId}/cancel`, { signal: this.#closed.signal })
    } catch (error) {
      // A run that ended by itself meanwhile needs no cancelling; the stream says so.
      if (error instanceof CommandError) this.#write(this.#options.view.note(`(${error.message})`))
    }
  }

  #write(text: string): void {
    if (text !== '') this.#options.terminal.output.write(text)
  }
}
