import type { ModelUsage } from '../ports/language-model.ts'
import { priceRecords } from './price-records.ts'

/** US dollars per million tokens. */
export interface Price {
  input: number
  /** Input read from the vendor's cache; the ordinary input price when the vendor has none. */
  cachedInput: number
  /** Input written to the vendor's cache. */
  cacheWrite: number
  output: number
}

export interface PriceRecord {
  provider: string
  /** A model name or the beginning of one: the longest that fits wins, so dated names need no record of their own. */
  model: string
  /** US dollars per million tokens. */
  input: number
  cachedInput?: number
  cacheWrite?: number
  output: number
}

export interface PriceTable {
  priceOf(provider: string, model: string): Price | null
  /** The vendor that a bare model name belongs to, or null when it is in no record. */
  providerOfModel(model: string): string | null
  /** The models of a vendor that are in a record, in the order of the records. */
  modelsOf(provider: string): string[]
}

/** Vendors whose calls cost the operator no money per token. */
const freeProviders = new Set(['demo', 'ollama', 'lmstudio', 'llamacpp', 'vllm'])
const free: Price = { input: 0, cachedInput: 0, cacheWrite: 0, output: 0 }

/** The built-in prices; an operator's records go in front and win. */
export function createPriceTable(overrides: readonly PriceRecord[] = []): PriceTable {
  const records = [...overrides, ...priceRecords]
  return {
    priceOf(provider, model) {
      const record = longest(
        records,
        model,
        (one) => one.provider === provider && isRelease(model.slice(one.model.length)),
      )
      if (record === null) return freeProviders.has(provider) ? free : null
      const { input, cachedInput = input, cacheWrite = input, output } = record
      return { input, cachedInput, cacheWrite, output }
    },
    providerOfModel(model) {
      if (model === 'demo') return 'demo'
      // Relatives without a record of their own, such as a new size, still belong to the same vendor.
      return (
        longest(records, model, (one) => /^(?:[-.].*)?$/.test(model.slice(one.model.length)))?.provider ??
        null
      )
    },
    modelsOf(provider) {
      return records.flatMap((record) => (record.provider === provider ? [record.model] : []))
    },
  }
}

/**
 * What a call cost, in US dollars, exact to a billionth; null when the price or the usage is not known. Reasoning is
 * part of the output; input the vendor said nothing about counts as neither read from nor written to its cache.
 */
export function costOf(usage: ModelUsage, price: Price | null): number | null {
  const { inputTokens, outputTokens } = usage
  if (price === null || inputTokens.total === undefined || outputTokens.total === undefined) return null
  const read = inputTokens.cacheRead ?? 0
  const written = inputTokens.cacheWrite ?? 0
  const plain = Math.max(0, inputTokens.total - read - written)
  const microdollars =
    plain * price.input +
    read * price.cachedInput +
    written * price.cacheWrite +
    outputTokens.total * price.output
  return Math.round(microdollars * 1000) / 1e9
}

function longest(
  records: readonly PriceRecord[],
  model: string,
  fits: (record: PriceRecord) => boolean,
): PriceRecord | null {
  let best: PriceRecord | null = null
  for (const record of records) {
    if (!model.startsWith(record.model) || !fits(record)) continue
    if (best === null || record.model.length > best.model.length) best = record
  }
  return best
}

/** A dated or latest release of the same model. `gpt-5` prices `gpt-5-2025-08-07`, never `gpt-5-pro`. */
function isRelease(rest: string): boolean {
  return rest === '' || /^-(?:latest|\d{3,}[\d-]*)$/.test(rest)
}
