import dns from 'node:dns'
import http, { type IncomingMessage } from 'node:http'
import https from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import { AppError } from '../errors.ts'
import { ResponseBody, tooLarge, type BodyLimits } from './egress-body.ts'
import { addressKind, isMetadataHost, plainHost } from './egress-rules.ts'

export interface EgressRequest {
  url: string
  method: string
  headers: Record<string, string>
  body?: string | Buffer
  signal?: AbortSignal
  /** URLs the operator set (environment, detected local servers) are trusted; URLs a tenant wrote are not. */
  trusted: boolean
  /** Default 10 MiB for untrusted URLs, unlimited for trusted ones. */
  maxResponseBytes?: number
  /** From the start of the call, DNS and connecting included, to the status line. Default 30 s. */
  headersTimeoutMs?: number
  /** The longest silence inside the body while somebody waits for it. Default 60 s. */
  idleTimeoutMs?: number
  /** Default 5; 0 hands a redirect to the caller as an ordinary answer. */
  maxRedirects?: number
  /** The call changes nothing, so it may be sent again when a kept connection turns out to be closed. */
  repeatable?: boolean
}

export interface EgressResponse {
  status: number
  /** Names in lower case; repeated headers are joined with a comma. */
  headers: Record<string, string>
  /** The URL that answered, after redirects. */
  url: string
  /** Exactly one of `body`, `text` and `discard` must be used, else the connection stays taken. */
  body: AsyncIterable<Buffer>
  text(): Promise<string>
  discard(): void
}

/**
 * The one way out of this server.
 *
 * Rejects with `egress_refused` (the rules forbid the address), `egress_failed` (it did not answer properly) or, when
 * the signal aborts, with the signal's reason. No error carries credentials, a path or a query.
 */
export interface Egress {
  request(request: EgressRequest): Promise<EgressResponse>
  [Symbol.dispose](): void
}

export interface EgressOptions {
  /** Whether untrusted URLs may reach loopback and private ranges: no, yes, or only these hosts. */
  allowPrivate: '0' | '1' | string[]
  lookup?: LookupFunction
}

interface Hop {
  url: URL
  method: string
  headers: Record<string, string>
  body: string | Buffer | undefined
  trusted: boolean
}

const defaultMaxBytes = 10 * 1024 * 1024
const defaultHeadersTimeoutMs = 30_000
const defaultIdleTimeoutMs = 60_000
const defaultMaxRedirects = 5
/** Below the five seconds after which common servers close an idle connection without saying so beforehand. */
const keptConnectionMs = 4_000
const redirectStatuses = new Set([301, 302, 303, 307, 308])
const methodForm = /^[A-Za-z]{1,20}$/
const refusedMethods = new Set(['CONNECT', 'TRACE'])
/** These describe the connection, which is ours. */
const refusedHeaders = new Set(
  'host connection content-length transfer-encoding upgrade expect te trailer keep-alive proxy-authorization proxy-connection'.split(
    ' ',
  ),
)
/** What another origin may see after a redirect: a description of the request, nothing that opens a door. */
const portableHeaders = new Set('accept accept-encoding accept-language content-type user-agent'.split(' '))

export function createEgress(options: EgressOptions): Egress {
  const resolve: LookupFunction = options.lookup ?? dns.lookup // dns.lookup's overloads cover this form
  const allowedHosts = Array.isArray(options.allowPrivate)
    ? new Set(options.allowPrivate.map(plainHost))
    : null
  // A connection opened for a trusted call was not checked against the private ranges, so it is never shared.
  const pools = { trusted: createPool(true), untrusted: createPool(false) }

  function createPool(trusted: boolean) {
    const settings = {
      keepAlive: true,
      maxFreeSockets: 1024,
      timeout: keptConnectionMs,
      lookup: checkedLookup(trusted),
    }
    return { http: new http.Agent(settings), https: new https.Agent(settings), lookup: settings.lookup }
  }

  function privateAllowed(host: string, trusted: boolean): boolean {
    return trusted || options.allowPrivate === '1' || (allowedHosts?.has(plainHost(host)) ?? false)
  }

  /** Runs when a connection is opened, on the very addresses it will use: a second DNS answer has no chance. */
  function checkedLookup(trusted: boolean): LookupFunction {
    return (hostname, lookupOptions, callback) => {
      resolve(hostname, { ...lookupOptions, all: true }, (error, found) => {
        if (error) return callback(error, '')
        const addresses = Array.isArray(found) ? found : [{ address: found, family: isIP(found) }]
        for (const { address } of addresses) {
          const refusal = addressRefusal(hostname, address, privateAllowed(hostname, trusted))
          if (refusal !== null) return callback(refusal, '')
        }
        const [first] = addresses
        if (first === undefined) return callback(new Error('The name has no address.'), '')
        if (lookupOptions.all === true) callback(null, addresses)
        else callback(null, first.address, first.family)
      })
    }
  }

  function checkHop({ url, trusted }: Hop): void {
    const host = plainHost(url.hostname)
    if (url.protocol !== 'http:' && url.protocol !== 'https:') {
      throw refused(`Only http and https may be called, not ${url.protocol}//.`)
    }
    if (!trusted && (url.username !== '' || url.password !== '')) {
      throw refused(`The address of ${host} carries a user name or password; use a header.`)
    }
    if (isMetadataHost(host)) throw refused(`${host} is a cloud metadata address.`)
    if (isIP(host) === 0) return
    const refusal = addressRefusal(host, host, privateAllowed(host, trusted))
    if (refusal !== null) throw refusal
  }

  function open(hop: Hop, request: EgressRequest, fresh: boolean): Promise<EgressResponse> {
    return new Promise((resolveResponse, reject) => {
      const { signal } = request
      if (signal?.aborted) return reject(signal.reason)
      const { url } = hop
      const pool = hop.trusted ? pools.trusted : pools.untrusted
      const secure = url.protocol === 'https:'
      const outgoing = (secure ? https : http).request({
        protocol: url.protocol,
        hostname: url.hostname.startsWith('[') ? url.hostname.slice(1, -1) : url.hostname,
        port: url.port,
        path: url.pathname + url.search,
        method: hop.method,
        headers: hop.headers,
        agent: fresh ? false : secure ? pool.https : pool.http,
        lookup: pool.lookup,
        ...(url.username === ''
          ? {}
          : { auth: `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}` }),
      })
      const timeoutMs = request.headersTimeoutMs ?? defaultHeadersTimeoutMs
      const timer = setTimeout(() => {
        fail(
          new AppError('egress_failed', {
            detail: `${url.host} did not answer within ${timeoutMs / 1000} s.`,
          }),
        )
      }, timeoutMs)
      const onAbort = () => fail(signal?.reason)
      let settled = false
      const settle = () => {
        settled = true
        clearTimeout(timer)
        signal?.removeEventListener('abort', onAbort)
      }
      const fail = (error: unknown) => {
        settle()
        reject(error)
        outgoing.destroy()
      }
      signal?.addEventListener('abort', onAbort)
      // Opening a connection runs code of others at once, which may have aborted.
      if (signal?.aborted === true) onAbort()
      outgoing.on('error', (error: NodeJS.ErrnoException) => {
        if (settled) return
        settle()
        reject(outgoing.reusedSocket && wasStale(error) ? new StaleConnection(error) : error)
      })
      outgoing.on('response', (message) => {
        settle()
        const limits: BodyLimits = {
          host: url.host,
          maxBytes: request.maxResponseBytes ?? (hop.trusted ? Infinity : defaultMaxBytes),
          idleMs: request.idleTimeoutMs ?? defaultIdleTimeoutMs,
          signal,
        }
        if (Number(message.headers['content-length'] ?? 0) > limits.maxBytes && hop.method !== 'HEAD') {
          return fail(tooLarge(limits))
        }
        resolveResponse(responseOf(message, limits, url))
      })
      outgoing.end(hop.body)
    })
  }

  async function send(hop: Hop, call: EgressRequest): Promise<EgressResponse> {
    try {
      return await open(hop, call, false).catch((error: unknown) => {
        if (error instanceof StaleConnection && call.repeatable === true) return open(hop, call, true)
        throw error
      })
    } catch (error) {
      throw call.signal?.aborted === true ? error : connectionFailure(hop.url.host, error)
    }
  }

  async function request(call: EgressRequest): Promise<EgressResponse> {
    const maxRedirects = call.maxRedirects ?? defaultMaxRedirects
    let hop = firstHop(call)
    for (let redirects = 0; ; redirects++) {
      checkHop(hop)
      const response = await send(hop, call)
      const location = redirectStatuses.has(response.status) ? response.headers['location'] : undefined
      if (location === undefined || maxRedirects === 0) return response
      response.discard()
      if (redirects >= maxRedirects) {
        throw new AppError('egress_failed', {
          detail: `${hop.url.host} redirected more than ${maxRedirects} times.`,
        })
      }
      hop = nextHop(hop, response.status, location)
    }
  }

  return {
    request,
    [Symbol.dispose]() {
      for (const pool of [pools.trusted, pools.untrusted]) {
        pool.http.destroy()
        pool.https.destroy()
      }
    },
  }
}

function firstHop(call: EgressRequest): Hop {
  const url = parseUrl(call.url)
  const method = call.method.toUpperCase()
  if (!methodForm.test(method) || refusedMethods.has(method)) throw refused('This method may not be used.')
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(call.headers)) {
    const lower = name.toLowerCase()
    if (refusedHeaders.has(lower)) throw refused(`The header ${lower} is set by this server.`)
    checkHeader(lower, value)
    headers[lower] = value
  }
  if (call.body !== undefined) headers['content-length'] = String(Buffer.byteLength(call.body))
  headers['accept-encoding'] ??= 'identity'
  return { url, method, headers, body: call.body, trusted: call.trusted }
}

/** Where a redirect leads. Another origin is no longer the one the operator trusted, and sees no credentials. */
function nextHop(hop: Hop, status: number, location: string): Hop {
  const url = parseUrl(location, hop.url)
  if (hop.url.protocol === 'https:' && url.protocol === 'http:') {
    throw refused(`${hop.url.host} redirected from https to http.`)
  }
  const sameOrigin = url.origin === hop.url.origin
  const becomesGet = status === 303 ? hop.method !== 'HEAD' : status < 303 && hop.method === 'POST'
  const dropped = (name: string) =>
    (!sameOrigin && !portableHeaders.has(name) && name !== 'content-length') ||
    (becomesGet && name.startsWith('content-'))
  return {
    url,
    method: becomesGet ? 'GET' : hop.method,
    headers: Object.fromEntries(Object.entries(hop.headers).filter(([name]) => !dropped(name))),
    body: becomesGet ? undefined : hop.body,
    trusted: hop.trusted && sameOrigin,
  }
}

function parseUrl(text: string, base?: URL): URL {
  const url = URL.parse(text, base)
  if (url === null) throw refused('This is not a valid URL.')
  return url
}

function checkHeader(name: string, value: string): void {
  try {
    http.validateHeaderName(name)
    http.validateHeaderValue(name, value)
  } catch {
    throw refused(`The header ${JSON.stringify(name.slice(0, 64))} is not valid.`)
  }
}

function addressRefusal(host: string, address: string, privateIsAllowed: boolean): AppError | null {
  const kind = addressKind(address)
  const subject = host === address ? host : `${host} resolves to ${address}, which`
  if (kind === 'metadata') return refused(`${subject} is a cloud metadata address.`)
  if (kind === 'private' && !privateIsAllowed) {
    return refused(
      `${subject} is a loopback, private or reserved address (the operator can allow it: PARLEY_ALLOW_PRIVATE_EGRESS).`,
    )
  }
  return null
}

function refused(detail: string): AppError {
  return new AppError('egress_refused', { detail })
}

/** A kept connection was dead before it carried anything. */
class StaleConnection extends Error {
  constructor(cause: Error) {
    super('A kept connection was closed.', { cause })
  }
}

/** How a kept connection fails that the other side closed while it was idle. */
function wasStale(error: NodeJS.ErrnoException): boolean {
  return error.code === 'ECONNRESET' || error.code === 'EPIPE'
}

function connectionFailure(host: string, error: unknown): AppError {
  if (error instanceof AppError) return error
  const cause = error instanceof StaleConnection ? error.cause : error
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'the connection failed'
  return new AppError('egress_failed', { detail: `${host} could not be reached (${code}).`, cause })
}

function responseOf(message: IncomingMessage, limits: BodyLimits, url: URL): EgressResponse {
  const body = new ResponseBody(message, limits)
  return {
    status: message.statusCode ?? 0,
    get headers() {
      return plainHeaders(message)
    },
    url: url.href,
    body,
    text: () => body.text(),
    discard: () => body.discard(),
  }
}

function plainHeaders(message: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(message.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value
  }
  return headers
}
