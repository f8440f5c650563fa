/**
 * Keeps what was used last, as long as it is no more than `mostEntries` and its keys no more than `mostKeyLength` UTF-16
 * units together: for values that are about as large as what they were made from, which is their key.
 */
export class BoundedCache<Value> {
  readonly #entries = new Map<string, Value>()
  readonly #mostEntries: number
  readonly #mostKeyLength: number
  #keyLength = 0

  constructor({ mostEntries, mostKeyLength }: { mostEntries: number; mostKeyLength: number }) {
    this.#mostEntries = mostEntries
    this.#mostKeyLength = mostKeyLength
  }

  /** The value of this key, made where there is none. What throws while it is made is not kept. */
  get(key: string, make: () => Value): Value {
    const known = this.#entries.get(key)
    const value = known ?? make()
    if (this.#entries.delete(key)) this.#keyLength -= key.length
    this.#entries.set(key, value)
    this.#keyLength += key.length
    this.#dropOldest()
    return value
  }

  #dropOldest(): void {
    for (const [key] of this.#entries) {
      if (this.#entries.size <= this.#mostEntries && this.#keyLength <= this.#mostKeyLength) return
      this.#entries.delete(key)
      this.#keyLength -= key.length
    }
  }
}
