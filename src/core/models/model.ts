import { placeOf } from '../../lib/url-place.ts'
import type { LanguageModel, ModelUsage } from '../../ports/language-model.ts'

/** What the server knows of a model vendor. */
export interface ModelProvider {
  /** As written in `provider/model`. */
  readonly name: string
  /** As shown to people. */
  readonly label: string
  /** Null when every customer has an address of their own. */
  readonly defaultBaseUrl: string | null
  /** Environment variable of the key; null when none is needed. */
  readonly keyEnv: string | null
  readonly baseUrlEnv: string | null
  readonly defaultModel: string | null
  /** Headers, lower case, `*` for any end, by which a call says where its vendor passes it and its key on to. */
  readonly routingHeaders?: readonly string[]
  /** Present on servers that may run on this machine. */
  readonly local?: object
}

/**
 * The place that the secrets of one vendor's models are bound to; null: nowhere. At the vendor's own host the key alone
 * says whose account it is, so its whole host counts; an address that somebody chose counts with its path.
 */
export function placeOfModels(
  baseUrl: string | null,
  provider: Pick<ModelProvider, 'defaultBaseUrl'> | undefined,
): string | null {
  if (baseUrl !== null) return placeOf(baseUrl)
  const usual = URL.parse(provider?.defaultBaseUrl ?? '')
  return usual === null ? null : usual.origin
}

/** How to reach the models of one vendor. */
export interface ModelRoute {
  readonly provider: string
  /** Null means the vendor's own. */
  readonly baseUrl: string | null
  readonly apiKey: string | null
  /** Sent with every call. */
  readonly headers: Record<string, string>
  /** Whether the operator, not a tenant, chose the address. */
  readonly trusted: boolean
}

export interface ModelTarget extends ModelRoute {
  readonly model: string
}

/** What the environment says about each provider, by provider name. */
export type ModelEnvironment = Readonly<Record<string, { apiKey: string | null; baseUrl: string | null }>>

/** A model server that answered on this machine when the server started. Its first model is its default. */
export interface LocalModelServer {
  readonly provider: string
  readonly baseUrl: string
  readonly models: string[]
}

/** US dollars per million tokens. */
export interface ModelPrice {
  readonly input: number
  readonly cachedInput: number
  readonly cacheWrite: number
  readonly output: number
}

/** A model ready to be called, with both names a run records. */
export interface ResolvedModel {
  model: LanguageModel
  /** `provider/model` that is really called. */
  name: string
  /** `provider/model` that was asked for; the operator's aliases may have made another of it. */
  requestedName: string
  /** US dollars of one call as a decimal string; null when the price or the usage is unknown. */
  costOf(usage: ModelUsage): string | null
}

/** One line of the list of models. */
export interface ListedModel {
  /** `provider/model`; null when the provider has not said which models it has. */
  name: string | null
  provider: string
  /** A stored connection of the workspace; null: reached with what the environment says. */
  connectionId: string | null
  reachable: boolean
  /** A sentence: why it is reachable, or what to do so that it becomes so. */
  why: string
  /** False for the built-in demo model, which is rules. */
  isLanguageModel: boolean
  isDefault: boolean
  /** Null when nobody knows it. */
  price: ModelPrice | null
}
