/** Who may speak to the one session of the embedded database: one holder at a time, first come, first served. */
export class Turns {
  #held = false
  readonly #waiting: (() => void)[] = []

  /** Resolves when it is the caller's turn. The caller must call `release` exactly once. */
  acquire(): Promise<void> {
    if (!this.#held) {
      this.#held = true
      return Promise.resolve()
    }
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  release(): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#held = false
    else next()
  }

  get waiting(): number {
    return this.#waiting.length
  }
}
