import type { Principal } from '../access/principal.ts'

/** A URL that a client wants called, once a run has ended or with a body that is there already. */
export interface Callback {
  id: string
  /** Who asked for it, with the rights they had then. */
  principal: Principal
  /** Null: it has its body. */
  runId: string | null
  /** Whose form the body has. */
  dialect: string
  /** Sealed: such URLs carry tokens. */
  sealedUrl: string
  /** Sent with it. No secrets. */
  headers: Record<string, string>
  /** JSON text; null: rendered from the run at each attempt. */
  body: string | null
  /** Attempts that came to nothing. */
  attempts: number
}

/** What an attempt came to. `hopeless`: the next one would come to the same. */
export type AttemptOutcome = { type: 'accepted' } | { type: 'refused'; reason: string; hopeless: boolean }

/** What becomes of a callback after an attempt; `failed`: it is given up. Times are milliseconds since the epoch. */
export type CallbackChange =
  | { state: 'delivered'; attempts: number; doneAt: number }
  | { state: 'failed'; attempts: number; doneAt: number; lastError: string }
  | { state: 'pending'; attempts: number; nextAt: number; lastError: string }

/** How long to wait after the first, second, third attempt that came to nothing, milliseconds. */
const waits = [10_000, 60_000, 300_000] as const
/** Characters of a URL that can be called back. */
export const longestCallbackUrl = 2_048
const maxError = 500

/** The first attempt comes at once, then one after each of the waits; then it is given up. */
export function afterAttempt(attempts: number, outcome: AttemptOutcome, now: number): CallbackChange {
  if (outcome.type === 'accepted') return { state: 'delivered', attempts, doneAt: now }
  const lastError = outcome.reason.slice(0, maxError)
  const wait = waits[attempts]
  if (outcome.hopeless || wait === undefined) {
    return { state: 'failed', attempts: attempts + 1, doneAt: now, lastError }
  }
  return { state: 'pending', attempts: attempts + 1, nextAt: now + wait, lastError }
}

/** Why a URL can never be called back, or null. Whether its address may be reached is seen when it is called. */
export function callbackUrlProblem(text: string): string | null {
  if (text.length > longestCallbackUrl) return `use at most ${longestCallbackUrl} characters`
  const url = /^https?:\/\//i.test(text) && !/[\s\\]/.test(text) ? URL.parse(text) : null
  if (url === null) return 'must be a URL that begins with https:// or http://'
  if (url.username !== '' || url.password !== '') return 'must not carry a user name or password'
  return null
}
