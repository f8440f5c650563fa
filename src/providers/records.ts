import type { OpenAiCapabilities, ProviderRecord } from './provider-record.ts'

/** What is assumed of a server that only says it is OpenAI-compatible. */
export const compatible: OpenAiCapabilities = {
  maxTokensField: 'max_tokens',
  streamOptions: true,
  structuredOutput: 'json_schema',
  reasoningEffort: true,
  // By name, wherever they are served.
  extraHighModels: /gpt-5\.(?:[2-9]|\d\d)|codex-max/,
  promptCacheKey: true,
  replaysReasoning: false,
  seedField: 'seed',
  shortCallIds: false,
  responsesModels: null,
  reasoningModels: null,
}

/** Every vendor, once. The order is the order in which a default is looked for. */
export const providers: readonly ProviderRecord[] = [
  {
    name: 'openai',
    label: 'OpenAI',
    wire: 'openai',
    defaultBaseUrl: 'https://api.openai.com/v1',
    keyEnv: 'OPENAI_API_KEY',
    baseUrlEnv: 'OPENAI_BASE_URL',
    defaultModel: 'gpt-5.2',
    capabilities: {
      maxTokensField: 'max_completion_tokens',
      responsesModels: /^(?:o1-pro|o3-pro|gpt-5(?:\.\d+)?-(?:pro|codex)|codex-|.*deep-research|computer-use)/,
      reasoningModels: /^(?:o\d|gpt-5(?!.*chat))/,
    },
  },
  {
    name: 'anthropic',
    label: 'Anthropic',
    wire: 'anthropic',
    defaultBaseUrl: 'https://api.anthropic.com/v1',
    keyEnv: 'ANTHROPIC_API_KEY',
    baseUrlEnv: 'ANTHROPIC_BASE_URL',
    defaultModel: 'claude-sonnet-4-5',
    capabilities: {},
  },
  hosted('xai', 'xAI', 'https://api.x.ai/v1', 'XAI', 'grok-4', {
    maxTokensField: 'max_completion_tokens',
  }),
  hosted('groq', 'Groq', 'https://api.groq.com/openai/v1', 'GROQ', 'openai/gpt-oss-120b', {
    maxTokensField: 'max_completion_tokens',
    promptCacheKey: false,
  }),
  hosted('mistral', 'Mistral', 'https://api.mistral.ai/v1', 'MISTRAL', 'mistral-medium-latest', {
    streamOptions: false,
    reasoningEffort: false,
    promptCacheKey: false,
    seedField: 'random_seed',
    shortCallIds: true,
  }),
  hosted('deepseek', 'DeepSeek', 'https://api.deepseek.com/v1', 'DEEPSEEK', 'deepseek-chat', {
    structuredOutput: 'json_object',
    reasoningEffort: false,
    replaysReasoning: true,
  }),
  hosted('fireworks', 'Fireworks', 'https://api.fireworks.ai/inference/v1', 'FIREWORKS', null, {}),
  hosted('together', 'Together', 'https://api.together.xyz/v1', 'TOGETHER', null, {}),
  hosted('openrouter', 'OpenRouter', 'https://openrouter.ai/api/v1', 'OPENROUTER', 'openrouter/auto', {
    extraHighModels: /./,
  }),
  hosted('nvidia', 'NVIDIA NIM', 'https://integrate.api.nvidia.com/v1', 'NVIDIA', null, {
    promptCacheKey: false,
  }),
  hosted('nebius', 'Nebius', 'https://api.tokenfactory.nebius.com/v1', 'NEBIUS', null, {}),
  hosted('cerebras', 'Cerebras', 'https://api.cerebras.ai/v1', 'CEREBRAS', null, {
    maxTokensField: 'max_completion_tokens',
    promptCacheKey: false,
  }),
  {
    ...hosted('friendli', 'FriendliAI', 'https://api.friendli.ai/serverless/v1', 'FRIENDLI', null, {}),
    keyEnv: 'FRIENDLI_TOKEN',
  },
  {
    ...hosted('helicone', 'Helicone', 'https://ai-gateway.helicone.ai/v1', 'HELICONE', null, {}),
    routingHeaders: ['helicone-target-*', 'helicone-openai-api-base', 'helicone-fallbacks'],
  },
  {
    ...hosted('huggingface', 'Hugging Face', 'https://router.huggingface.co/v1', 'HF', null, {}),
    keyEnv: 'HF_TOKEN',
  },
  {
    ...hosted('cloudflare', 'Cloudflare', null, 'CLOUDFLARE', null, {}),
    keyEnv: 'CLOUDFLARE_API_TOKEN',
    routingHeaders: ['cf-aig-*'],
  },
  hosted('byteplus', 'BytePlus', 'https://ark.ap-southeast.bytepluses.com/api/v3', 'ARK', null, {}),
  local('ollama', 'Ollama', 'OLLAMA', 11434, {}),
  local('lmstudio', 'LM Studio', 'LMSTUDIO', 1234, {}),
  local('llamacpp', 'llama.cpp', 'LLAMACPP', 8080, { reasoningEffort: false }),
  local('vllm', 'vLLM', 'VLLM', 8000, {}),
  {
    name: 'demo',
    label: 'Demo model',
    wire: 'demo',
    defaultBaseUrl: null,
    keyEnv: null,
    baseUrlEnv: null,
    defaultModel: 'demo',
    capabilities: {},
  },
  // Last, because a provider's place is the number of its connection: nobody's number changes.
  hosted(
    'google',
    'Google Gemini',
    'https://generativelanguage.googleapis.com/v1beta/openai',
    'GOOGLE',
    'gemini-2.5-flash',
    { promptCacheKey: false },
  ),
  hosted('azure', 'Azure AI Foundry', null, 'AZURE', null, { maxTokensField: 'max_completion_tokens' }),
  {
    ...hosted('bedrock', 'Amazon Bedrock', null, 'BEDROCK', null, {
      maxTokensField: 'max_completion_tokens',
      promptCacheKey: false,
    }),
    keyEnv: 'AWS_BEARER_TOKEN_BEDROCK',
  },
  hosted('tzafon', 'Tzafon Lightcone', null, 'TZAFON', null, {}),
]

function hosted(
  name: string,
  label: string,
  defaultBaseUrl: string | null,
  envPrefix: string,
  defaultModel: string | null,
  capabilities: Partial<OpenAiCapabilities>,
): ProviderRecord {
  return {
    name,
    label,
    wire: 'openai',
    defaultBaseUrl,
    keyEnv: `${envPrefix}_API_KEY`,
    baseUrlEnv: `${envPrefix}_BASE_URL`,
    defaultModel,
    capabilities,
  }
}

/** Without a key; the first model it reports is its default. */
function local(
  name: string,
  label: string,
  envPrefix: string,
  port: number,
  capabilities: Partial<OpenAiCapabilities>,
): ProviderRecord {
  return {
    name,
    label,
    wire: 'openai',
    defaultBaseUrl: `http://127.0.0.1:${port}/v1`,
    keyEnv: null,
    baseUrlEnv: `${envPrefix}_BASE_URL`,
    defaultModel: null,
    local: { ports: [port], probePath: '/v1/models' },
    capabilities,
  }
}

const byName = new Map(providers.map((record) => [record.name, record]))

export function findProvider(name: string): ProviderRecord | null {
  return byName.get(name) ?? null
}

/**
 * What the server behind a base URL understands. The address decides before the name: OpenAI's own settings do not
 * suit a compatible server that somebody configured as `openai`.
 */
export function capabilitiesAt(record: ProviderRecord | null, baseUrl: string): OpenAiCapabilities {
  const host = URL.parse(baseUrl)?.host
  const atAddress = providers.find(
    (one) => one.defaultBaseUrl !== null && new URL(one.defaultBaseUrl).host === host,
  )
  const owner = atAddress ?? (record?.defaultBaseUrl?.startsWith('https:') === true ? null : record)
  return { ...compatible, ...owner?.capabilities }
}
