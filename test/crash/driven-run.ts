import { setTimeout as delay } from 'node:timers/promises'
import { isJsonObject, type JsonObject, type JsonValue } from '../../src/lib/json.ts'
import {
  ConnectionLost,
  type ParleyClient,
  type Reply,
  type StreamedEvent,
} from '../support/parley-client.ts'
import { isPassing, RunFollower } from '../support/run-follower.ts'
import { inputText } from './flows.ts'
import type { ScenarioRun } from './scenarios.ts'
import type { World } from './world.ts'

const retryEvery = 20
/** What a repeated answer may be told when the first one was recorded and its reply was lost. */
const alreadyAnswered = new Set(['approval_decided', 'not_waiting_for_that', 'run_finished'])
/** The client cancels after this many pieces of text. */
const cancelAfter = 2

export interface DrivenRunOptions {
  client: ParleyClient
  world: World
  agentId: string
  run: ScenarioRun
  /** Names the run in the world: unique for all time. */
  order: string
  threadId: string | null
  signal: AbortSignal
}

/**
 * One run with the client that wants it: starts it, follows it, answers what it waits for, and repeats every request
 * with its Idempotency-Key until it is answered, as a careful client does.
 */
export class DrivenRun {
  readonly order: string
  readonly run: ScenarioRun
  readonly body: JsonObject
  follower: RunFollower | null = null
  /** Questions what became of a call. */
  decisions = 0
  /** Whether the server has said that it is cancelled. */
  cancelAcknowledged = false
  /** Resolves with the run's id once the client knows it. */
  readonly known: Promise<string>
  /** Resolves once the run has ended and every answer was taken. */
  readonly ended: Promise<void>
  readonly #options: DrivenRunOptions
  readonly #answers: Promise<void>[] = []
  readonly #known = Promise.withResolvers<string>()
  #texts = 0

  constructor(options: DrivenRunOptions) {
    const { run, order, threadId } = options
    this.#options = options
    this.run = run
    this.order = order
    this.body = {
      input: inputText(run.flow, order),
      metadata: { order },
      ...(threadId === null ? {} : { thread_id: threadId }),
      ...(run.mode === 'wait' ? {} : { [run.mode]: true }),
    }
    this.known = this.#known.promise
    this.known.catch(() => {}) // `ended` rejects with the same
    this.ended = this.#drive()
    this.ended.catch((error: unknown) => this.#known.reject(error))
  }

  get events(): StreamedEvent[] {
    return this.follower?.events ?? []
  }

  async #drive(): Promise<void> {
    const { client, agentId, signal, run } = this.#options
    const onEvent = (event: StreamedEvent): void => this.#take(event)
    if (run.mode === 'stream') {
      this.#options.world.hold(this.order)
      const request = { agentId, body: this.body, idempotencyKey: `start-${this.order}` }
      this.follower = new RunFollower(client, request, { signal, onEvent })
    } else {
      const reply = await this.#insist(`/v1/agents/${agentId}/runs`, this.body, `start-${this.order}`)
      if (reply.status !== (run.mode === 'wait' ? 200 : 202)) throw refusal('The run', reply)
      this.follower = new RunFollower(client, { runId: String(reply.body['id']) }, { signal, onEvent })
    }
    this.#known.resolve(await this.follower.started)
    await this.follower.ended
    await Promise.all(this.#answers)
  }

  #take(event: StreamedEvent): void {
    const data = event.data['data']
    if (!isJsonObject(data)) return
    if (event.type === 'run.waiting') this.#later(this.#answer(data['waiting_for'] ?? null, event.id))
    if (event.type !== 'message.delta') return
    this.#options.world.release(this.order)
    this.#texts += 1
    if (this.run.cancel && this.#texts === cancelAfter) this.#later(this.#cancel())
  }

  #later(answer: Promise<void>): void {
    this.#answers.push(answer)
    answer.catch(() => {}) // `ended` awaits it
  }

  async #cancel(): Promise<void> {
    const reply = await this.#insist(`/v1/runs/${this.#runId()}/cancel`, {}, `cancel-${this.order}`)
    if (reply.status !== 200 && reply.body['code'] !== 'run_finished') throw refusal('Cancelling', reply)
    this.cancelAcknowledged = reply.body['state'] === 'cancelled'
  }

  async #answer(waitingFor: JsonValue, seq: number): Promise<void> {
    if (!isJsonObject(waitingFor)) throw new Error('A run waits and does not say for what.')
    const { type } = waitingFor
    if (type === 'tool_outputs') {
      const outputs = list(waitingFor['calls']).map((call) => ({
        call_id: call['call_id'] ?? '',
        output: 'The client says yes.',
      }))
      return await this.#say(
        `/v1/runs/${this.#runId()}/tool-outputs`,
        { outputs },
        `outputs-${this.order}-${seq}`,
      )
    }
    for (const approval of list(waitingFor['approvals'])) {
      const decision =
        type === 'approval' ? { decision: 'approve' } : this.#outcome(String(approval['call_id']))
      const id = String(approval['approval_id'])
      await this.#say(`/v1/approvals/${id}`, decision, `decide-${id}`)
    }
  }

  /** What a person says who can look into the world. */
  #outcome(callId: string): JsonObject {
    this.decisions += 1
    const intent = this.events
      .map((event) => event.data['data'])
      .findLast(
        (data): data is JsonObject =>
          isJsonObject(data) && data['call_id'] === callId && data['effect_id'] !== undefined,
      )
    const seen = this.#options.world.tools.effect(String(intent?.['effect_id']))
    return seen === null ? { decision: 'again' } : { decision: 'happened', result: seen.result }
  }

  async #say(path: string, body: JsonObject, key: string): Promise<void> {
    const reply = await this.#insist(path, body, key)
    if (reply.status === 200 || (reply.repeated && alreadyAnswered.has(String(reply.body['code'])))) return
    throw refusal(`POST ${path}`, reply)
  }

  /** Repeats a request until it is answered. `repeated`: an earlier attempt may have been recorded. */
  async #insist(path: string, body: JsonObject, key: string): Promise<Reply & { repeated: boolean }> {
    const { client, signal } = this.#options
    for (let attempt = 1; ; attempt++) {
      try {
        const reply = await client.send('POST', path, { body, headers: { 'idempotency-key': key }, signal })
        if (!isPassing(reply)) return { ...reply, repeated: attempt > 1 }
      } catch (error) {
        if (!(error instanceof ConnectionLost)) throw error
      }
      await delay(retryEvery, undefined, { signal })
    }
  }

  #runId(): string {
    return String(this.events[0]?.data['run_id'])
  }
}

function list(value: JsonValue | undefined): JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : []
}

function refusal(what: string, reply: Reply): Error {
  return new Error(`${what} was refused: ${reply.status} ${JSON.stringify(reply.body)}`)
}
