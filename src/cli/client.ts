import { AppError } from '../errors.ts'
import type { Egress, EgressResponse } from '../lib/egress.ts'
import { isJsonObject, parseJson, type JsonValue } from '../lib/json.ts'
import { SseReader } from '../lib/sse-reader.ts'
import { CommandError } from './exit.ts'
import { isWireEvent, type ListReply, type WireEvent } from './wire.ts'

export interface RequestOptions {
  body?: JsonValue
  headers?: Record<string, string>
  signal?: AbortSignal
  /** A status from 400 on whose body is wanted all the same. */
  acceptStatus?: number
}

/**
 * A running server, over its native API.
 *
 * Every method throws a `CommandError`: `unreachable` when nothing answers, `denied` for a key that is missing or may
 * not, `failed` with the server's own sentence otherwise.
 */
export interface ApiClient {
  readonly url: string
  request<Reply>(method: string, path: string, options?: RequestOptions): Promise<Reply>
  /** Every item of a list, page by page. */
  list<Item>(path: string): AsyncIterable<Item>
  /** The events of a run, until the stream ends. A connection that breaks throws `unreachable`. */
  events(method: 'GET' | 'POST', path: string, options?: RequestOptions): AsyncIterable<WireEvent>
}

/** Bare paths may speak another API by default; the mount is always the native one's. */
function mounted(path: string): string {
  return path.startsWith('/v1/') ? `/native${path}` : path
}

export function createApiClient(options: { url: string; key: string | null; egress: Egress }): ApiClient {
  const { url, key, egress } = options

  async function send(
    method: string,
    path: string,
    accept: string,
    call: RequestOptions,
  ): Promise<EgressResponse> {
    const headers: Record<string, string> = { accept, 'user-agent': 'parley-cli', ...call.headers }
    if (key !== null) headers['authorization'] = `Bearer ${key}`
    if (call.body !== undefined) headers['content-type'] = 'application/json'
    try {
      return await egress.request({
        url: url + mounted(path),
        method,
        headers,
        trusted: true,
        repeatable: method === 'GET',
        ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
        ...(call.signal === undefined ? {} : { signal: call.signal }),
        // A run that is not streamed may take as long as it likes before it answers.
        headersTimeoutMs: 600_000,
      })
    } catch (error) {
      throw connectionError(url, error)
    }
  }

  async function request<Reply>(method: string, path: string, call: RequestOptions = {}): Promise<Reply> {
    const response = await send(method, path, 'application/json', call)
    const text = await readAll(url, response)
    if (response.status >= 400 && response.status !== call.acceptStatus) throw refusal(response.status, text)
    return (text === '' ? null : parseJson(text)) as Reply // our own server's documented reply to this path
  }

  return {
    url,
    request,
    async *list<Item>(path: string) {
      for (let after: string | null = ''; after !== null;) {
        const query: string = after === '' ? '' : `&after=${encodeURIComponent(after)}`
        const page: ListReply<Item> = await request('GET', `${path}?limit=1000${query}`)
        yield* page.data
        after = page.has_more ? page.next_cursor : null
      }
    },
    async *events(method, path, call = {}) {
      const response = await send(method, path, 'text/event-stream', call)
      if (response.status >= 400) throw refusal(response.status, await readAll(url, response))
      const reader = new SseReader()
      try {
        for await (const chunk of response.body) yield* wireEvents(reader.push(chunk))
      } catch (error) {
        throw connectionError(url, error)
      }
      yield* wireEvents(reader.end())
    },
  }
}

function* wireEvents(messages: { data: string }[]): Iterable<WireEvent> {
  for (const { data } of messages) {
    const value = parseJson(data)
    if (isWireEvent(value)) yield value
  }
}

async function readAll(url: string, response: EgressResponse): Promise<string> {
  try {
    return await response.text()
  } catch (error) {
    throw connectionError(url, error)
  }
}

function connectionError(url: string, error: unknown): unknown {
  if (!(error instanceof AppError) || (error.code !== 'egress_failed' && error.code !== 'egress_refused'))
    return error
  const nobodyThere = causeCode(error) === 'ECONNREFUSED'
  return new CommandError(
    'unreachable',
    nobodyThere ? `No Parley server is listening at ${url}.` : error.message,
    'Start one with `parley start` (or `npm start`), or name another with --url or PARLEY_URL.',
    error,
  )
}

function causeCode(error: unknown): unknown {
  const cause = error instanceof Error ? error.cause : null
  return cause instanceof Error && 'code' in cause ? cause.code : null
}

/** What a problem document says, and what to do about it. */
function refusal(status: number, text: string): CommandError {
  const problem = parseJson(text)
  const member = (name: string) => {
    const value = isJsonObject(problem) ? problem[name] : undefined
    return typeof value === 'string' ? value : null
  }
  const message = member('detail') ?? member('title') ?? `The server answered ${status}.`
  if (status === 401) {
    return new CommandError(
      'denied',
      message,
      'Give a key with --key or PARLEY_KEY. The owner key is in the data directory, in the file owner-key.',
    )
  }
  if (status === 403)
    return new CommandError('denied', message, 'Use a key with more rights: `parley keys create --help`.')
  // Both pass by themselves: a server that starts or stops, and a first attempt whose process has just died.
  const passing = status === 503 || member('code') === 'idempotency_in_progress'
  return new CommandError(passing ? 'unreachable' : 'failed', message)
}
