import type { IncomingMessage } from 'node:http'
import { AppError } from '../errors.ts'

/** Chunks held for a slow reader before the socket is paused. */
const queueLimit = 32
/** How long, and how far, a discarded rest is read so that its connection can be used again. */
const discardMs = 250
const discardBytes = 64 * 1024

export interface BodyLimits {
  host: string
  maxBytes: number
  idleMs: number
  signal: AbortSignal | undefined
}

/**
 * The body of one response as an async iterator, written by hand because the one of Node's streams costs more than
 * everything else in a streamed model call. One reader; `return` (a `break`) closes the connection.
 */
export class ResponseBody implements AsyncIterableIterator<Buffer> {
  readonly #message: IncomingMessage
  readonly #limits: BodyLimits
  readonly #queue: Buffer[] = []
  readonly #timer: NodeJS.Timeout
  readonly #onAbort: () => void
  #waiting: { resolve: (result: IteratorResult<Buffer>) => void; reject: (error: unknown) => void } | null =
    null
  #failure: { error: unknown } | null = null
  #ended = false
  #discarded = false
  #bytes = 0

  constructor(message: IncomingMessage, limits: BodyLimits) {
    this.#message = message
    this.#limits = limits
    this.#timer = setTimeout(() => this.#idle(), limits.idleMs)
    this.#timer.unref()
    this.#onAbort = () => this.#fail(limits.signal?.reason)
    limits.signal?.addEventListener('abort', this.#onAbort)
    message.on('data', (chunk: Buffer) => this.#accept(chunk))
    message.on('end', () => this.#finish())
    message.on('error', (error) => this.#cut(error))
    message.on('close', () => this.#cut(null))
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  next(): Promise<IteratorResult<Buffer>> {
    const chunk = this.#queue.shift()
    if (chunk !== undefined) {
      if (this.#queue.length === 0 && this.#message.isPaused()) this.#message.resume()
      return Promise.resolve({ value: chunk, done: false })
    }
    if (this.#failure !== null) return Promise.reject(this.#failure.error)
    if (this.#ended) return Promise.resolve({ value: undefined, done: true })
    this.#timer.refresh()
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject }
    })
  }

  return(): Promise<IteratorResult<Buffer>> {
    if (!this.#ended && !this.#discarded) this.#message.destroy()
    this.#finish()
    return Promise.resolve({ value: undefined, done: true })
  }

  /** Gives up the rest. The connection is kept when the rest is short and comes soon. */
  discard(): void {
    if (this.#ended || this.#failure !== null) return
    this.#discarded = true
    this.#queue.length = 0
    this.#bytes = 0
    const timer = setTimeout(() => this.#message.destroy(), discardMs)
    timer.unref()
    this.#message.once('close', () => clearTimeout(timer))
    this.#message.resume()
    this.#finish()
  }

  async text(): Promise<string> {
    const chunks: Buffer[] = []
    for await (const chunk of this) chunks.push(chunk)
    return Buffer.concat(chunks).toString('utf8')
  }

  #accept(chunk: Buffer): void {
    this.#bytes += chunk.length
    if (this.#discarded) {
      if (this.#bytes > discardBytes) this.#message.destroy()
      return
    }
    if (this.#ended || this.#failure !== null) return
    if (this.#bytes > this.#limits.maxBytes) return this.#fail(tooLarge(this.#limits))
    this.#timer.refresh()
    const waiting = this.#waiting
    if (waiting !== null) {
      this.#waiting = null
      waiting.resolve({ value: chunk, done: false })
      return
    }
    this.#queue.push(chunk)
    if (this.#queue.length >= queueLimit) this.#message.pause()
  }

  #idle(): void {
    // Nobody reads at the moment: the silence is ours, not theirs.
    if (this.#waiting === null) {
      this.#timer.refresh()
      return
    }
    const { host, idleMs } = this.#limits
    this.#fail(new AppError('egress_failed', { detail: `${host} sent nothing for ${idleMs / 1000} s.` }))
  }

  #cut(cause: unknown): void {
    if (this.#ended || this.#failure !== null) return
    const detail = `${this.#limits.host} closed the connection before the end of its answer.`
    this.#fail(new AppError('egress_failed', { detail, cause }))
  }

  #fail(error: unknown): void {
    if (this.#ended || this.#failure !== null) return
    this.#failure = { error }
    this.#release()
    this.#message.destroy()
    const waiting = this.#waiting
    this.#waiting = null
    waiting?.reject(error)
  }

  #finish(): void {
    if (this.#ended || this.#failure !== null) return
    this.#ended = true
    this.#release()
    const waiting = this.#waiting
    this.#waiting = null
    waiting?.resolve({ value: undefined, done: true })
  }

  #release(): void {
    clearTimeout(this.#timer)
    this.#limits.signal?.removeEventListener('abort', this.#onAbort)
  }
}

export function tooLarge(limits: BodyLimits): AppError {
  return new AppError('egress_failed', {
    detail: `${limits.host} answered with more than ${limits.maxBytes} bytes, which is the limit here.`,
  })
}
