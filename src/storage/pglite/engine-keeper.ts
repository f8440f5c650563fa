import type { Log } from '../../lib/log.ts'
import { backoff } from '../../lib/retry.ts'
import { Engine } from './engine.ts'
import type { ClusterOptions } from './worker.ts'

const reopening = { first: 50, most: 5_000 }

/** Who must know when the server went away and came back. */
export interface EngineWatcher {
  /** Everything of the old session is gone: its transaction, its prepared statements, its channels. */
  lost(reason: string): void
  /** A new session answers. */
  reopened(): void
}

/**
 * Keeps an engine open: when one ends by itself, the cluster is opened again (which recovers it from its log), as a
 * PostgreSQL server restarts itself after a crash. Until then requests are rejected with `database_unavailable`.
 */
export class EngineKeeper implements AsyncDisposable {
  readonly #log: Log
  #engine: Engine
  #options: ClusterOptions | null = null
  #watcher: EngineWatcher | null = null
  #reopen: NodeJS.Timeout | null = null
  #attempt = 0
  #closed = false

  constructor(log: Log) {
    this.#log = log
    this.#engine = this.#createEngine()
  }

  /** Why the server does not answer, or null when it does. */
  get failure(): string | null {
    return this.#engine.failure
  }

  /** Opens the cluster. Rejects with `database_unavailable` when that does not work the first time. */
  async open(options: ClusterOptions): Promise<void> {
    await this.#engine.open(options)
    this.#options = options
  }

  watch(watcher: EngineWatcher): void {
    this.#watcher = watcher
  }

  send(request: Uint8Array): Promise<Uint8Array> {
    return this.#engine.send(request)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true
    if (this.#reopen !== null) clearTimeout(this.#reopen)
    await this.#engine[Symbol.asyncDispose]()
  }

  #createEngine(): Engine {
    return new Engine((reason) => {
      this.#log.error({ reason }, 'the embedded database stopped; opening it again')
      this.#watcher?.lost(reason)
      this.#reopenLater()
    })
  }

  #reopenLater(): void {
    this.#attempt += 1
    this.#reopen = setTimeout(() => void this.#openAgain(), backoff(this.#attempt, reopening, Math.random()))
  }

  async #openAgain(): Promise<void> {
    if (this.#options === null) return
    await this.#engine[Symbol.asyncDispose]()
    const engine = this.#createEngine()
    try {
      await engine.open(this.#options)
    } catch (error) {
      this.#log.error(
        { err: error, attempt: this.#attempt },
        'the embedded database cannot be opened again yet',
      )
      await engine[Symbol.asyncDispose]()
      if (!this.#closed) this.#reopenLater()
      return
    }
    if (this.#closed) {
      await engine[Symbol.asyncDispose]()
      return
    }
    this.#engine = engine
    this.#attempt = 0
    this.#log.info('the embedded database is open again')
    this.#watcher?.reopened()
  }
}
