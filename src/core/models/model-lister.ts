import { AppError } from '../../errors.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Principal } from '../access/principal.ts'
import type { ConnectionService } from '../connections/connection-service.ts'
import { lacksCredential } from '../connections/environment-connections.ts'
import { demoModelName, joinModelName, splitModelName } from './model-names.ts'
import type { ListedModel, ModelPrice, ModelProvider, ModelRoute, ModelTarget } from './model.ts'

export interface ModelListerOptions {
  providers: readonly ModelProvider[]
  connections: ConnectionService
  clock: Clock
  defaultName: string
  listModels: (target: ModelTarget, signal: AbortSignal) => Promise<string[]>
  priceOf: (provider: string, model: string) => ModelPrice | null
}

const keepMs = 30_000
const probeTimeoutMs = 3_000
const maxConnections = 100

interface Probe {
  at: number
  models: Promise<{ names: string[]; why: string | null }>
}

export function createModelLister(options: ModelListerOptions) {
  const { providers, connections, clock, defaultName, priceOf } = options
  const probes = new WeakMap<ModelRoute, Probe>()
  const demoProvider = splitModelName(demoModelName)?.provider

  /** All callers share one answer for 30 seconds. */
  function probe(route: ModelRoute): Probe['models'] {
    const kept = probes.get(route)
    if (kept !== undefined && clock.monotonic() - kept.at < keepMs) return kept.models
    const fresh = { at: clock.monotonic(), models: ask(route) }
    probes.set(route, fresh)
    return fresh.models
  }

  async function ask(route: ModelRoute): Promise<{ names: string[]; why: string | null }> {
    try {
      return {
        names: await options.listModels({ ...route, model: '' }, AbortSignal.timeout(probeTimeoutMs)),
        why: null,
      }
    } catch (error) {
      const why =
        error instanceof AppError
          ? error.message
          : `It did not answer within ${probeTimeoutMs / 1000} seconds.`
      return { names: [], why }
    }
  }

  async function listRoute(
    provider: ModelProvider,
    route: ModelRoute,
    connectionId: string | null,
  ): Promise<ListedModel[]> {
    const line = (model: string | null, reachable: boolean, why: string): ListedModel => {
      const name = model === null ? null : joinModelName({ provider: provider.name, model })
      return {
        name,
        provider: provider.name,
        connectionId,
        reachable,
        why,
        isLanguageModel: provider.name !== demoProvider,
        isDefault: connectionId === null && name === defaultName,
        price: model === null ? null : priceOf(provider.name, model),
      }
    }
    const configured = splitModelName(defaultName)
    const likely = configured?.provider === provider.name ? configured.model : provider.defaultModel
    if (lacksCredential(provider, route)) {
      const way =
        connectionId === null
          ? `Set ${provider.keyEnv} or add a connection.`
          : 'The connection has no credential.'
      return [line(likely, false, way)]
    }
    const { names, why } = await probe(route)
    if (why !== null) return [line(likely, false, why)]
    const said = names.map((name) => line(name, true, `${provider.label} lists it.`))
    const isMissing =
      connectionId === null && configured?.provider === provider.name && !names.includes(configured.model)
    return isMissing ? [line(configured.model, false, `${provider.label} does not list it.`), ...said] : said
  }

  /** Local servers that are neither set nor found are left out: nobody misses them. */
  function isWorthAsking(provider: ModelProvider, route: ModelRoute): boolean {
    return (
      provider.local === undefined ||
      route.baseUrl !== null ||
      splitModelName(defaultName)?.provider === provider.name
    )
  }

  return {
    async list(principal: Principal): Promise<ListedModel[]> {
      const lists: Promise<ListedModel[]>[] = []
      for (const provider of providers) {
        const route = connections.environmentRoute(provider.name)
        if (route !== null && isWorthAsking(provider, route)) lists.push(listRoute(provider, route, null))
      }
      for (const connection of await connections.list(principal, { limit: maxConnections, after: null })) {
        const provider = providers.find(({ name }) => name === connection.provider)
        if (connection.source !== 'stored' || provider === undefined) continue
        const route = await connections.routeOf(principal.workspaceId, connection.id)
        lists.push(listRoute(provider, route, connection.id))
      }
      const all = (await Promise.all(lists)).flat()
      return all.toSorted((a, b) => rank(a) - rank(b))
    },
  }
}

/** The default first, then what can be used now. */
function rank(model: ListedModel): number {
  if (model.isDefault) return 0
  return model.reachable ? 1 : 2
}
