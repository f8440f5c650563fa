import type { PhoneNumberService } from './phone-number-service.ts'

/** How often unfinished purchases and releases are looked for, milliseconds. */
const interval = 10 * 60 * 1000

/** Finishes at once, and from then on regularly, what was left unfinished. Disposing waits for the pass under way. */
export function startPhoneNumberSweep({
  resumePending,
}: Pick<PhoneNumberService, 'resumePending'>): AsyncDisposable {
  const stopping = new AbortController()
  let pass = resumePending(stopping.signal)
  const timer = setInterval(() => {
    pass = pass.then(() => resumePending(stopping.signal))
  }, interval).unref()
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer)
      stopping.abort()
      await pass
    },
  }
}
