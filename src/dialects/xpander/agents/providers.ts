/** The vendor's names of model providers → Parley's. */
const coreNames = {
  openai: 'openai',
  nim: 'nvidia',
  amazon_bedrock: 'bedrock',
  azure_ai_foundary: 'azure',
  huggingFace: 'huggingface',
  friendlyAI: 'friendli',
  anthropic: 'anthropic',
  gemini: 'google',
  fireworks: 'fireworks',
  google_ai_studio: 'google',
  helicone: 'helicone',
  bytedance: 'byteplus',
  tzafon_lightcone: 'tzafon',
  open_router: 'openrouter',
  nebius: 'nebius',
  cloudflare_ai_gw: 'cloudflare',
} as const

export type WireProvider = keyof typeof coreNames

export const wireProviders = Object.keys(coreNames) as WireProvider[] // the keys of this literal are its names

/** The name as the vendor spells it, whatever its case; the text itself when it is none. */
export function spelledProvider(text: string): string {
  return wireProviders.find((name) => name.toLowerCase() === text.toLowerCase()) ?? text
}

/** Parley's name of the vendor's provider. */
export function coreProvider(provider: WireProvider): string {
  return coreNames[provider]
}

/** The vendor's name of Parley's provider; null where the vendor has none. */
export function wireProvider(provider: string): WireProvider | null {
  return wireProviders.find((name) => coreNames[name] === provider) ?? null
}
