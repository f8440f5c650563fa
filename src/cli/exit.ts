/** What the exit code of a command means. Printed by `parley --help`, so that scripts can rely on it. */
export const exitCodes = {
  ok: { code: 0, meaning: 'it worked' },
  failed: { code: 1, meaning: 'the server refused, the run failed, or `doctor` found something broken' },
  usage: { code: 2, meaning: 'the command or the configuration is not valid' },
  unreachable: { code: 3, meaning: 'no server answered' },
  denied: { code: 4, meaning: 'the API key is missing or may not do this' },
  waiting: { code: 5, meaning: 'the run waits for an answer that nobody could give here' },
  interrupted: { code: 130, meaning: 'stopped with Ctrl-C' },
} as const

export type ExitReason = keyof typeof exitCodes

/** A command cannot go on. `message` says what is wrong in one sentence, `remedy` what to do about it. */
export class CommandError extends Error {
  readonly reason: ExitReason
  readonly remedy: string | null

  constructor(reason: ExitReason, message: string, remedy: string | null = null, cause?: unknown) {
    super(message, { cause })
    this.name = 'CommandError'
    this.reason = reason
    this.remedy = remedy
  }
}
