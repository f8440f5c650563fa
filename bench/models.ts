/** Names that tell the model server how to answer; both sides read them from here. */

/** Everything in one write. */
export const instantModel = 'bench-instant'

/** One call of the tool `lookup`, then, once its result is in the request, everything in one write. */
export const toolModel = 'bench-tool'

export interface Pace {
  tokens: number
  /** Milliseconds between two tokens. The first comes at once. */
  everyMs: number
}

/** Token by token. */
export function pacedModel(pace: Pace): string {
  return `bench-paced-${pace.tokens}x${pace.everyMs}`
}

/** The pace in the name of a model, null where the name holds none. */
export function paceOf(model: string): Pace | null {
  const found = /^bench-paced-(\d+)x(\d+)$/.exec(model)
  return found === null ? null : { tokens: Number(found[1]), everyMs: Number(found[2]) }
}

/** How long an answer takes when nothing stands between it and the reader, milliseconds. */
export function idealMs(pace: Pace): number {
  return (pace.tokens - 1) * pace.everyMs
}
