import { AppError } from '../errors.ts'
import type { Log } from '../lib/log.ts'
import type { ApiDialect } from './api-dialect.ts'
import { challenge } from './auth.ts'
import { compressReply } from './compress.ts'
import { EventStream, type Endpoint } from './endpoint.ts'
import type { Answer } from './idempotency.ts'
import type { IncomingRequest } from './incoming-request.ts'
import { sendReply } from './reply.ts'
import { SseStreams } from './sse.ts'

export interface Responder {
  /** Sends what an endpoint answered; resolves when it is complete, for a stream when the stream is over. */
  send(request: IncomingRequest, dialect: ApiDialect, answer: Answer): Promise<void>
  /** Sends an error in the dialect's envelope. What is not an `AppError` becomes `internal` and is logged with its cause. */
  sendError(request: IncomingRequest, dialect: ApiDialect, cause: unknown, options?: ErrorOptions): void
  /** Somebody may have lost a right: open streams end at once for whoever may not read on. */
  recheck(): void
  /** From now on connections end with their reply, and open streams with `shutting_down`. */
  stop(): void
  readonly openStreams: number
}

interface ErrorOptions {
  endpoint?: Endpoint
  status?: number
  headers?: Record<string, string>
}

function withHeaders(stream: EventStream, headers: Readonly<Record<string, string>>): EventStream {
  if (Object.keys(headers).length === 0) return stream
  return new EventStream(stream.source, {
    ...stream.options,
    headers: { ...stream.options.headers, ...headers },
  })
}

/** What writes replies: nothing else in the frame touches the outgoing side. */
export function createResponder(options: { log: Log }): Responder {
  const { log } = options
  const streams = new SseStreams({ log })
  let stopping = false

  function logError(request: IncomingRequest, error: AppError, endpoint: Endpoint | undefined): void {
    const fields = {
      requestId: request.requestId,
      endpoint: endpoint?.id,
      code: error.code,
      err: error.cause ?? error,
    }
    if (error.category === 'internal') log.error(fields, 'request failed')
    else if (error.cause !== undefined) log.info(fields, 'request refused')
  }

  return {
    get openStreams() {
      return streams.size
    },

    async send(request, dialect, answer) {
      const { outgoing, requestId, replyHeaders, recheck } = request
      if (stopping) outgoing.shouldKeepAlive = false
      if (!(answer instanceof EventStream)) {
        const reply = { ...answer, headers: { ...answer.headers, ...replyHeaders } }
        const coded = compressReply(reply, request.incoming.headers['accept-encoding'])
        return sendReply(outgoing, coded instanceof Promise ? await coded : coded, requestId)
      }
      const headOnly = request.incoming.method === 'HEAD'
      const failed = (error: AppError) => dialect.printStreamError(error, request)
      const stream = withHeaders(answer, replyHeaders)
      const sent = streams.send(outgoing, stream, { requestId, headOnly, failed, recheck })
      if (stopping) streams.stopAll(new AppError('shutting_down'))
      await sent
    },

    sendError(request, dialect, cause, { endpoint, status, headers = {} } = {}) {
      const error = cause instanceof AppError ? cause : new AppError('internal', { cause })
      logError(request, error, endpoint)
      const { outgoing, requestId, path, part } = request
      // What is left of a body that is too large will not be read: the connection cannot carry another request.
      if (stopping || error.category === 'too_large') outgoing.shouldKeepAlive = false
      const printed = dialect.printError(error, {
        requestId,
        path,
        part,
        ...(endpoint && { endpoint }),
        ...(status !== undefined && { status }),
      })
      const authenticate = error.category === 'unauthenticated' && { 'www-authenticate': challenge(error) }
      const all = { ...printed.headers, ...headers, ...authenticate, ...request.replyHeaders }
      sendReply(outgoing, { ...printed, headers: all }, requestId)
    },

    recheck: () => streams.recheckAll(),

    stop() {
      stopping = true
      streams.stopAll(new AppError('shutting_down'))
    },
  }
}
