import { AppError } from '../../errors.ts'
import type { Clock } from '../../lib/clock.ts'
import type { LanguageModel, ModelUsage } from '../../ports/language-model.ts'
import type { ModelChoice } from '../agents/agent.ts'
import type { Principal } from '../access/principal.ts'
import type { Connection } from '../connections/connection.ts'
import type { ConnectionService } from '../connections/connection-service.ts'
import { lacksCredential } from '../connections/environment-connections.ts'
import { createModelLister } from './model-lister.ts'
import type {
  ListedModel,
  LocalModelServer,
  ModelEnvironment,
  ModelPrice,
  ModelProvider,
  ModelRoute,
  ModelTarget,
  ResolvedModel,
} from './model.ts'
import {
  isOfTenant,
  placeOfRoute,
  routeAt,
  turningHeader,
  turningHeaders,
  unusableEndpoint,
} from './model-endpoint.ts'
import {
  applyAliases,
  demoModelName,
  joinModelName,
  parseModelAliases,
  pickDefaultModel,
  splitModelName,
  type DefaultModel,
  type ModelName,
} from './model-names.ts'

export interface ModelServiceOptions {
  providers: readonly ModelProvider[]
  environment: ModelEnvironment
  localServers: readonly LocalModelServer[]
  /** PARLEY_DEFAULT_MODEL as it was set. */
  configuredDefault: string | null
  /** PARLEY_MODEL_ALIASES as it was set. */
  aliases: string | null
  connections: ConnectionService
  clock: Clock
  createLanguageModel: (target: ModelTarget) => LanguageModel
  listModels: (target: ModelTarget, signal: AbortSignal) => Promise<string[]>
  priceOf: (provider: string, model: string) => ModelPrice | null
  /** US dollars, exact to a billionth. */
  costOf: (usage: ModelUsage, price: ModelPrice | null) => number | null
  /** The vendor of a bare model name, by the price table. */
  providerOfModel: (model: string) => string | null
  /** The models of a vendor in the price table. */
  modelsOf: (provider: string) => string[]
}

export type ModelService = ReturnType<typeof createModelService>

type Callable = Pick<ResolvedModel, 'model' | 'costOf'>

/** Which model is meant, before anybody asks whether it can be called. */
interface Meant {
  requested: ModelName
  actual: ModelName
  route: ModelRoute
  /** Whether somebody of the workspace stored the connection that it is reached through. */
  isStored: boolean
}

export function createModelService(options: ModelServiceOptions) {
  const { providers, connections, localServers } = options
  const byName = new Map(providers.map((provider) => [provider.name, provider]))
  const routingHeaders = providers.flatMap((provider) => provider.routingHeaders ?? [])
  const aliases = parseModelAliases(options.aliases, providers)
  const picked: DefaultModel = pickDefaultModel({ ...options, configured: options.configuredDefault })
  const fallback = splitModelName(picked.name)
  if (fallback === null)
    throw new AppError('invalid_configuration', { detail: 'The default model has no provider.' })
  const defaultName: ModelName = fallback
  const demo = splitModelName(demoModelName)
  const lister = createModelLister({ ...options, defaultName: picked.name })
  /** A connection that changes gets another route object, so what was built for the old one is never found again. */
  const built = new WeakMap<ModelRoute, Map<string, Callable>>()

  function mustKnow(name: string): ModelProvider {
    const provider = byName.get(name)
    if (provider !== undefined) return provider
    const known = providers.map((one) => one.name).join(', ')
    throw new AppError('unknown_model', {
      detail: `No provider is called ${JSON.stringify(name)}. Known providers: ${known}.`,
      fields: [{ field: 'model.provider', message: `must be one of ${known}` }],
    })
  }

  function defaultModelOf(provider: ModelProvider): string {
    const detected = localServers.find((server) => server.provider === provider.name)?.models[0]
    const model =
      defaultName.provider === provider.name ? defaultName.model : (provider.defaultModel ?? detected)
    if (model !== undefined) return model
    throw new AppError('unknown_model', {
      detail: `${provider.label} has no default model; name one of its models.`,
      fields: [{ field: 'model.name', message: `name a model of ${provider.label}` }],
    })
  }

  /** Vendors that pass on the models of others are known by a default model that nobody, or another, is known to make. */
  function makesItsModels(provider: string): boolean {
    const model = byName.get(provider)?.defaultModel ?? null
    return model !== null && options.providerOfModel(model) === provider
  }

  /** A bare name belongs to the vendor that the price table knows it from, else to the default provider. */
  function nameOf(provider: string | null, name: string | null): ModelName {
    if (provider !== null) return { provider, model: name ?? defaultModelOf(mustKnow(provider)) }
    if (name === null) return defaultName
    const split = splitModelName(name)
    if (split !== null && byName.has(split.provider)) return split
    return { provider: options.providerOfModel(name) ?? defaultName.provider, model: name }
  }

  function fromEnvironment(requested: ModelName): Meant {
    mustKnow(requested.provider)
    const name = joinModelName(requested)
    const aliased = applyAliases(aliases, name)
    const actual = aliased === name ? requested : (splitModelName(aliased) ?? requested)
    return { requested, actual, route: environmentOf(actual), isStored: false }
  }

  function unaliased(requested: ModelName, route: ModelRoute): Meant {
    const isStored = connections.environmentRoute(route.provider) !== route
    return { requested, actual: requested, route, isStored }
  }

  function environmentOf({ provider }: ModelName): ModelRoute {
    const route = connections.environmentRoute(mustKnow(provider).name)
    if (route === null) throw new AppError('unknown_model')
    return route
  }

  async function meant(workspaceId: string, choice: ModelChoice | string | null): Promise<Meant> {
    if (choice === null) return fromEnvironment(defaultName)
    if (typeof choice === 'string') {
      const split = splitModelName(choice)
      return fromEnvironment(split ?? nameOf(null, choice))
    }
    const { endpoint } = choice
    const found = await reached(workspaceId, choice)
    if (endpoint === null) return found
    const provider = mustKnow(found.actual.provider)
    return { ...found, route: routeAt(endpoint, { ...found, provider, routingHeaders }) }
  }

  /** What a choice means before its endpoint has a say about the address, the key and the headers. */
  async function reached(workspaceId: string, choice: ModelChoice): Promise<Meant> {
    const { provider, name, endpoint } = choice
    const isOwn = endpoint !== null && isOfTenant(endpoint)
    const route = await connectionOf(workspaceId, choice)
    if (route === null) {
      const requested = nameOf(provider, name)
      return isOwn ? unaliased(requested, environmentOf(requested)) : fromEnvironment(requested)
    }
    if (provider !== null && provider !== route.provider) {
      throw new AppError('invalid_request', {
        detail: `model.provider: the connection leads to ${route.provider}, not to ${provider}.`,
        fields: [{ field: 'model.provider', message: `must be ${JSON.stringify(route.provider)} or absent` }],
      })
    }
    const requested = { provider: route.provider, model: name ?? defaultModelOf(mustKnow(route.provider)) }
    // The operator's aliases stand for the operator's own credentials; a connection that a tenant made says what it says.
    const isAliased = connections.environmentRoute(route.provider) === route && !isOwn
    return isAliased ? fromEnvironment(requested) : unaliased(requested, route)
  }

  /** Of the connection that a choice names; null when it names none, or brings a key that makes its name needless. */
  async function connectionOf(
    workspaceId: string,
    { provider, connectionId, endpoint }: ModelChoice,
  ): Promise<ModelRoute | null> {
    const credential = endpoint?.apiKey === null ? endpoint.credential : null
    if (credential === null)
      return connectionId === null ? null : await connections.routeOf(workspaceId, connectionId)
    const route = await connections.routeNamed(workspaceId, credential, provider)
    if (route !== null) return route
    throw unusableEndpoint('credential', credential, 'is the name of no connection of this workspace')
  }

  function modelAt(found: Meant): Callable {
    const { actual, route } = found
    let models = built.get(route)
    if (models === undefined) built.set(route, (models = new Map()))
    const known = models.get(actual.model)
    if (known !== undefined) return known
    const provider = mustKnow(actual.provider)
    // Where there is no address either, that is what has to be said first, and the adapters say it.
    if (provider.defaultBaseUrl !== null && lacksCredential(provider, route))
      throw withoutCredential(provider, found)
    const model = options.createLanguageModel({ ...route, provider: actual.provider, model: actual.model })
    const price = options.priceOf(actual.provider, actual.model)
    const entry: Callable = { model, costOf: (usage) => decimal(options.costOf(usage, price)) }
    if (models.size >= 200) models.clear() // names come from tenants: they must not fill the memory
    models.set(actual.model, entry)
    return entry
  }

  function withoutCredential(provider: ModelProvider, { requested, isStored }: Meant): AppError {
    const way = isStored
      ? 'give the connection a credential'
      : `set ${provider.keyEnv} in the environment of the server, or name a connection with a credential in model.connection_id`
    return new AppError('model_without_credential', {
      detail: `No credential is set for ${provider.label}, which ${joinModelName(requested)} needs: ${way}.`,
      facts: { provider: provider.name, variable: isStored ? null : provider.keyEnv },
    })
  }

  return {
    /**
     * The model of a choice, ready to be called; `null`: the default. Warm, it reads nothing but a connection that an
     * endpoint names. Rejects with `unknown_model`, `connection_not_found`, `invalid_request` naming the field of the
     * endpoint that cannot be used, or `model_without_credential` whose detail says what to set.
     */
    async resolve(workspaceId: string, choice: ModelChoice | string | null): Promise<ResolvedModel> {
      const found = await meant(workspaceId, choice)
      const { model, costOf } = modelAt(found)
      return {
        model,
        costOf,
        name: joinModelName(found.actual),
        requestedName: joinModelName(found.requested),
      }
    },

    /**
     * Where the stored connection leads that secrets of this choice's endpoint are sent to; null: the endpoint names
     * its address itself, no such connection is involved, or there is none as yet.
     */
    async placeOf(workspaceId: string, choice: ModelChoice): Promise<string | null> {
      if (choice.endpoint === null || choice.endpoint.baseUrl !== null) return null
      try {
        const { route, isStored } = await reached(workspaceId, choice)
        return isStored ? placeOfRoute(route, mustKnow(route.provider)) : null
      } catch (error) {
        if (error instanceof AppError) return null // a run says what is wrong with it
        throw error
      }
    },

    /**
     * Rejects when the choice can never be used here. A provider that only lacks its credential is accepted, and so is
     * whatever an endpoint says: its connection may be made later.
     */
    async check(workspaceId: string, choice: ModelChoice): Promise<void> {
      await meant(workspaceId, { ...choice, endpoint: null })
      const { endpoint } = choice
      if (endpoint !== null && endpoint.apiKey === null && endpoint.baseUrl === null) {
        const [turning] = turningHeaders(endpoint, routingHeaders)
        if (turning !== undefined) throw turningHeader(turning)
      }
      for (const [index, name] of choice.fallbacks.entries()) {
        const provider = splitModelName(name)?.provider ?? ''
        if (byName.has(provider)) continue
        const message = 'must have the form provider/model with a known provider'
        const field = `model.fallbacks[${index}]`
        throw new AppError('unknown_model', { detail: `${field}: ${message}.`, fields: [{ field, message }] })
      }
    },

    /**
     * Whether a model of this name may be behind a connection, without asking anybody. No only where it is certain: the
     * demo provider has one model, and a vendor that makes its models does not serve, at its own address, those of another.
     */
    offers(connection: Pick<Connection, 'provider' | 'baseUrl' | 'source'>, model: string): boolean {
      const name = joinModelName({ provider: connection.provider, model })
      if (connection.source !== 'stored' && applyAliases(aliases, name) !== name) return true
      if (connection.provider === demo?.provider) return model === demo.model
      const maker = options.providerOfModel(model)
      if (maker === null || maker === connection.provider || connection.baseUrl !== null) return true
      return !makesItsModels(connection.provider)
    },

    /** The model used where nobody names one, and a sentence for people about why. */
    defaultModel(): DefaultModel {
      return picked
    },

    /** Every provider that can be named, in the order of the catalogue. */
    providers(): readonly ModelProvider[] {
      return providers
    },

    /**
     * Names of a provider's models that the server knows without asking anybody: the default one first, those found on
     * this machine, those in the price table. Empty for a provider that it knows nothing of.
     */
    knownModels(provider: string): string[] {
      const known = byName.get(provider)
      if (known === undefined) return []
      const detected = localServers.find((server) => server.provider === provider)?.models ?? []
      const likely = defaultName.provider === provider ? defaultName.model : known.defaultModel
      return [...new Set([...(likely === null ? [] : [likely]), ...detected, ...options.modelsOf(provider)])]
    },

    /** Every model that can be named, reachable or not; asks the providers, at most every 30 seconds. */
    list(principal: Principal): Promise<ListedModel[]> {
      return lister.list(principal)
    },
  }
}

/** Plain digits: JavaScript prints small numbers with an exponent. */
function decimal(dollars: number | null): string | null {
  return dollars === null ? null : dollars.toFixed(9).replace(/\.?0+$/, '')
}
