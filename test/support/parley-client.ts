import { request as httpRequest, type IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import { isJsonObject, parseJson, type JsonObject, type JsonValue } from '../../src/lib/json.ts'

export interface Reply {
  status: number
  body: JsonObject
}

export interface StreamedEvent {
  /** The `id` field of the server-sent event. */
  id: number
  /** The `event` field. */
  type: string
  data: JsonObject
  /** `performance.now()` of its arrival. */
  at: number
}

/** The connection ended, or could not be made, before there was a complete reply. */
export class ConnectionLost extends Error {}

/**
 * The native API over plain sockets: one connection per request, nothing kept and nothing tried again, so that a test
 * sees every end of a connection.
 */
export class ParleyClient {
  readonly url: string
  readonly #key: string

  constructor(url: string, key: string) {
    this.url = url
    this.#key = key
  }

  /** Sends JSON, reads JSON; `{}` for an empty reply. Rejects with `ConnectionLost`, or when `signal` aborts. */
  async send(
    method: string,
    path: string,
    options: { body?: JsonValue; headers?: Record<string, string>; signal?: AbortSignal } = {},
  ): Promise<Reply> {
    const response = await this.#open(method, path, options)
    const received = await text(response).catch((cause: unknown) => {
      throw new ConnectionLost('The reply was cut off.', { cause })
    })
    const body = parseJson(received)
    return { status: response.statusCode ?? 0, body: isJsonObject(body) ? body : {} }
  }

  /** As `send`; throws with the reply unless its status is 2xx. */
  async expect(method: string, path: string, body?: JsonValue): Promise<JsonObject> {
    const reply = await this.send(method, path, body === undefined ? {} : { body })
    if (reply.status >= 300)
      throw new Error(`${method} ${path} answered ${reply.status}: ${JSON.stringify(reply.body)}`)
    return reply.body
  }

  /**
   * Follows an event stream until the server ends it, then returns normally; a connection that breaks is `ConnectionLost`. A
   * reply that is no stream is given to `refused`.
   */
  async *stream(
    method: string,
    path: string,
    options: {
      body?: JsonValue
      headers?: Record<string, string>
      signal?: AbortSignal
      refused: (reply: Reply) => void
    },
  ): AsyncGenerator<StreamedEvent> {
    const response = await this.#open(method, path, {
      ...options,
      headers: { accept: 'text/event-stream', ...options.headers },
    })
    if (!String(response.headers['content-type']).startsWith('text/event-stream')) {
      const body = parseJson(await text(response))
      options.refused({ status: response.statusCode ?? 0, body: isJsonObject(body) ? body : {} })
      return
    }
    response.setEncoding('utf8')
    let pending = ''
    try {
      for await (const chunk of response) {
        pending += String(chunk)
        const blocks = pending.split('\n\n')
        pending = blocks.pop() ?? ''
        for (const block of blocks) {
          const event = readEvent(block)
          if (event) yield event
        }
      }
    } catch (cause) {
      throw new ConnectionLost('The stream was cut off.', { cause })
    } finally {
      response.destroy()
    }
  }

  #open(
    method: string,
    path: string,
    options: { body?: JsonValue; headers?: Record<string, string>; signal?: AbortSignal },
  ): Promise<IncomingMessage> {
    const { body, signal } = options
    return new Promise((resolve, reject) => {
      const request = httpRequest(this.url + path, {
        method,
        agent: false,
        headers: {
          authorization: `Bearer ${this.#key}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...options.headers,
        },
        ...(signal ? { signal } : {}),
      })
      request.on('response', resolve)
      request.on('error', (cause) =>
        reject(signal?.aborted ? cause : new ConnectionLost('No connection.', { cause })),
      )
      request.end(body === undefined ? undefined : JSON.stringify(body))
    })
  }
}

/** One event of the stream; null for a comment. */
function readEvent(block: string): StreamedEvent | null {
  const fields = new Map<string, string>()
  for (const line of block.split('\n')) {
    const colon = line.indexOf(': ')
    if (colon > 0) fields.set(line.slice(0, colon), line.slice(colon + 2))
  }
  const data = parseJson(fields.get('data') ?? '')
  if (!isJsonObject(data)) return null
  const type = fields.get('event') ?? ''
  const id = fields.get('id')
  return { id: id === undefined ? 0 : Number(id), type, data, at: performance.now() }
}
