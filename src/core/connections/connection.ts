/** Where a connection comes from. Only stored ones can be changed here. */
export type ConnectionSource = 'stored' | 'environment' | 'detected' | 'built_in'

/** How to reach a model vendor. The credential and the header values are never in it. */
export interface Connection {
  id: string
  /** Numeric alias, for clients that type ids as numbers. Below 1,000: not stored. */
  number: number
  name: string
  provider: string
  /** Null: the vendor's own. */
  baseUrl: string | null
  source: ConnectionSource
  hasCredential: boolean
  /** The last four characters of a credential long enough to keep them apart; else null. */
  credentialHint: string | null
  headerNames: string[]
  /** Null for those that are not stored. */
  createdAt: Date | null
  updatedAt: Date | null
}

/** What a test call found. */
export interface ConnectionTest {
  ok: boolean
  latencyMs: number
  /** A sentence that is safe to show. */
  error: string | null
  models: string[]
}
