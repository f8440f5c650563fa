/** Runs work with the same key one by one, first come first served, within this process. */
export type OneByOne = <Result>(key: string, work: () => Promise<Result>) => Promise<Result>

export function createOneByOne(): OneByOne {
  /** The last work of each key; it never fails. */
  const last = new Map<string, Promise<void>>()

  return async (key, work) => {
    const before = last.get(key) ?? Promise.resolve()
    const result = before.then(work)
    const ended = result.then(
      () => {},
      () => {},
    )
    last.set(key, ended)
    try {
      return await result
    } finally {
      if (last.get(key) === ended) last.delete(key)
    }
  }
}
