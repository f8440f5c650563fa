/** Exponential backoff with full jitter. Pure: the random number is an argument. */
export interface BackoffOptions {
  /** Milliseconds before the first retry. */
  first: number
  /** Upper bound of one wait, milliseconds. */
  most: number
}

/**
 * How long to wait before retry number `attempt` (1 is the first retry), in milliseconds.
 * `random` lies in [0, 1); half of the wait is fixed so that a retry never comes at once.
 */
export function backoff(attempt: number, options: BackoffOptions, random: number): number {
  const ceiling = Math.min(options.most, options.first * 2 ** (attempt - 1))
  return Math.round(ceiling / 2 + (ceiling / 2) * random)
}
