import type { PriceRecord } from './prices.ts'

/** Model, then US dollars per million tokens: input, output, input read from the cache, input written to it. */
type Row = readonly [model: string, input: number, output: number, cachedInput?: number, cacheWrite?: number]

function priced(provider: string, rows: readonly Row[]): PriceRecord[] {
  return rows.map(([model, input, output, cachedInput = input, cacheWrite = input]) => ({
    provider,
    model,
    input,
    cachedInput,
    cacheWrite,
    output,
  }))
}

/** List prices at standard speed and for short contexts. Vendors change them: an operator's own table wins. */
export const priceRecords: readonly PriceRecord[] = [
  ...priced('openai', [
    ['gpt-5.5', 5, 30, 0.5],
    ['gpt-5.5-pro', 30, 180],
    ['gpt-5.4', 2.5, 15, 0.25],
    ['gpt-5.4-mini', 0.75, 4.5, 0.075],
    ['gpt-5.4-nano', 0.2, 1.25, 0.02],
    ['gpt-5.2', 1.75, 14, 0.175],
    ['gpt-5.2-pro', 21, 168],
    ['gpt-5.2-codex', 1.75, 14, 0.175],
    ['gpt-5.1', 1.25, 10, 0.125],
    ['gpt-5.1-codex', 1.25, 10, 0.125],
    ['gpt-5.1-codex-max', 1.25, 10, 0.125],
    ['gpt-5.1-codex-mini', 0.25, 2, 0.025],
    ['gpt-5', 1.25, 10, 0.125],
    ['gpt-5-codex', 1.25, 10, 0.125],
    ['gpt-5-mini', 0.25, 2, 0.025],
    ['gpt-5-nano', 0.05, 0.4, 0.005],
    ['gpt-5-pro', 15, 120],
    ['gpt-4.1', 2, 8, 0.5],
    ['gpt-4.1-mini', 0.4, 1.6, 0.1],
    ['gpt-4.1-nano', 0.1, 0.4, 0.025],
    ['gpt-4o', 2.5, 10, 1.25],
    ['gpt-4o-mini', 0.15, 0.6, 0.075],
    ['o1', 15, 60, 7.5],
    ['o1-pro', 150, 600],
    ['o3', 2, 8, 0.5],
    ['o3-pro', 20, 80],
    ['o3-mini', 1.1, 4.4, 0.55],
    ['o4-mini', 1.1, 4.4, 0.275],
    ['gpt-4-turbo', 10, 30],
    ['gpt-4', 30, 60],
    ['gpt-3.5-turbo', 0.5, 1.5],
  ]),
  ...priced('anthropic', [
    ['claude-opus-4-7', 5, 25, 0.5, 6.25],
    ['claude-opus-4-6', 5, 25, 0.5, 6.25],
    ['claude-opus-4-5', 5, 25, 0.5, 6.25],
    ['claude-opus-4-1', 15, 75, 1.5, 18.75],
    ['claude-opus-4', 15, 75, 1.5, 18.75],
    ['claude-sonnet-4-6', 3, 15, 0.3, 3.75],
    ['claude-sonnet-4-5', 3, 15, 0.3, 3.75],
    ['claude-sonnet-4', 3, 15, 0.3, 3.75],
    ['claude-3-7-sonnet', 3, 15, 0.3, 3.75],
    ['claude-haiku-4-5', 1, 5, 0.1, 1.25],
    ['claude-3-5-haiku', 0.8, 4, 0.08, 1],
    ['claude-3-haiku', 0.25, 1.25, 0.03, 0.3],
  ]),
  ...priced('xai', [
    ['grok-4', 3, 15, 0.75],
    ['grok-4-fast-reasoning', 0.2, 0.5, 0.05],
    ['grok-4-fast-non-reasoning', 0.2, 0.5, 0.05],
    ['grok-4-1-fast-reasoning', 0.2, 0.5, 0.05],
    ['grok-4-1-fast-non-reasoning', 0.2, 0.5, 0.05],
    ['grok-code-fast-1', 0.2, 1.5, 0.02],
    ['grok-3', 3, 15, 0.75],
    ['grok-3-mini', 0.3, 0.5, 0.075],
  ]),
  ...priced('groq', [
    ['openai/gpt-oss-120b', 0.15, 0.6],
    ['openai/gpt-oss-20b', 0.075, 0.3],
    ['llama-3.3-70b-versatile', 0.59, 0.79],
    ['llama-3.1-8b-instant', 0.05, 0.08],
  ]),
  ...priced('mistral', [
    ['mistral-large', 0.5, 1.5],
    ['mistral-medium', 0.4, 2],
    ['mistral-small', 0.1, 0.3],
    ['codestral', 0.3, 0.9],
  ]),
  ...priced('deepseek', [
    ['deepseek-chat', 0.28, 0.42, 0.028],
    ['deepseek-reasoner', 0.28, 0.42, 0.028],
  ]),
  ...priced('google', [
    ['gemini-3-pro-preview', 2, 12, 0.2],
    ['gemini-2.5-pro', 1.25, 10, 0.125],
    ['gemini-2.5-flash', 0.3, 2.5, 0.03],
    ['gemini-2.5-flash-lite', 0.1, 0.4, 0.01],
    ['gemini-2.0-flash', 0.1, 0.4, 0.025],
    ['gemini-2.0-flash-lite', 0.075, 0.3],
  ]),
]
