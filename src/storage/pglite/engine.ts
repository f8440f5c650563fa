/* oxlint-disable unicorn/require-post-message-target-origin -- the rule means windows; this is a thread */
import { Worker } from 'node:worker_threads'
import { AppError } from '../../errors.ts'
import type { ClusterOptions, StateMessage } from './worker.ts'

/**
 * Stack of the thread. PostgreSQL measures its own stack to refuse recursion in time, but most of it lies in the
 * thread's native stack, which it cannot see: with the usual 4 MB a JSON text nested 100,000 deep ends the server.
 * With this much a million levels pass. Only what is touched takes memory.
 */
const stackSizeMb = 256

interface Waiting {
  resolve(reply: Uint8Array): void
  reject(error: unknown): void
}

/**
 * The embedded database's thread seen from outside: requests in, replies out, in order.
 *
 * Constructing it starts the thread, which loads its code at once; `open` says which cluster. When the thread ends by
 * itself every request is rejected with `database_unavailable`, `failure` says why, and `onFailure` is called once.
 */
export class Engine implements AsyncDisposable {
  // Options of the process's own start, such as a preloaded module, are none of the thread's.
  readonly #worker = new Worker(new URL('./worker.ts', import.meta.url), {
    execArgv: [],
    resourceLimits: { stackSizeMb },
  })
  readonly #waiting: Waiting[] = []
  readonly #opened = Promise.withResolvers<void>()
  readonly #closed = Promise.withResolvers<void>()
  readonly #onFailure: (reason: string) => void
  #state: 'starting' | 'open' | 'closing' = 'starting'
  #failure: string | null = null

  constructor(onFailure: (reason: string) => void = () => {}) {
    this.#onFailure = onFailure
    // A thread that fails before it is asked to open is reported by `open`.
    this.#opened.promise.catch(() => {})
    this.#worker.on('message', (message: StateMessage | Uint8Array | null) => this.#receive(message))
    this.#worker.on('error', (error) => this.#fail(error instanceof Error ? error.message : String(error)))
    this.#worker.on('exit', (code) => {
      if (this.#state === 'closing') this.#closed.resolve()
      else this.#fail(`The database thread ended with code ${code}.`)
    })
  }

  get failure(): string | null {
    return this.#failure
  }

  /** Opens the cluster, making an empty directory one. Call it once. */
  async open(options: ClusterOptions): Promise<void> {
    this.#worker.postMessage(options)
    await this.#opened.promise
  }

  /** One request of the wire protocol to its whole reply. */
  send(request: Uint8Array): Promise<Uint8Array> {
    if (this.#failure !== null || this.#state !== 'open') return Promise.reject(this.#unavailable())
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject })
      this.#worker.postMessage(request)
    })
  }

  /** Closes the cluster after the requests that were sent, which writes a checkpoint, and ends the thread. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#state === 'open' && this.#failure === null) {
      this.#state = 'closing'
      this.#worker.postMessage(null)
      await this.#closed.promise
    }
    this.#state = 'closing'
    await this.#worker.terminate()
  }

  #receive(message: StateMessage | Uint8Array | null): void {
    if (message instanceof Uint8Array) this.#waiting.shift()?.resolve(message)
    else if (message === null) this.#closed.resolve()
    else if (message.error !== null) this.#fail(message.error)
    else {
      this.#state = 'open'
      this.#opened.resolve()
    }
  }

  #fail(reason: string): void {
    if (this.#failure !== null) return
    this.#failure = reason
    const error = this.#unavailable()
    this.#opened.reject(error)
    for (const waiting of this.#waiting.splice(0)) waiting.reject(error)
    this.#closed.resolve()
    if (this.#state === 'open') this.#onFailure(reason)
  }

  #unavailable(): AppError {
    return new AppError('database_unavailable', {
      cause: new Error(this.#failure ?? 'The database is closed.'),
    })
  }
}
