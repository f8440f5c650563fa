import { noSuchPath, problemFrom, unreachable } from './problem.ts'

export type QueryValue = string | number | boolean | null | undefined

/** `asked`: the person has ended the session; `ended`: the server says that it is no more. */
export type SignedOut = 'asked' | 'ended'

export interface CallOptions {
  query?: Record<string, QueryValue>
  headers?: Record<string, string>
  signal?: AbortSignal
}

/**
 * The native API, as this browser is signed in to it. Paths are those of the API, from `/v1`: `/agents`. Every method
 * rejects with an `ApiProblem`; an abort rejects with the signal's reason.
 */
export interface Api {
  get<Reply>(path: string, options?: CallOptions): Promise<Reply>
  post<Reply>(path: string, body?: unknown, options?: CallOptions): Promise<Reply>
  patch<Reply>(path: string, body: unknown, options?: CallOptions): Promise<Reply>
  delete(path: string, options?: CallOptions): Promise<void>
  /** A reply that is server-sent events, opened; see `followEvents`. `body` given: a POST. */
  open(path: string, options?: CallOptions & { body?: unknown }): Promise<Response>
  /** What changes must carry; null when nobody is signed in. */
  setCsrfToken(token: string | null): void
  /** Tells whoever waits for it that nobody is signed in any more; a reply that says so does the same, as `ended`. */
  signedOut(why: SignedOut): void
  /** Calls `listener` at every `signedOut`; the function answered stops that. */
  whenSignedOut(listener: (why: SignedOut) => void): () => void
}

/** The mount is always the native API, whatever the bare paths speak. */
const base = '/native/v1'

/** Ids in paths come from the address bar: whatever would lead to another path of the API than was meant is no path. */
const plainPath = /^(?:\/[\w-]+)+$/

function withQuery(path: string, query: CallOptions['query'] = {}): string {
  if (!plainPath.test(path)) throw noSuchPath()
  const parameters = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value !== null && value !== undefined && value !== '') parameters.set(name, String(value))
  }
  return base + path + (parameters.size === 0 ? '' : `?${parameters}`)
}

export function createApi(): Api {
  let csrfToken: string | null = null
  const listeners = new Set<(why: SignedOut) => void>()

  function signedOut(why: SignedOut): void {
    csrfToken = null
    for (const listener of listeners) listener(why)
  }

  async function send(
    method: string,
    path: string,
    options: CallOptions & { body?: unknown; accept?: string },
  ): Promise<Response> {
    const headers: Record<string, string> = {
      accept: options.accept ?? 'application/json',
      ...options.headers,
    }
    if (options.body !== undefined) headers['content-type'] = 'application/json'
    if (method !== 'GET' && csrfToken !== null) headers['x-csrf-token'] = csrfToken
    const url = withQuery(path, options.query)
    let response: Response
    try {
      response = await fetch(url, {
        method,
        headers,
        credentials: 'same-origin',
        cache: 'no-store',
        ...(options.body !== undefined && { body: JSON.stringify(options.body) }),
        ...(options.signal && { signal: options.signal }),
      })
    } catch (error) {
      if (options.signal?.aborted) throw error
      throw unreachable(error)
    }
    if (response.ok) return response
    const problem = problemFrom(response.status, await response.text())
    if (problem.problem.code === 'not_signed_in') signedOut('ended')
    throw problem
  }

  async function json<Reply>(response: Response): Promise<Reply> {
    const text = await response.text()
    return (text === '' ? null : JSON.parse(text)) as Reply // the documented reply of this path
  }

  return {
    get: async (path, options = {}) => await json(await send('GET', path, options)),
    post: async (path, body, options = {}) => await json(await send('POST', path, { ...options, body })),
    patch: async (path, body, options = {}) => await json(await send('PATCH', path, { ...options, body })),
    delete: async (path, options = {}) => {
      await send('DELETE', path, options)
    },
    open: async (path, options = {}) =>
      await send(options.body === undefined ? 'GET' : 'POST', path, {
        ...options,
        accept: 'text/event-stream',
      }),
    setCsrfToken(token) {
      csrfToken = token
    },
    signedOut,
    whenSignedOut(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}
