import { AppError } from '../errors.ts'
import type { Principal } from '../core/access/principal.ts'
import type { ApiDialect } from './api-dialect.ts'
import { authorize, requireCredential, type Authenticator } from './auth.ts'
import { requireCsrfToken, sessionTokenOf, type BrowserSessionAuthenticator } from './browser-session.ts'
import { corsHeaders } from './cors.ts'
import { EventStream, honoursIdempotencyKey, ReplyWith, type Endpoint } from './endpoint.ts'
import { parseWith } from './field-errors.ts'
import type { Answer, Idempotency } from './idempotency.ts'
import type { IncomingRequest } from './incoming-request.ts'
import { jsonReply, secretHeaders } from './reply.ts'
import {
  checkEncoding,
  checkText,
  defaultMaxBodyBytes,
  parseBody,
  readBytes,
  refuseBody,
} from './request-body.ts'
import { isMultipart, parseMultipart } from './request-multipart.ts'
import { isUrlencoded, parseForm, parseQuery } from './request-query.ts'
import type { JsonValue } from '../lib/json.ts'

/** One endpoint in the dialect that has it. */
export interface Route {
  endpoint: Endpoint
  dialect: ApiDialect
}

export interface RouteServices {
  access: Authenticator
  /** Absent: nobody signs in by a browser. */
  browserSessions?: BrowserSessionAuthenticator
  idempotency: Idempotency | null
  /** Tests look at every reply here. */
  onReply?: (reply: { endpoint: Endpoint; status: number; body: unknown }) => void
}

const takesBody = new Set(['POST', 'PUT', 'PATCH'])

/** Gives the endpoint its body; what it answers is equal for requests that say the same. */
async function readBody(request: IncomingRequest, endpoint: Endpoint): Promise<JsonValue | undefined> {
  if (!takesBody.has(endpoint.method)) return undefined
  const { headers } = request.incoming
  const bytes = await readBytes(request.incoming, endpoint.maxBodyBytes ?? defaultMaxBodyBytes)
  const { 'content-type': contentType = '' } = headers
  if (endpoint.multipart && endpoint.body && isMultipart(contentType)) {
    checkEncoding(headers)
    const { fields, digest } = await parseMultipart(bytes, contentType)
    request.body = parseWith(endpoint.body, fields, 'body')
    return digest
  }
  const isForm = endpoint.urlencoded === true && isUrlencoded(contentType)
  if (isForm) checkEncoding(headers)
  const json = isForm ? parseForm(bytes) : parseBody(bytes, headers)
  if (endpoint.body === undefined) {
    refuseBody(json)
    return undefined
  }
  if (json === undefined && endpoint.bodyOptional) return undefined
  if (json === undefined) throw new AppError('invalid_json', { detail: 'This request needs a JSON body.' })
  request.body = parseWith(endpoint.body, json, 'body')
  return json
}

const noParameters: Record<string, string> = {}

function refuseQuery(query: Record<string, unknown>): void {
  const names = Object.keys(query)
  if (names.length === 0) return
  const message = 'is not a parameter here; this request takes none'
  const fields = names.map((field) => ({ field, message }))
  throw new AppError('unknown_field', { detail: `${names[0]}: ${message}`, fields })
}

function readQuery(request: IncomingRequest, endpoint: Endpoint): void {
  const { url = '' } = request.incoming
  const start = url.indexOf('?')
  if (start < 0 && endpoint.query === undefined) return
  const query = start < 0 ? noParameters : parseQuery(url.slice(start + 1))
  if (endpoint.query === undefined) refuseQuery(query)
  else request.query = parseWith(endpoint.query, query, 'query')
}

function readParams(request: IncomingRequest, endpoint: Endpoint, params: Record<string, string>): void {
  if (endpoint.params === undefined) return
  checkText(params, 'path')
  request.params = parseWith(endpoint.params, params, 'path')
}

/** What an endpoint returned, as it goes out. */
function render(endpoint: Endpoint, services: RouteServices, returned: unknown): Answer {
  if (returned instanceof EventStream) return returned
  const { reply } = endpoint
  const status = returned instanceof ReplyWith ? (returned.status ?? reply.status) : reply.status
  const body = returned instanceof ReplyWith ? returned.body : returned
  const headers = returned instanceof ReplyWith ? returned.headers : {}
  services.onReply?.({ endpoint, status, body })
  if (reply.secret) return jsonReply(status, body, { ...secretHeaders, ...headers })
  if (reply.contentType === undefined || status !== reply.status) return jsonReply(status, body, headers)
  return { status, body: String(body), contentType: reply.contentType, headers }
}

/** Who asks: by key, or by the cookie of a browser where the dialect takes one. */
function identify(
  { endpoint, dialect }: Route,
  { access, browserSessions }: RouteServices,
  { headers }: IncomingRequest['incoming'],
): Principal | Promise<Principal> {
  const token = dialect.browserSessions && browserSessions ? sessionTokenOf(headers) : null
  if (token === null || browserSessions === undefined) return access.authenticate(requireCredential(headers))
  requireCsrfToken({ method: endpoint.method, headers }, browserSessions.csrfToken(token))
  return browserSessions.authenticate(token)
}

/**
 * Takes one request through its endpoint: who asks, what is asked, once only, the answer. Everything that can be wrong
 * with a request is thrown as an `AppError`.
 */
export async function answerRoute(
  route: Route,
  services: RouteServices,
  request: IncomingRequest,
  params: Record<string, string>,
): Promise<Answer> {
  const { endpoint, dialect } = route
  const { headers } = request.incoming
  if (endpoint.cors) request.replyHeaders = corsHeaders(endpoint.cors, headers, null)
  let isPublic = false
  if (endpoint.scope !== null) {
    const known = identify(route, services, request.incoming)
    request.principal = known instanceof Promise ? await known : known
    if (endpoint.cors) request.replyHeaders = corsHeaders(endpoint.cors, headers, request.principal)
    authorize(request.principal, endpoint, headers.origin)
    request.recheck = async () =>
      authorize(await identify(route, services, request.incoming), endpoint, headers.origin)
    isPublic = request.principal.allowedOrigins !== undefined
  }
  if (endpoint.unavailable) return render(endpoint, services, await endpoint.handle(request))
  request.part = 'path'
  readParams(request, endpoint, params)
  request.part = 'query'
  readQuery(request, endpoint)
  request.part = null
  if (endpoint.authenticate) request.principal = await endpoint.authenticate(request)
  request.part = 'body'
  const body = await readBody(request, endpoint)
  request.part = null
  // Behind a key that everybody can read there are many people: one must not get what another one made.
  const once = request.idempotent && honoursIdempotencyKey(endpoint) && !isPublic
  if (!once || services.idempotency === null) {
    return render(endpoint, services, await endpoint.handle(request))
  }
  const { requestId, path } = request
  return await services.idempotency.answer({
    request,
    endpoint,
    target: request.target,
    body,
    handle: async () => render(endpoint, services, await endpoint.handle(request)),
    ...(endpoint.reattach && {
      reattach: async (first) => render(endpoint, services, await endpoint.reattach?.(request, first)),
    }),
    printError: (error) => ({ headers: {}, ...dialect.printError(error, { requestId, path, endpoint }) }),
  })
}
