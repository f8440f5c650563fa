import type { Principal } from '../access/principal.ts'
import type { RunState } from '../runs/run.ts'

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
  /** More headers, sealed as JSON: they may carry tokens too. */
  sealedHeaders: string | null
  /** Set where an agent has it told: it is called only when its run ended in the way it is about. */
  notice: CallbackNotice | null
  /** JSON text; null: rendered from the run at each attempt. */
  body: string | null
  /** Attempts that came to nothing. */
  attempts: number
}

/** Which end of a run is told, and what an agent's author wants said beside it. */
export interface CallbackNotice {
  kind: 'on_success' | 'on_error'
  subject: string | null
  body: string | null
}

/** What a callback's body is made of. */
export interface CallbackToRender {
  /** Who asked for it; for a notice somebody who may read every run of the workspace. */
  principal: Principal
  runId: string
  notice: CallbackNotice | null
}

/** A callback that is to be delivered. */
export interface DueCallback extends Callback {
  /** Null: it is about no run, or that is gone. */
  runState: RunState | null
}

/** What an attempt came to. `hopeless`: the next one would come to the same. */
export type AttemptOutcome = { type: 'accepted' } | { type: 'refused'; reason: string; hopeless: boolean }

/** What becomes of a callback; `failed`: it is given up. Times are milliseconds since the epoch. */
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

/** Whether nobody is to be told: the run ended in another way, or its record is gone. */
export function isIdle({ notice, runState }: Pick<DueCallback, 'notice' | 'runState'>): boolean {
  if (notice === null) return false
  return runState !== (notice.kind === 'on_success' ? 'completed' : 'failed')
}

/** Why a URL can never be called back, or null. Whether its address may be reached is seen when it is called. */
export function callbackUrlProblem(text: string): string | null {
  if (text.length > longestCallbackUrl) return `use at most ${longestCallbackUrl} characters`
  const url = /^https?:\/\//i.test(text) && !/[\s\\]/.test(text) ? URL.parse(text) : null
  if (url === null) return 'must be a URL that begins with https:// or http://'
  if (url.username !== '' || url.password !== '') return 'must not carry a user name or password'
  return null
}
