const tick = 10

/**
 * What `event` brings, if it comes within so many milliseconds; rejects when it does not. They are milliseconds that this
 * process was given: while a busy machine keeps it from running, no time passes, so that only the server can be late.
 */
export async function within<T>(ms: number, event: PromiseLike<T>): Promise<T> {
  let left = ms / tick
  const late = Promise.withResolvers<never>()
  const ticking = setInterval(() => {
    left -= 1
    if (left <= 0) late.reject(new Error(`It took more than ${ms} milliseconds.`))
  }, tick)
  try {
    return await Promise.race([event, late.promise])
  } finally {
    clearInterval(ticking)
  }
}
