import { Client, type ClientConfig } from 'pg'
import type { Log } from '../lib/log.ts'
import { backoff } from '../lib/retry.ts'
import { quoteChannel } from './pglite/channels.ts'

type Handler = (payload: string) => void

const reconnect = { first: 100, most: 5_000 }

/**
 * One connection that listens, for all channels of this process.
 *
 * When it is lost it comes back by itself, and every handler is then called with an empty payload: what was notified in
 * between is lost, so they must read again.
 */
export class PostgresListener {
  readonly #config: ClientConfig
  readonly #log: Log
  readonly #handlers = new Map<string, Set<Handler>>()
  #client: Client | null = null
  #connecting: Promise<void> | null = null
  #retry: NodeJS.Timeout | null = null
  #attempt = 0
  #lost = false
  #closed = false

  constructor(config: ClientConfig, log: Log) {
    this.#config = config
    this.#log = log
  }

  /** Calls `handler` for every notification of the channel until the result is disposed. */
  async listen(channel: string, handler: Handler): Promise<AsyncDisposable> {
    const handlers = this.#handlers.get(channel) ?? new Set()
    this.#handlers.set(channel, handlers)
    handlers.add(handler)
    const client = this.#client
    if (client !== null) await this.#tell(client, `listen ${quoteChannel(channel)}`)
    else if (this.#retry === null) await this.#connectOnce()
    return {
      [Symbol.asyncDispose]: async () => {
        handlers.delete(handler)
        if (handlers.size > 0) return
        this.#handlers.delete(channel)
        if (this.#client !== null) await this.#tell(this.#client, `unlisten ${quoteChannel(channel)}`)
      },
    }
  }

  degraded(): string[] {
    return this.#lost ? ['LISTEN connection is down; following by polling.'] : []
  }

  /** A connection that fails is replaced, and the next one asks for all channels. */
  async #tell(client: Client, command: string): Promise<void> {
    try {
      await client.query(command)
    } catch (error) {
      this.#lose(client, error)
    }
  }

  #connectOnce(): Promise<void> {
    this.#connecting ??= this.#connect().finally(() => {
      this.#connecting = null
    })
    return this.#connecting
  }

  async #connect(): Promise<void> {
    const client = new Client(this.#config)
    client.on('error', (error) => this.#lose(client, error))
    client.on('end', () => this.#lose(client, new Error('The connection was closed.')))
    client.on('notification', ({ channel, payload }) => this.#deliver(channel, payload ?? ''))
    try {
      await client.connect()
      // Channels that are added while this runs find no client yet, so they are looked for until none is new.
      const listening = new Set<string>()
      for (const channel of this.#handlers.keys()) {
        if (listening.has(channel)) continue
        await client.query(`listen ${quoteChannel(channel)}`)
        listening.add(channel)
      }
      if (this.#closed) {
        await client.end()
        return
      }
      this.#client = client
    } catch (error) {
      this.#retryLater(error)
      client.removeAllListeners()
      client.on('error', () => {})
      client.end().catch(() => {})
      return
    }
    this.#attempt = 0
    if (!this.#lost) return
    this.#lost = false
    this.#log.info('the LISTEN connection is back')
    for (const channel of this.#handlers.keys()) this.#deliver(channel, '')
  }

  #lose(client: Client, error: unknown): void {
    if (this.#client !== client || this.#closed) return
    this.#client = null
    this.#retryLater(error)
  }

  #retryLater(error: unknown): void {
    if (this.#closed || this.#retry !== null) return
    if (!this.#lost)
      this.#log.warn({ reason: messageOf(error) }, 'the LISTEN connection is down; following by polling')
    this.#lost = true
    this.#attempt += 1
    this.#retry = setTimeout(
      () => {
        this.#retry = null
        void this.#connectOnce()
      },
      backoff(this.#attempt, reconnect, Math.random()),
    )
    this.#retry.unref()
  }

  #deliver(channel: string, payload: string): void {
    for (const handler of this.#handlers.get(channel) ?? []) {
      try {
        handler(payload)
      } catch (error) {
        this.#log.error({ err: error, channel }, 'a notification handler failed')
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true
    if (this.#retry !== null) clearTimeout(this.#retry)
    await this.#connecting
    await this.#client?.end()
  }
}

/** Node-postgres hangs its client, and with it the connection's parameters, on its errors: only the sentence is logged. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
