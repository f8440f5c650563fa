import type { Usage } from './run.ts'

export function noUsage(): Usage {
  return {
    inputTokens: 0,
    cachedInputTokens: 0,
    outputTokens: 0,
    reasoningTokens: 0,
    totalTokens: 0,
    modelCalls: 0,
    cost: '0',
  }
}

/** The sum. A cost that is unknown makes the sum unknown. */
export function addUsage(a: Usage, b: Usage): Usage {
  return {
    inputTokens: a.inputTokens + b.inputTokens,
    cachedInputTokens: a.cachedInputTokens + b.cachedInputTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    reasoningTokens: a.reasoningTokens + b.reasoningTokens,
    totalTokens: a.totalTokens + b.totalTokens,
    modelCalls: a.modelCalls + b.modelCalls,
    cost: a.cost === null || b.cost === null ? null : addDecimals(a.cost, b.cost),
  }
}

/** Adds two non-negative decimals of at most 9 places exactly, as nano-dollars. */
function addDecimals(a: string, b: string): string {
  const sum = nanos(a) + nanos(b)
  const places = (sum % 1_000_000_000n).toString().padStart(9, '0').replace(/0+$/, '')
  return `${sum / 1_000_000_000n}${places ? `.${places}` : ''}`
}

function nanos(decimal: string): bigint {
  const [whole = '0', places = ''] = decimal.split('.')
  return BigInt(whole) * 1_000_000_000n + BigInt(places.slice(0, 9).padEnd(9, '0'))
}
