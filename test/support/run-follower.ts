import { setTimeout as delay } from 'node:timers/promises'
import type { JsonObject } from '../../src/lib/json.ts'
import { ConnectionLost, type ParleyClient, type Reply, type StreamedEvent } from './parley-client.ts'

/** How the run comes about: a streamed request that is repeated with its key until it is answered, or it is there. */
export type FollowedRun = { runId: string } | { agentId: string; body: JsonObject; idempotencyKey: string }

const terminal = new Set(['run.completed', 'run.failed', 'run.cancelled'])
const retryEvery = 20

/** Whether a repeat may get another answer: the server is down, starting, or still at work on the first request. */
export function isPassing(reply: Reply): boolean {
  return reply.status >= 500 || reply.body['code'] === 'idempotency_in_progress'
}

/**
 * A client that never gives up: follows one run over any number of broken connections, each time from the last event
 * it has. Keeps what it was sent exactly as it came, so that repeats and gaps stay visible.
 */
export class RunFollower {
  readonly events: StreamedEvent[] = []
  /** Connections that broke before the run had ended. */
  breaks = 0
  /** Connections that went on behind an event of an earlier one. */
  resumes = 0
  /** Resolves with the run's id at its first event; rejects when the run was refused. */
  readonly started: Promise<string>
  /** Resolves after the terminal event; rejects at the deadline, with what is wrong, or when `signal` aborts. */
  readonly ended: Promise<void>
  readonly #client: ParleyClient
  readonly #run: FollowedRun
  readonly #signal: AbortSignal
  readonly #onEvent: (event: StreamedEvent) => void
  #runId: string | null
  #start = Promise.withResolvers<string>()

  constructor(
    client: ParleyClient,
    run: FollowedRun,
    options: { signal: AbortSignal; onEvent?: (event: StreamedEvent) => void },
  ) {
    this.#client = client
    this.#run = run
    this.#signal = options.signal
    this.#onEvent = options.onEvent ?? (() => {})
    this.#runId = 'runId' in run ? run.runId : null
    this.started = this.#start.promise
    this.ended = this.#follow()
    // Whoever waits is told; a test that failed elsewhere does not wait any more.
    this.started.catch(() => {})
    this.ended.catch((error: unknown) => this.#start.reject(error))
  }

  get types(): string[] {
    return this.events.map((event) => event.type)
  }

  async #follow(): Promise<void> {
    for (;;) {
      try {
        if (await this.#once()) return
      } catch (error) {
        if (!(error instanceof ConnectionLost)) throw error
      }
      this.breaks += 1
      await delay(retryEvery, undefined, { signal: this.#signal })
    }
  }

  /** One connection; true once the run has ended. */
  async #once(): Promise<boolean> {
    const known = this.events.length
    for await (const event of this.#open()) {
      // Says that the stream, not the run, ends here; it has no number.
      if (event.type === 'error') return false
      if (known > 0 && this.events.length === known) this.resumes += 1
      this.events.push(event)
      if (this.#runId === null) this.#runId = String(event.data['run_id'])
      this.#start.resolve(this.#runId)
      this.#onEvent(event)
      if (terminal.has(event.type)) return true
    }
    return false
  }

  #open(): AsyncGenerator<StreamedEvent> {
    const refused = (reply: Reply): void => {
      if (!isPassing(reply))
        throw new Error(`The stream was refused: ${reply.status} ${JSON.stringify(reply.body)}`)
    }
    const signal = this.#signal
    if (this.#runId === null && 'body' in this.#run) {
      const { agentId, body, idempotencyKey } = this.#run
      return this.#client.stream('POST', `/v1/agents/${agentId}/runs`, {
        body: { ...body, stream: true },
        headers: { 'idempotency-key': idempotencyKey },
        signal,
        refused,
      })
    }
    const last = this.events.at(-1)
    return this.#client.stream('GET', `/v1/runs/${this.#runId}/events`, {
      headers: last ? { 'last-event-id': String(last.id) } : {},
      signal,
      refused,
    })
  }
}
