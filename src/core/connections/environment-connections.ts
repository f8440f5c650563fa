import { createHash } from 'node:crypto'
import type { LocalModelServer, ModelEnvironment, ModelProvider, ModelRoute } from '../models/model.ts'
import { demoModelName, splitModelName } from '../models/model-names.ts'
import type { Connection, ConnectionSource } from './connection.ts'

/** A connection that nobody stored: the same in every workspace, gone when its reason is gone. */
export interface EnvironmentConnection {
  connection: Connection
  route: ModelRoute
}

/**
 * How each provider is reached with what the operator set or started, whether or not that is enough to call it. The
 * addresses are the operator's or the vendor's own, so they are trusted.
 */
export function environmentRoutes(options: {
  providers: readonly ModelProvider[]
  environment: ModelEnvironment
  localServers: readonly LocalModelServer[]
}): Map<string, ModelRoute> {
  const { providers, environment, localServers } = options
  return new Map(
    providers.map(({ name }) => {
      const detected = localServers.find((server) => server.provider === name)
      const set = environment[name]
      const baseUrl = set?.baseUrl ?? detected?.baseUrl ?? null
      return [name, { provider: name, baseUrl, apiKey: set?.apiKey ?? null, headers: {}, trusted: true }]
    }),
  )
}

/** Whether a provider wants a credential that this route does not have. */
export function lacksCredential(provider: ModelProvider, route: ModelRoute): boolean {
  return provider.keyEnv !== null && route.apiKey === null && route.baseUrl === null
}

/** Keys in the environment, detected servers and the demo model, as read-only connections in the order of the catalogue. */
export function environmentConnections(
  options: {
    providers: readonly ModelProvider[]
    environment: ModelEnvironment
    localServers: readonly LocalModelServer[]
  },
  routes: ReadonlyMap<string, ModelRoute>,
): EnvironmentConnection[] {
  return options.providers.flatMap((provider, position) => {
    const route = routes.get(provider.name)
    const source = sourceOf(provider, options)
    if (route === undefined || source === null) return []
    const connection: Connection = {
      id: stableId(provider.name),
      number: position + 1,
      name: provider.label,
      provider: provider.name,
      baseUrl: route.baseUrl === null ? null : withoutSecrets(route.baseUrl),
      source,
      hasCredential: route.apiKey !== null,
      credentialHint: credentialHint(route.apiKey),
      headerNames: [],
      createdAt: null,
      updatedAt: null,
    }
    return [{ connection, route }]
  })
}

/** Enough to tell two credentials apart, too little to use; nothing of a short one. */
export function credentialHint(credential: string | null): string | null {
  return credential === null || credential.length < 12 ? null : credential.slice(-4)
}

/** Some gateways are given their password or key in the address itself. */
function withoutSecrets(address: string): string | null {
  const url = URL.parse(address)
  return url === null ? null : `${url.origin}${url.pathname}`
}

function sourceOf(
  { name }: ModelProvider,
  options: { environment: ModelEnvironment; localServers: readonly LocalModelServer[] },
): ConnectionSource | null {
  const set = options.environment[name]
  if (set !== undefined && (set.apiKey !== null || set.baseUrl !== null)) return 'environment'
  if (options.localServers.some((server) => server.provider === name)) return 'detected'
  return splitModelName(demoModelName)?.provider === name ? 'built_in' : null
}

/** The same UUID for the same provider on every server: its name hashed, marked as version 8. */
function stableId(provider: string): string {
  const hex = createHash('sha256').update(`connection of the environment: ${provider}`).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
