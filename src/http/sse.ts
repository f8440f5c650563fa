import type { ServerResponse } from 'node:http'
import { AppError } from '../errors.ts'
import type { Log } from '../lib/log.ts'
import type { EventStream, EventStreamOptions, SseMessage } from './endpoint.ts'

/** A comment goes out after this long without a message, milliseconds, so that proxies keep the connection. */
const pingAfter = 15_000
/** Bytes that may wait in a reader's socket before its source is no longer asked for more. */
const fullAt = 4 * 1024 * 1024
/** How long a reader may stay full, milliseconds; and the bytes at which it is dropped at once. */
const fullFor = 30_000
const neverAbove = 16 * 1024 * 1024
/** How often it is asked whether a reader still may read, milliseconds: a stream outlives its request by hours. */
const recheckAfter = 15_000
/** How long the head of a reply waits for the first message, milliseconds, so that both leave in one packet. */
const headWithin = 20
/** How often idle and slow readers are looked at, milliseconds: one timer for all streams. */
const lookEvery = 1000

const ping = ': ping\n\n'

/** How a stream's messages are written. */
type Framing = EventStreamOptions['framing']

function renderCompact(message: SseMessage): string {
  let text = ''
  if (message.event !== undefined) text += `event:${message.event}\n`
  if (message.id !== undefined) text += `id:${message.id}\n`
  const { data } = message
  if (!data.includes('\n') && !data.includes('\r')) return `${text}data:${data}\n\n`
  for (const line of data.split(/\r\n|\r|\n/)) text += `data:${line}\n`
  return `${text}\n`
}

/** The text of one message on the wire. */
export function renderSse(message: SseMessage, framing?: Framing): string {
  if (framing === 'compact') return renderCompact(message)
  let text = ''
  if (message.id !== undefined) text += `id: ${message.id}\n`
  if (message.event !== undefined) text += `event: ${message.event}\n`
  const { data } = message
  if (!data.includes('\n') && !data.includes('\r')) return `${text}data: ${data}\n\n`
  for (const line of data.split(/\r\n|\r|\n/)) text += `data: ${line}\n`
  return `${text}\n`
}

function streamHeaders(stream: EventStream, requestId: string): Record<string, string> {
  return {
    'x-request-id': requestId,
    'content-type':
      stream.options.framing === 'compact' ? 'text/event-stream' : 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache',
    'x-accel-buffering': 'no',
    ...stream.options.headers,
  }
}

export interface SseConnectionOptions {
  requestId: string
  failed: (error: AppError) => SseMessage | null
  /** Rejects once the reader may not read any more. Null: anybody may. */
  recheck: (() => Promise<void>) | null
  /** Called once, when nothing more will be written. */
  closed: (connection: SseConnection) => void
  log: Log
  now: () => number
}

/**
 * One open event stream. Messages that are ready in the same turn of the event loop leave in one write; the last ones
 * leave together with the end of the reply.
 */
export class SseConnection {
  #outgoing: ServerResponse
  #iterator: AsyncIterator<SseMessage | readonly SseMessage[]>
  #options: SseConnectionOptions
  #framing: Framing
  #pending = ''
  #flushing = false
  #headTimer: NodeJS.Timeout | null
  #ended = false
  #lastWrite: number
  #checkedAt: number
  #fullSince: number | null = null
  #drained: (() => void) | null = null

  constructor(outgoing: ServerResponse, stream: EventStream, options: SseConnectionOptions) {
    this.#outgoing = outgoing
    this.#iterator = stream.source[Symbol.asyncIterator]()
    this.#options = options
    this.#framing = stream.options.framing
    this.#lastWrite = this.#checkedAt = options.now()
    outgoing.writeHead(200, streamHeaders(stream, options.requestId))
    outgoing.once('close', this.#gone)
    this.#headTimer = setTimeout(this.#flush, headWithin)
  }

  /** Sends what the source yields until it ends. Never rejects: a failure is told to the client and logged. */
  async pump(): Promise<void> {
    try {
      while (!this.#ended) {
        const next = await this.#iterator.next()
        if (next.done) return this.#end('')
        this.#append(next.value)
        if (this.#outgoing.writableLength + this.#pending.length > fullAt) await this.#room()
      }
    } catch (cause) {
      this.#fail(cause)
    }
  }

  /** Ends the stream with a reason that the client is told. */
  stop(error: AppError): void {
    if (this.#ended) return
    const last = this.#options.failed(error)
    this.#end(last === null ? '' : renderSse(last, this.#framing))
    this.#release()
  }

  /** Called every second: pings an idle reader, lets a slow one catch up or drops it; ends it for who may not read on. */
  look(): void {
    const now = this.#options.now()
    if (now - this.#checkedAt >= recheckAfter) this.#recheck(now)
    const waiting = this.#outgoing.writableLength
    if (waiting > neverAbove) return this.#drop('too much is waiting for this reader', waiting)
    if (this.#fullSince !== null) {
      if (waiting <= fullAt) return this.#catchUp()
      if (now - this.#fullSince >= fullFor) this.#drop('this reader does not keep up', waiting)
      return
    }
    if (now - this.#lastWrite < pingAfter) return
    this.#pending += ping
    this.#flush()
  }

  /** Asks at once whether the reader still may read. */
  recheck(): void {
    this.#recheck(this.#options.now())
  }

  /** Who cannot be asked about, because the database does not answer, reads on. */
  #recheck(now: number): void {
    this.#checkedAt = now
    this.#options.recheck?.().catch((error: unknown) => {
      if (!(error instanceof AppError)) return
      if (error.category === 'unauthenticated' || error.category === 'forbidden') this.stop(error)
    })
  }

  #append(value: SseMessage | readonly SseMessage[]): void {
    if (this.#ended) return
    if ('data' in value) this.#pending += renderSse(value, this.#framing)
    else for (const message of value) this.#pending += renderSse(message, this.#framing)
    this.#flushSoon()
  }

  /** A tick runs after every promise that is already settled: whatever the source has ready is in one write. */
  #flushSoon(): void {
    if (this.#flushing) return
    this.#flushing = true
    process.nextTick(this.#flush)
  }

  #flush = (): void => {
    this.#flushing = false
    if (this.#ended || this.#outgoing.destroyed) return
    if (this.#pending === '') {
      if (this.#headTimer !== null) this.#outgoing.flushHeaders()
      return this.#headSent()
    }
    this.#headSent()
    this.#lastWrite = this.#options.now()
    this.#outgoing.write(this.#pending)
    this.#pending = ''
  }

  #headSent(): void {
    if (this.#headTimer === null) return
    clearTimeout(this.#headTimer)
    this.#headTimer = null
  }

  async #room(): Promise<void> {
    this.#flush()
    if (this.#ended || this.#outgoing.writableLength <= fullAt) return
    this.#fullSince = this.#options.now()
    this.#outgoing.once('drain', this.#catchUp)
    await new Promise<void>((resolve) => (this.#drained = resolve))
  }

  #catchUp = (): void => {
    this.#fullSince = null
    this.#outgoing.off('drain', this.#catchUp)
    this.#drained?.()
    this.#drained = null
  }

  #end(last: string): void {
    if (this.#ended) return
    const text = this.#pending + last
    this.#finish()
    if (this.#outgoing.destroyed) return
    if (text === '') this.#outgoing.end()
    else this.#outgoing.end(text)
  }

  #fail(cause: unknown): void {
    if (this.#ended) return
    const { log, requestId } = this.#options
    const error = cause instanceof AppError ? cause : new AppError('internal', { cause })
    if (error.category === 'internal') log.error({ requestId, err: cause }, 'stream failed')
    this.stop(error)
  }

  #drop(reason: string, bytes: number): void {
    this.#options.log.warn({ requestId: this.#options.requestId, reason, bytes }, 'stream dropped')
    this.#gone()
    this.#outgoing.destroy()
  }

  /** The client is no longer there. */
  #gone = (): void => {
    if (this.#ended) return
    this.#finish()
    this.#release()
  }

  #finish(): void {
    this.#ended = true
    this.#pending = ''
    this.#headSent()
    this.#catchUp()
    this.#options.closed(this)
  }

  /** Tells the source that nobody listens any more. */
  #release(): void {
    const returned = this.#iterator.return?.()
    returned?.catch((cause: unknown) => {
      this.#options.log.error(
        { requestId: this.#options.requestId, err: cause },
        'stream source failed to stop',
      )
    })
  }
}

/** Answers a HEAD request for a stream: its source is never asked for anything. */
async function sendHead(outgoing: ServerResponse, stream: EventStream, requestId: string): Promise<void> {
  outgoing.writeHead(200, streamHeaders(stream, requestId)).end()
  await stream.source[Symbol.asyncIterator]().return?.()
}

/** The open streams of a server, looked after by one timer that runs only while there are any. */
export class SseStreams {
  #open = new Set<SseConnection>()
  #timer: NodeJS.Timeout | null = null
  #log: Log
  #now: () => number

  constructor(options: { log: Log; now?: () => number }) {
    this.#log = options.log
    this.#now = options.now ?? (() => performance.now())
  }

  get size(): number {
    return this.#open.size
  }

  /** Answers with the stream; resolves when it is over. */
  async send(
    outgoing: ServerResponse,
    stream: EventStream,
    options: Pick<SseConnectionOptions, 'requestId' | 'failed'> & {
      headOnly: boolean
      recheck?: SseConnectionOptions['recheck']
    },
  ): Promise<void> {
    if (options.headOnly) return await sendHead(outgoing, stream, options.requestId)
    const connection = new SseConnection(outgoing, stream, {
      requestId: options.requestId,
      failed: stream.options.failed ?? options.failed,
      recheck: options.recheck ?? null,
      closed: this.#closed,
      log: this.#log,
      now: this.#now,
    })
    this.#open.add(connection)
    this.#timer ??= setInterval(this.#look, lookEvery).unref()
    await connection.pump()
  }

  /** Ends every stream with a reason. */
  stopAll(error: AppError): void {
    for (const connection of this.#open) connection.stop(error)
  }

  /** Somebody may have lost a right: every reader is asked about at once. */
  recheckAll(): void {
    for (const connection of this.#open) connection.recheck()
  }

  #look = (): void => {
    for (const connection of this.#open) connection.look()
  }

  #closed = (connection: SseConnection): void => {
    this.#open.delete(connection)
    if (this.#open.size > 0 || this.#timer === null) return
    clearInterval(this.#timer)
    this.#timer = null
  }
}
