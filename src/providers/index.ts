export { createLanguageModel, listModels } from './connect.ts'
export { detectLocalServers, type LocalServer } from './detect.ts'
export {
  costOf,
  createPriceTable,
  priceOf,
  prices,
  providerOfModel,
  type Price,
  type PriceRecord,
} from './prices.ts'
export type { ModelTarget, ProviderDependencies, ProviderRecord } from './provider-record.ts'
export { findProvider, providers } from './records.ts'
