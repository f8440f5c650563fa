import { describe, expect, it } from 'vitest'
import type { ModelUsage } from '../ports/language-model.ts'
import { costOf, createPriceTable } from './prices.ts'

const { priceOf, providerOfModel } = createPriceTable()

function usage(
  input: number | undefined,
  output: number | undefined,
  cacheRead = 0,
  cacheWrite = 0,
): ModelUsage {
  return {
    inputTokens: { total: input, noCache: undefined, cacheRead, cacheWrite },
    outputTokens: { total: output, text: undefined, reasoning: undefined },
  }
}

describe('priceOf', () => {
  it('finds a model by its name and by that of a dated release', () => {
    const price = { input: 1.25, cachedInput: 0.125, cacheWrite: 1.25, output: 10 }
    expect(priceOf('openai', 'gpt-5')).toEqual(price)
    expect(priceOf('openai', 'gpt-5-2025-08-07')).toEqual(price)
    expect(priceOf('anthropic', 'claude-sonnet-4-20250514')?.output).toBe(15)
    expect(priceOf('anthropic', 'claude-opus-4-5-20251101')?.output).toBe(25)
    expect(priceOf('mistral', 'mistral-small-latest')?.input).toBe(0.1)
  })

  it('does not price a model after its relative', () => {
    expect(priceOf('openai', 'gpt-5-giant')).toBeNull()
    expect(priceOf('openai', 'gpt-50')).toBeNull()
    expect(priceOf('openai', 'gpt-5.2')?.output).toBe(14)
    expect(priceOf('openai', 'gpt-5-mini-2025-08-07')?.output).toBe(2)
    expect(priceOf('openrouter', 'gpt-5')).toBeNull()
  })

  it('knows that local servers and the demo model cost nothing', () => {
    expect(costOf(usage(1000, 1000), priceOf('ollama', 'qwen3'))).toBe(0)
    expect(costOf(usage(1000, 1000), priceOf('demo', 'demo'))).toBe(0)
  })

  it('lets an operator change a price and add one', () => {
    const table = createPriceTable([
      { provider: 'openai', model: 'gpt-5', input: 1, output: 2 },
      { provider: 'mycorp', model: 'own', input: 3, output: 4 },
    ])
    expect(table.priceOf('openai', 'gpt-5')).toEqual({ input: 1, cachedInput: 1, cacheWrite: 1, output: 2 })
    expect(table.priceOf('mycorp', 'own')?.output).toBe(4)
    expect(table.providerOfModel('own')).toBe('mycorp')
  })
})

describe('costOf', () => {
  it('adds plain, cached and written input and the output, to a billionth of a dollar', () => {
    const price = { input: 3, cachedInput: 0.3, cacheWrite: 3.75, output: 15 }
    expect(costOf(usage(1_000_000, 0), price)).toBe(3)
    expect(costOf(usage(1000, 100, 400, 200), price)).toBe(0.00357)
    expect(costOf(usage(1, 0), { ...price, input: 0.0015 })).toBe(0.000000002)
  })

  it('is null, not zero, when the price or the usage is unknown', () => {
    expect(costOf(usage(10, 10), null)).toBeNull()
    expect(costOf(usage(undefined, 10), priceOf('openai', 'gpt-5'))).toBeNull()
    expect(costOf(usage(10, undefined), priceOf('openai', 'gpt-5'))).toBeNull()
  })
})

describe('providerOfModel', () => {
  it.each([
    ['gpt-5.2', 'openai'],
    ['gpt-5-giant', 'openai'],
    ['claude-haiku-4-5-20251001', 'anthropic'],
    ['grok-4', 'xai'],
    ['deepseek-chat', 'deepseek'],
    ['demo', 'demo'],
  ])('gives %s to %s', (model, provider) => {
    expect(providerOfModel(model)).toBe(provider)
  })

  it.each(['qwen3', 'gpt-50', 'g', ''])('gives %s to nobody', (model) => {
    expect(providerOfModel(model)).toBeNull()
  })
})
