import type { Egress } from '../lib/egress.ts'

/** Which protocol a vendor speaks. */
export type Wire = 'openai' | 'anthropic' | 'demo'

/** What an OpenAI-compatible vendor understands of the protocol. Adapters ask for these, never for a name. */
export interface OpenAiCapabilities {
  maxTokensField: 'max_completion_tokens' | 'max_tokens'
  /** `stream_options.include_usage` is understood; others report usage unasked or refuse the field. */
  streamOptions: boolean
  /** How structured output is asked for: by schema, as "some JSON", or only in words. */
  structuredOutput: 'json_schema' | 'json_object' | 'instruction'
  reasoningEffort: boolean
  /** Models that know the effort `xhigh`; the highest of all others is `high`. */
  extraHighModels: RegExp
  /** `prompt_cache_key` is understood; servers that check their fields refuse the call for it. */
  promptCacheKey: boolean
  /** Earlier reasoning has to be sent back inside a chain of tool calls. */
  replaysReasoning: boolean
  seedField: 'seed' | 'random_seed'
  /** Ids of tool calls have to be nine letters and digits. */
  shortCallIds: boolean
  /** Models that are called through the Responses API instead of Chat Completions. */
  responsesModels: RegExp | null
  /** Models that think first: they refuse sampling settings such as temperature. */
  reasoningModels: RegExp | null
}

export interface ProviderRecord {
  /** As written in `provider/model`. */
  name: string
  /** As shown to people. */
  label: string
  wire: Wire
  /** Null when every customer has an address of their own. */
  defaultBaseUrl: string | null
  /** Environment variable of the key; null when none is needed. */
  keyEnv: string | null
  baseUrlEnv: string | null
  defaultModel: string | null
  /**
   * Headers, lower case, `*` for any end, by which a call says where the vendor, a gateway, passes it and its key on to.
   * An agent may not send them beside a key that is not its own, whatever the provider is called.
   */
  routingHeaders?: readonly string[]
  /** A model server that may be running on this machine. */
  local?: { ports: number[]; probePath: string }
  /** Differences from `compatible`, for the OpenAI wire. */
  capabilities: Partial<OpenAiCapabilities>
}

/** One model behind one address with one credential. */
export interface ModelTarget {
  provider: string
  model: string
  /** Null means the vendor's own. */
  baseUrl: string | null
  apiKey: string | null
  /** Sent with every call. */
  headers: Record<string, string>
  /** Whether the operator, not a tenant, chose the address. */
  trusted: boolean
}

export interface ProviderDependencies {
  egress: Egress
  /** How long a model server may take to answer at all. Default 60 s. */
  headersTimeoutMs?: number
  /** How long a stream may stay silent. Default 120 s. */
  idleTimeoutMs?: number
}
