/** What the load generator is asked to do: keep `streams` streamed requests open against one server. */
export interface LoadJob {
  port: number
  /** The bytes of one HTTP request, sent again and again. */
  request: string
  /** Stands in the first piece of text of an answer. */
  firstMark: string
  /** Stands in every answer that ended well, and in no other. */
  endMark: string
  streams: number
  /** Each stream makes one request, or goes on with the next until so many seconds have passed. */
  until: 'once' | { seconds: number }
  /** The streams start evenly over this time, milliseconds. */
  spreadMs: number
  /** A job that takes longer is cut; what was open counts as errors. Milliseconds. */
  timeoutMs: number
}

export interface Times {
  p50: number
  p95: number
  p99: number
  max: number
}

export interface LoadResult {
  runs: number
  errors: number
  /** How often each kind of error was seen. */
  problems: Record<string, number>
  /** From the first request to the last answer. */
  seconds: number
  /** Request to first piece of text. */
  firstTextMs: Times
  /** Request to the end of the answer. */
  runMs: Times
}
