import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import { Hono } from 'hono'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { AppError } from '../errors.ts'
import type { Log } from '../lib/log.ts'
import type { ApiDialect, Resolution, ResolveDialect } from './api-dialect.ts'
import { descriptionEndpoints } from './description-endpoints.ts'
import { corsRoutes, preflightHeaders } from './cors.ts'
import type { Endpoint } from './endpoint.ts'
import { IncomingRequest, type RequestOptions } from './incoming-request.ts'
import { createResponder, type Responder } from './responder.ts'
import { answerRoute, type RouteServices } from './route.ts'
import { sendStatic } from './reply.ts'
import type { StaticSite } from './static-site.ts'

/** What the adapter hands over with every request, and what the router found out about it. */
interface Exchange {
  incoming: IncomingMessage
  outgoing: ServerResponse
  resolution?: Resolution
}

type Frame = Hono<{ Bindings: Exchange }>

export interface AppOptions extends RouteServices, RequestOptions {
  /** The first one prints the errors of requests that belong to no dialect. */
  dialects: readonly [ApiDialect, ...ApiDialect[]]
  resolve: ResolveDialect
  /** Endpoints of the server itself, outside every dialect: paths from the root. */
  serverEndpoints: Endpoint[]
  /** A built web app below a path of its own. */
  site?: StaticSite
  version: string
  log: Log
}

/** The whole HTTP surface; `listen` puts it on a port. */
export interface App {
  fetch: Frame['fetch']
  responder: Responder
}

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const
/** Where the server's own endpoints hang in the router; no dialect can have this name. */
const serverMount = '/.server'
/** Where the web app hangs. */
const siteMount = '/.site'

/** `/agents/{agent_id}` in the router's form. */
function pattern(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, ':$1')
}

function firstSegment(path: string): string {
  const end = path.indexOf('/', 1)
  return path.slice(1, end < 0 ? undefined : end)
}

function header(value: string | string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined
}

/** Builds the HTTP surface from endpoint records; it does not listen. */
export function createApp(options: AppOptions): App {
  const { dialects, resolve, serverEndpoints, site, version, publicUrl } = options
  const fallback = dialects[0]
  const responder = createResponder(options)
  const ownSegments = new Set(serverEndpoints.map((record) => firstSegment(record.path)))

  /** The path that the router matches: `/<dialect><path below its mount>`. */
  function routedPath(exchange: Exchange): string {
    const { url = '/', headers } = exchange.incoming
    const end = url.indexOf('?')
    const path = end < 0 ? url : url.slice(0, end)
    if (ownSegments.has(firstSegment(path))) return serverMount + path
    if (site && firstSegment(path) === site.segment) return siteMount + path
    exchange.resolution = resolve({
      path,
      query: end < 0 ? '' : url.slice(end + 1),
      host: headers.host,
      authorization: headers.authorization,
      apiKey: header(headers['x-api-key']),
      dialect: header(headers['x-parley-dialect']),
    })
    const { resolution } = exchange
    return resolution.kind === 'found' ? `/${resolution.dialect}${resolution.path}` : '/'
  }

  const frame: Frame = new Hono<{ Bindings: Exchange }>({
    getPath: (_request, context) => routedPath(context?.env as Exchange), // the adapter always hands one over
  })

  function mount(prefix: string, dialect: ApiDialect, endpoints: Endpoint[]): void {
    for (const endpoint of endpoints) {
      frame.on(endpoint.method, [prefix + pattern(endpoint.path)], async (c) => {
        const request = new IncomingRequest(c.env, { dialect: dialect.name, path: c.req.path }, options)
        try {
          const answer = await answerRoute({ endpoint, dialect }, options, request, c.req.param())
          await responder.send(request, dialect, answer)
        } catch (cause) {
          responder.sendError(request, dialect, cause, { endpoint })
        }
        return RESPONSE_ALREADY_SENT
      })
    }
    for (const [path, shared] of corsRoutes(endpoints)) {
      frame.on('OPTIONS', [prefix + pattern(path)], async (c) => {
        const request = new IncomingRequest(c.env, { dialect: dialect.name, path: c.req.path }, options)
        request.replyHeaders = preflightHeaders(shared, c.env.incoming.headers)
        await answerOptions(request, dialect, allowedMethods(c.req.path))
        return RESPONSE_ALREADY_SENT
      })
    }
  }

  async function answerOptions(
    request: IncomingRequest,
    dialect: ApiDialect,
    allowed: string[],
  ): Promise<void> {
    const headers = { allow: allowed.join(', ') }
    await responder.send(request, dialect, { status: 204, body: null, contentType: '', headers })
  }

  if (site) {
    frame.get(`${siteMount}/*`, (c) => {
      const request = new IncomingRequest(c.env, { dialect: fallback.name, path: c.req.path }, options)
      sendStatic(c.env.outgoing, site.answer(request.path, c.env.incoming.headers), request.requestId)
      return RESPONSE_ALREADY_SENT
    })
  }
  mount(serverMount, fallback, serverEndpoints)
  for (const dialect of dialects) {
    mount(`/${dialect.name}${dialect.base}`, dialect, dialect.endpoints)
    mount(`/${dialect.name}`, dialect, descriptionEndpoints(dialect, { version, publicUrl }))
  }

  /** The methods that a path has; empty when there is nothing at it. */
  function allowedMethods(path: string): string[] {
    const found: string[] = methods.filter((method) => frame.router.match(method, path)[0].length > 0)
    if (found.includes('GET')) found.push('HEAD')
    return found.length === 0 ? [] : [...found, 'OPTIONS']
  }

  frame.notFound(async (c) => {
    const { incoming, resolution } = c.env
    const name = resolution?.kind === 'found' ? resolution.dialect : null
    const dialect = dialects.find((one) => one.name === name) ?? fallback
    const request = new IncomingRequest(c.env, { dialect: dialect.name, path: c.req.path }, options)
    const allowed = allowedMethods(c.req.path)
    const headers = { allow: allowed.join(', ') }
    if (resolution?.kind === 'unavailable') {
      const detail = `The dialect ${JSON.stringify(resolution.dialect.slice(0, 40))} is not available in this version.`
      responder.sendError(request, dialect, new AppError('route_not_found', { detail }))
    } else if (allowed.length === 0) {
      responder.sendError(request, dialect, new AppError('route_not_found'))
    } else if (incoming.method === 'OPTIONS') {
      await answerOptions(request, dialect, allowed)
    } else {
      const detail = `There is no ${incoming.method} at this path; there is ${headers.allow}.`
      responder.sendError(request, dialect, new AppError('route_not_found', { detail }), {
        status: 405,
        headers,
      })
    }
    return RESPONSE_ALREADY_SENT
  })
  return { fetch: frame.fetch, responder }
}
