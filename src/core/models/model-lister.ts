import { AppError } from '../../errors.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Principal } from '../access/principal.ts'
import type { Connection } from '../connections/connection.ts'
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
    const limit = AbortSignal.timeout(probeTimeoutMs)
    try {
      return { names: await options.listModels({ ...route, model: '' }, limit), why: null }
    } catch (error) {
      if (limit.aborted)
        return { names: [], why: `It did not answer within ${probeTimeoutMs / 1000} seconds.` }
      if (error instanceof AppError) return { names: [], why: error.message }
      throw error
    }
  }

  function line(
    provider: ModelProvider,
    connectionId: string | null,
    model: string | null,
    state: { reachable: boolean; why: string },
  ): ListedModel {
    const name = model === null ? null : joinModelName({ provider: provider.name, model })
    return {
      name,
      provider: provider.name,
      connectionId,
      ...state,
      isLanguageModel: provider.name !== demoProvider,
      isDefault: connectionId === null && name === defaultName,
      price: model === null ? null : priceOf(provider.name, model),
    }
  }

  /** The model that is meant when only the provider is named. */
  function likelyModel(provider: ModelProvider): string | null {
    const configured = splitModelName(defaultName)
    return configured?.provider === provider.name ? configured.model : provider.defaultModel
  }

  async function listRoute(
    provider: ModelProvider,
    route: ModelRoute,
    connectionId: string | null,
  ): Promise<ListedModel[]> {
    const isStored = connectionId !== null
    const unreachable = (model: string | null, why: string) =>
      line(provider, connectionId, model, { reachable: false, why })
    const likely = likelyModel(provider)
    if (lacksCredential(provider, route)) {
      const way = `Set ${provider.keyEnv} or add a connection.`
      return [unreachable(likely, isStored ? 'The connection has no credential.' : way)]
    }
    const { names, why } = await probe(route)
    if (why !== null) return [unreachable(likely, why)]
    const state = { reachable: true, why: `${provider.label} lists it.` }
    const said = names.map((name) => line(provider, connectionId, name, state))
    const isDefaultMissing =
      !isStored && splitModelName(defaultName)?.provider === provider.name && !names.includes(likely ?? '')
    return isDefaultMissing ? [unreachable(likely, `${provider.label} does not list it.`), ...said] : said
  }

  /** A connection that cannot be opened (deleted meanwhile, sealed with a lost key) does not hide the others. */
  async function listConnection(principal: Principal, connection: Connection): Promise<ListedModel[]> {
    const provider = providers.find(({ name }) => name === connection.provider)
    if (connection.source !== 'stored' || provider === undefined) return []
    try {
      const route = await connections.routeOf(principal.workspaceId, connection.id)
      return await listRoute(provider, route, connection.id)
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      const state = { reachable: false, why: error.message }
      return [line(provider, connection.id, likelyModel(provider), state)]
    }
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
      const stored = await connections.list(principal, { limit: maxConnections, after: null })
      lists.push(...stored.map((connection) => listConnection(principal, connection)))
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
