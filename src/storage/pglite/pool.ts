import { EventEmitter } from 'node:events'
import { AppError } from '../../errors.ts'
import type { Log } from '../../lib/log.ts'
import { Channels, quoteChannel } from './channels.ts'
import { EmbeddedClient, type QueryConfig, type QueryResult } from './client.ts'
import type { EngineWatcher } from './engine-keeper.ts'
import type { Session } from './session.ts'

interface Subscription {
  channel: string
  handler: (payload: string) => void
  /** Null while the session is away. */
  client: EmbeddedClient | null
}

/**
 * The embedded database shaped like node-postgres's `Pool`: any number of logical clients over the one session.
 *
 * Nobody waits for a client, only for a turn. `end` does nothing: the database's owner closes it.
 */
export class EmbeddedPool extends EventEmitter implements EngineWatcher {
  /** DBOS sizes its own concurrency by this. */
  readonly options = { max: 10 }
  readonly #session: Session
  readonly #log: Log
  readonly #channels = new Channels()
  readonly #clients = new Set<EmbeddedClient>()
  readonly #subscriptions = new Set<Subscription>()

  constructor(session: Session, log: Log) {
    super()
    this.#session = session
    this.#log = log
    session.onNotification((channel, payload) => this.#channels.deliver(channel, payload))
  }

  get totalCount(): number {
    return this.#clients.size
  }

  get idleCount(): number {
    return 0
  }

  get waitingCount(): number {
    return this.#session.turns.waiting
  }

  connect(): Promise<EmbeddedClient> {
    const client = new EmbeddedClient(this.#session, this.#channels, this.#log, (released) => {
      this.#clients.delete(released)
    })
    this.#clients.add(client)
    return Promise.resolve(client)
  }

  /** One query with a client of its own: a transaction that it opens is rolled back. */
  async query(query: string | QueryConfig, values?: readonly unknown[]): Promise<QueryResult> {
    const client = await this.connect()
    try {
      return await client.query(query, values)
    } finally {
      client.release()
    }
  }

  /**
   * Calls `handler` for every notification of a channel until the result is disposed; with an empty payload when the
   * session was lost and is back.
   */
  async listen(channel: string, handler: (payload: string) => void): Promise<AsyncDisposable> {
    const subscription: Subscription = { channel, handler, client: await this.#subscribe(channel, handler) }
    this.#subscriptions.add(subscription)
    return {
      [Symbol.asyncDispose]: async () => {
        this.#subscriptions.delete(subscription)
        subscription.client?.release()
        await subscription.client?.finished()
      },
    }
  }

  async #subscribe(channel: string, handler: (payload: string) => void): Promise<EmbeddedClient> {
    const client = await this.connect()
    client.on('notification', ({ payload }: { payload: string }) => handler(payload))
    try {
      await client.query(`listen ${quoteChannel(channel)}`)
    } catch (error) {
      client.release()
      throw error
    }
    return client
  }

  /** The session is gone: every client of it is of no further use. */
  lost(reason: string): void {
    this.#session.reset()
    const error = new AppError('database_unavailable', { cause: new Error(reason) })
    for (const client of this.#clients) client.lose(error)
  }

  /** A new session answers: the channels are opened again, and who follows them must read again. */
  reopened(): void {
    for (const subscription of this.#subscriptions) {
      subscription.client?.release()
      subscription.client = null
      void this.#renew(subscription)
    }
  }

  async #renew(subscription: Subscription): Promise<void> {
    const { channel, handler } = subscription
    let client: EmbeddedClient
    try {
      client = await this.#subscribe(channel, handler)
    } catch {
      // The session was lost once more: this is tried again when it is back.
      return
    }
    if (!this.#subscriptions.has(subscription)) {
      client.release()
      return
    }
    subscription.client = client
    handler('')
  }

  end(): Promise<void> {
    return Promise.resolve()
  }
}
