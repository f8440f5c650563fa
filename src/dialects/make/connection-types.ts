import type { Connection } from '../../core/connections/connection.ts'

/** What this wire calls a vendor of models: the `provider` of a model, and the type of a connection to it. */
export interface ConnectionType {
  /** `provider` in the lists of providers and models. */
  provider: string
  /** `makeConnectionType`, and the `accountName` of a connection. */
  slug: string
}

/** Any other vendor, and any server of one's own: it is reached as something OpenAI-compatible. */
const compatible: ConnectionType = {
  provider: 'openai-api-spec-compatible',
  slug: 'ai-agent-openai-compatible',
}

/** By the name of our provider. */
const types: Record<string, ConnectionType> = {
  openai: { provider: 'openAi', slug: 'openai-gpt-3' },
  anthropic: { provider: 'anthropic', slug: 'anthropic-claude' },
  google: { provider: 'gemini', slug: 'gemini-ai-q9zyjp' },
  mistral: { provider: 'mistral', slug: 'mistral-ai' },
  cohere: { provider: 'cohere', slug: 'cohere' },
  groq: { provider: 'groq', slug: 'groq' },
  xai: { provider: 'xai', slug: 'ai-agent-xai' },
  bedrock: { provider: 'amazon-bedrock', slug: 'amazon-bedrock' },
  demo: { provider: 'ai-agent-foundry-non-openai', slug: 'ai-provider' },
}

/** What the type of a connection depends on. */
type Typed = Pick<Connection, 'provider'> & Partial<Pick<Connection, 'source' | 'baseUrl'>>

/** How a connection appears on this wire. A stored one with an address of its own is somebody's own server. */
export function connectionTypeOf({ provider, source, baseUrl = null }: Typed): ConnectionType {
  const ownServer = provider === 'openai' && source === 'stored' && baseUrl !== null
  return ownServer ? compatible : (types[provider] ?? compatible)
}
