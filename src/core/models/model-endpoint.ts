import { AppError, type ErrorCode } from '../../errors.ts'
import { isWithin, placeOf } from '../../lib/url-place.ts'
import type { ModelEndpoint } from '../agents/agent.ts'
import { isBaseUrl } from '../connections/connection-rules.ts'
import { placeOfModels, type ModelProvider, type ModelRoute } from './model.ts'

/** What stands behind an endpoint: the environment, or a connection of the workspace. */
export interface EndpointBase {
  route: ModelRoute
  provider: ModelProvider
  /** Whether a person of the workspace stored it. */
  isStored: boolean
  /** Headers that turn a call elsewhere, of every provider: an address may be that of any. */
  routingHeaders: readonly string[]
}

/** Whether it brings an address or a key of its own, and so stands for nothing of the operator's. */
export function isOfTenant(endpoint: ModelEndpoint): boolean {
  return endpoint.baseUrl !== null || endpoint.apiKey !== null || endpoint.credential !== null
}

/**
 * The route with what an agent says about it: its key before any other, its headers over those of the connection.
 *
 * An address that the agent names is a tenant's: it is never trusted, and never sent a key of the environment. Nor is
 * what a connection keeps sent elsewhere than to the connection's address and what lies below it: who may write an
 * agent may use a connection, and must not thereby learn what is sealed in it. The other way round, who may write a
 * connection must not learn what is sealed in an agent. Throws `invalid_request` naming what to mend.
 */
export function routeAt(endpoint: ModelEndpoint, base: EndpointBase): ModelRoute {
  const { route, provider, isStored } = base
  const { baseUrl, headers } = endpoint
  if (baseUrl === null) {
    if (isStored) refuseMoved(endpoint, placeOfRoute(route, provider))
    return together(endpoint, base)
  }
  if (!isBaseUrl(baseUrl)) throw unusableEndpoint('base_url', baseUrl, 'is no http or https address')
  const own = { ...route, baseUrl, trusted: false }
  if (!isStored) return { ...own, apiKey: endpoint.apiKey, headers: lowerCased(headers) }
  const address = placeOfRoute(route, provider)
  if (isWithin(placeOf(baseUrl), address)) return { ...together(endpoint, base), baseUrl, trusted: false }
  const keepsSecrets = route.apiKey !== null || Object.keys(route.headers).length > 0
  if (endpoint.apiKey === null && keepsSecrets) {
    throw unusableEndpoint('base_url', baseUrl, `is not where the connection leads, ${address ?? 'nowhere'}`)
  }
  return { ...own, apiKey: endpoint.apiKey, headers: lowerCased(headers) }
}

/** Where a route leads; null: nowhere. */
export function placeOfRoute(route: ModelRoute, provider: ModelProvider): string | null {
  return placeOfModels(route.baseUrl, provider)
}

/** The headers that would turn the call, and with it what is not the endpoint's own, to a place that its author names. */
export function turningHeaders({ headers }: ModelEndpoint, routingHeaders: readonly string[]): string[] {
  return Object.keys(headers).filter((name) =>
    routingHeaders.some((pattern) =>
      pattern.endsWith('*')
        ? name.toLowerCase().startsWith(pattern.slice(0, -1))
        : name.toLowerCase() === pattern,
    ),
  )
}

export function turningHeader(name: string): AppError {
  const message =
    'would turn the call elsewhere, with a key that is not in model.endpoint.api_key; leave it out'
  const field = `model.endpoint.headers.${name}`
  return new AppError('invalid_request', { detail: `${field}: ${message}.`, fields: [{ field, message }] })
}

/** What stands behind the endpoint and what it says itself, sent with one call. */
function together(endpoint: ModelEndpoint, { route, routingHeaders }: EndpointBase): ModelRoute {
  const sendsOthers = endpoint.apiKey === null || Object.keys(route.headers).length > 0
  const [turning] = sendsOthers ? turningHeaders(endpoint, routingHeaders) : []
  if (turning !== undefined) throw turningHeader(turning)
  const headers = { ...lowerCased(route.headers), ...lowerCased(endpoint.headers) }
  return { ...route, apiKey: endpoint.apiKey ?? route.apiKey, headers }
}

/** Throws when a connection leads elsewhere than when the endpoint's secrets were written. */
function refuseMoved({ apiKey, headers, writtenFor }: ModelEndpoint, address: string | null): void {
  const hasSecrets = apiKey !== null || Object.keys(headers).length > 0
  if (!hasSecrets || writtenFor === undefined || isWithin(address, writtenFor)) return
  const field = apiKey === null ? 'model.endpoint.headers' : 'model.endpoint.api_key'
  const message = `was written when the connection did not lead to ${address ?? 'nowhere'}; write the value again`
  throw new AppError('invalid_request', { detail: `${field}: ${message}.`, fields: [{ field, message }] })
}

/** @param field of the endpoint, as it is documented */
export function unusableEndpoint(field: string, value: string, problem: string): AppError {
  const code: ErrorCode = field === 'credential' ? 'connection_not_found' : 'invalid_request'
  const mend = mends[field] ?? ''
  const shown = JSON.stringify(value.length > 200 ? `${value.slice(0, 200)}…` : value)
  return new AppError(code, {
    detail: `model.endpoint.${field}: ${shown} ${problem}; ${mend}.`,
    fields: [{ field: `model.endpoint.${field}`, message: mend }],
  })
}

const mends: Record<string, string> = {
  base_url:
    'give the address of the provider, such as https://models.example/v1, that its credential belongs to',
  credential: 'give the name of a connection of this workspace',
}

/** Names of headers are the same in any case: the later one wins. */
function lowerCased(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
}
