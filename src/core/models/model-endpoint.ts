import { AppError, type ErrorCode } from '../../errors.ts'
import type { ModelEndpoint } from '../agents/agent.ts'
import { isBaseUrl } from '../connections/connection-rules.ts'
import type { ModelProvider, ModelRoute } from './model.ts'

/** What stands behind an endpoint: the environment, or a connection of the workspace. */
export interface EndpointBase {
  route: ModelRoute
  provider: ModelProvider
  /** Whether a person of the workspace stored it. */
  isStored: boolean
}

/** Whether it brings an address or a key of its own, and so stands for nothing of the operator's. */
export function isOfTenant(endpoint: ModelEndpoint): boolean {
  return endpoint.baseUrl !== null || endpoint.apiKey !== null || endpoint.credential !== null
}

/**
 * The route with what an agent says about it: its key before any other, its headers over those of the connection.
 *
 * An address that the agent names is a tenant's: it is never trusted, and never sent a key of the environment. Nor is
 * what a connection keeps sent to another host than the connection's: who may write an agent may use a connection, and
 * must not thereby learn what is sealed in it. Throws `invalid_request` naming what to mend.
 */
export function routeAt(endpoint: ModelEndpoint, { route, provider, isStored }: EndpointBase): ModelRoute {
  const { baseUrl, headers } = endpoint
  const apiKey = endpoint.apiKey ?? route.apiKey
  const together = { ...lowerCased(route.headers), ...lowerCased(headers) }
  if (baseUrl === null) return { ...route, apiKey, headers: together }
  if (!isBaseUrl(baseUrl)) throw unusableEndpoint('base_url', baseUrl, 'is no http or https address')
  const own = { ...route, baseUrl, trusted: false }
  if (!isStored) return { ...own, apiKey: endpoint.apiKey, headers: lowerCased(headers) }
  const address = originOf(route.baseUrl ?? provider.defaultBaseUrl)
  if (address === originOf(baseUrl)) return { ...own, apiKey, headers: together }
  const keepsSecrets = route.apiKey !== null || Object.keys(route.headers).length > 0
  if (endpoint.apiKey === null && keepsSecrets) {
    throw unusableEndpoint('base_url', baseUrl, `is not where the connection leads, ${address ?? 'nowhere'}`)
  }
  return { ...own, apiKey: endpoint.apiKey, headers: lowerCased(headers) }
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

function originOf(url: string | null): string | null {
  return url !== null && URL.canParse(url) ? new URL(url).origin : null
}

/** Names of headers are the same in any case: the later one wins. */
function lowerCased(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
}
