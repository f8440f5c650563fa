import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Principal } from '../core/access/principal.ts'
import { AppError } from '../errors.ts'
import { newId } from '../lib/ids.ts'
import type { RequestPart } from './api-dialect.ts'
import type { EndpointRequest } from './endpoint.ts'

const hostForm = /^(?:[\w.-]+|\[[\da-fA-F:.]+\])(?::\d{1,5})?$/

function firstValue(header: string | string[] | undefined): string | undefined {
  return (Array.isArray(header) ? header[0] : header)?.split(',')[0]?.trim()
}

/** Where the client reached this server. The proxy's word counts only when the operator trusts it. */
function derivedUrl(incoming: IncomingMessage, trustProxy: boolean): string {
  const { headers } = incoming
  const encrypted = 'encrypted' in incoming.socket
  const scheme = (trustProxy && firstValue(headers['x-forwarded-proto'])) || (encrypted ? 'https' : 'http')
  const host = (trustProxy && firstValue(headers['x-forwarded-host'])) || headers.host || ''
  return `${scheme === 'https' ? 'https' : 'http'}://${hostForm.test(host) ? host : 'localhost'}`
}

export interface RequestOptions {
  publicUrl: string | null
  trustProxy: boolean
}

const noHeaders: Readonly<Record<string, string>> = {}

/**
 * One request as its endpoint sees it. What most endpoints never ask for (the signal, an id, the base URL) is made
 * when it is first read.
 */
export class IncomingRequest implements EndpointRequest {
  readonly incoming: IncomingMessage
  readonly outgoing: ServerResponse
  readonly requestId: string = newId()
  readonly idempotencyKey: string | undefined
  /** Dialect, path in that dialect, and query: equal under every mount. */
  readonly target: string
  params: Record<string, unknown> = {}
  query: Record<string, unknown> = {}
  body: unknown = undefined
  /** Which part is being read; null: none is yet, or any more. */
  part: RequestPart | null = null
  /** Asks again whether whoever sent it may; rejects once they may not any more. Null: anybody may. */
  recheck: (() => Promise<void>) | null = null
  /** What every reply to it carries, an error too. */
  replyHeaders: Readonly<Record<string, string>> = noHeaders
  #options: RequestOptions
  #dialect: string
  #principal: Principal | null = null
  #resourceId: string | null = null
  #gone: AbortController | null = null

  constructor(
    exchange: { incoming: IncomingMessage; outgoing: ServerResponse },
    route: { dialect: string; path: string },
    options: RequestOptions,
  ) {
    const { incoming, outgoing } = exchange
    this.incoming = incoming
    this.outgoing = outgoing
    this.target = route.path + (incoming.url?.slice(this.path.length) ?? '')
    this.#dialect = route.dialect
    this.#options = options
    const key = incoming.headers['idempotency-key']
    this.idempotencyKey = typeof key === 'string' ? key : undefined
  }

  get principal(): Principal {
    if (this.#principal === null)
      throw new AppError('internal', { cause: 'a public endpoint has no principal' })
    return this.#principal
  }

  set principal(principal: Principal) {
    this.#principal = principal
  }

  get dialect(): string {
    return this.#dialect
  }

  get baseUrl(): string {
    return this.#options.publicUrl ?? derivedUrl(this.incoming, this.#options.trustProxy)
  }

  get resourceId(): string {
    this.#resourceId ??= newId()
    return this.#resourceId
  }

  set resourceId(id: string) {
    this.#resourceId = id
  }

  get idempotent(): boolean {
    return this.idempotencyKey !== undefined
  }

  get acceptsEventStream(): boolean {
    return this.incoming.headers.accept?.includes('text/event-stream') ?? false
  }

  get signal(): AbortSignal {
    if (this.#gone === null) {
      const gone = new AbortController()
      this.#gone = gone
      const { outgoing } = this
      if (outgoing.destroyed && !outgoing.writableFinished) gone.abort()
      else outgoing.once('close', () => outgoing.writableFinished || gone.abort())
    }
    return this.#gone.signal
  }

  readonly headers = (name: string): string | undefined => {
    const value = this.incoming.headers[name]
    return Array.isArray(value) ? value[0] : value
  }

  /** The path as the client sent it, without the query. */
  get path(): string {
    const { url = '/' } = this.incoming
    const end = url.indexOf('?')
    return end < 0 ? url : url.slice(0, end)
  }
}
