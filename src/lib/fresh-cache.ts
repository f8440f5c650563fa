import type { Clock } from './clock.ts'

export interface FreshCacheOptions {
  clock: Clock
  /** The least recently used entry makes room for a new one. */
  maxEntries: number
  /** Milliseconds an entry may be used for; null: until it is invalidated. */
  ttlMs: number | null
}

/**
 * What was read from the database and is good until somebody changes it.
 *
 * `get` is synchronous, so that a warm path costs no promise. A load that was under way when its key was invalidated
 * still answers its callers but is not kept: what it read may be older than the change.
 */
export class FreshCache<Value> {
  readonly #options: FreshCacheOptions
  readonly #entries = new Map<string, { value: Value; expires: number }>()
  readonly #loads = new Map<string, Load<Value>>()

  constructor(options: FreshCacheOptions) {
    this.#options = options
  }

  get(key: string): Value | undefined {
    const entry = this.#entries.get(key)
    if (entry === undefined) return undefined
    if (entry.expires < this.#options.clock.monotonic()) {
      this.#entries.delete(key)
      return undefined
    }
    this.#entries.delete(key)
    this.#entries.set(key, entry)
    return entry.value
  }

  set(key: string, value: Value): void {
    const { ttlMs, maxEntries, clock } = this.#options
    this.#entries.delete(key)
    this.#entries.set(key, { value, expires: ttlMs === null ? Infinity : clock.monotonic() + ttlMs })
    if (this.#entries.size <= maxEntries) return
    const oldest = this.#entries.keys().next()
    if (!oldest.done) this.#entries.delete(oldest.value)
  }

  /** The kept value, else what `read` answers; concurrent callers of one key share one read. */
  load(key: string, read: () => Promise<Value>): Promise<Value> {
    const kept = this.get(key)
    if (kept !== undefined) return Promise.resolve(kept)
    const running = this.#loads.get(key)
    if (running !== undefined) return running.value
    const load: Load<Value> = { value: read() }
    this.#loads.set(key, load)
    load.value = this.#keep(key, load)
    return load.value
  }

  invalidate(key: string): void {
    this.#entries.delete(key)
    this.#loads.delete(key)
  }

  clear(): void {
    this.#entries.clear()
    this.#loads.clear()
  }

  async #keep(key: string, load: Load<Value>): Promise<Value> {
    try {
      const value = await load.value
      if (this.#loads.get(key) === load) this.set(key, value)
      return value
    } finally {
      if (this.#loads.get(key) === load) this.#loads.delete(key)
    }
  }
}

interface Load<Value> {
  value: Promise<Value>
}
