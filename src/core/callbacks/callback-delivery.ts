import { AppError } from '../../errors.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import type { PostJson } from '../../lib/post-json.ts'
import type { Sealer } from '../../lib/seal.ts'
import {
  afterAttempt,
  isIdle,
  type AttemptOutcome,
  type CallbackToRender,
  type DueCallback,
} from './callback.ts'
import type { CallbackStore } from './callback-store.ts'

/**
 * The body that a callback of a run is sent with, as JSON text. It may be asked again for the same run, and must answer
 * the same.
 */
export type RenderCallback = (callback: CallbackToRender & { dialect: string }) => Promise<string>

/** Between two looks at everything that waits for a run, milliseconds: what other processes left is found by then. */
const sweepMs = 60_000
/** Longer than an attempt can take, so that nobody else makes the same one meanwhile, milliseconds. */
const claimMs = 90_000
/** Until the next look when another process is just taking what is due, milliseconds. */
const contendedMs = 1_000
/** Attempts at once. A slow receiver holds one for 30 seconds. */
const maxAtOnce = 50
/** Attempts at once for one workspace, so that its slow receivers do not hold up everybody else's callbacks. */
const maxPerWorkspace = 25

/** What delivers callbacks that are due: woken, at the time of the next attempt, and once a minute. */
export function createCallbackDelivery(deps: {
  store: CallbackStore
  sealer: Sealer
  post: PostJson
  /** Takes over what earlier processes left; done before the first look, and repeated until it succeeds. */
  takeOver: () => Promise<void>
  clock: Clock
  log: Log
}) {
  const { store, sealer, post, clock, log } = deps
  const stop = new AbortController()
  const attempts = new Map<string, { workspaceId: string; done: Promise<void> }>()
  let nap = new AbortController()
  let running: Promise<void> | null = null
  let hasTakenOver = false
  let problem: string | null = null
  /** Runs that were heard to have ended since the last look. */
  const ended = new Set<string>()
  /** By the monotonic clock. */
  let nextSweep = -Infinity

  /** A look soon, also when one is under way. */
  function wake(): void {
    nap.abort()
  }

  async function loop(render: RenderCallback): Promise<void> {
    while (!stop.signal.aborted) {
      nap = new AbortController()
      const wait = await look(render)
      if (wait <= 0) continue
      try {
        await clock.sleep(wait, nap.signal)
      } catch (error) {
        if (!nap.signal.aborted) throw error
      }
    }
  }

  /** Takes what is due; how long nothing more will be, milliseconds. */
  async function look(render: RenderCallback): Promise<number> {
    try {
      if (!hasTakenOver) await deps.takeOver()
      hasTakenOver = true
      await makeDue()
      const wait = await takeDue(render)
      problem = null
      return Math.min(wait, Math.max(0, nextSweep - clock.monotonic()))
    } catch (error) {
      problem = 'Callbacks could not be looked for; it is tried again within a minute.'
      log.error({ err: error }, problem)
      return sweepMs
    }
  }

  /** The ends that were heard of, and once a minute all others: looking at everything costs with what waits. */
  async function makeDue(): Promise<void> {
    const begun = clock.monotonic()
    const runIds = [...ended]
    const isSweep = begun >= nextSweep
    if (!isSweep && runIds.length === 0) return
    await store.makeDue(new Date(clock.now()), isSweep ? null : runIds)
    for (const runId of runIds) ended.delete(runId)
    if (isSweep) nextSweep = begun + sweepMs
  }

  async function takeDue(render: RenderCallback): Promise<number> {
    while (attempts.size < maxAtOnce) {
      const { full, room } = takeable()
      const due = await store.nextDue(full)
      const now = clock.now()
      if (due === null) return sweepMs
      if (due.getTime() > now) return Math.min(sweepMs, due.getTime() - now)
      const claimed = await store.claim(new Date(now), new Date(now + claimMs), { limit: room, except: full })
      if (claimed.length === 0) return contendedMs
      for (const callback of claimed) begin(callback, render)
    }
    return sweepMs
  }

  /** Workspaces that have as many attempts as they may, and how many may be begun at once for any mix of the others. */
  function takeable(): { full: string[]; room: number } {
    const counts = Map.groupBy(attempts.values(), ({ workspaceId }) => workspaceId)
    const full: string[] = []
    let room = Math.min(maxPerWorkspace, maxAtOnce - attempts.size)
    for (const [workspaceId, { length }] of counts) {
      if (length >= maxPerWorkspace) full.push(workspaceId)
      else room = Math.min(room, maxPerWorkspace - length)
    }
    return { full, room }
  }

  /** Whatever ends wakes us: it makes room, and may have to be tried again soon. */
  function begin(callback: DueCallback, render: RenderCallback): void {
    const { id, principal } = callback
    const done = deliver(callback, render).finally(() => {
      attempts.delete(id)
      wake()
    })
    attempts.set(id, { workspaceId: principal.workspaceId, done })
  }

  async function deliver(callback: DueCallback, render: RenderCallback): Promise<void> {
    const { id, attempts } = callback
    try {
      if (isIdle(callback)) return await store.drop(id)
      const outcome = await attempt(callback, render)
      // Cut short by our own end: the next process makes the attempt, and this one does not count.
      if (stop.signal.aborted && outcome.type === 'refused') return await store.release([id])
      const change = afterAttempt(attempts, outcome, clock.now())
      await store.settle(id, change)
      report(callback, outcome, change.state === 'failed')
    } catch (error) {
      // The claim runs out, and then it is tried again.
      log.error({ err: error, callback: id }, 'What came of a callback could not be stored.')
    }
  }

  async function attempt(callback: DueCallback, render: RenderCallback): Promise<AttemptOutcome> {
    const { id, dialect, principal, runId, notice, sealedHeaders } = callback
    try {
      const url = sealer.open(callback.sealedUrl, id)
      const body = callback.body ?? (await render({ dialect, principal, runId: runId ?? '', notice }))
      const secret = sealedHeaders === null ? {} : openHeaders(sealer.open(sealedHeaders, id))
      const headers = { ...callback.headers, ...secret, 'idempotency-key': id }
      const { accepted, answer } = await post({ url, headers, body, signal: stop.signal })
      return accepted ? { type: 'accepted' } : { type: 'refused', reason: answer, hopeless: false }
    } catch (error) {
      if (!(error instanceof AppError) && !stop.signal.aborted) {
        log.error({ err: error, callback: id, dialect, run: runId }, 'A callback could not be made.')
      }
      return refusalOf(error)
    }
  }

  function report(callback: DueCallback, outcome: AttemptOutcome, isLast: boolean): void {
    if (outcome.type === 'accepted') return
    const { id, dialect, runId, attempts: before } = callback
    const fields = { callback: id, dialect, run: runId, attempt: before + 1, reason: outcome.reason }
    if (isLast) log.warn(fields, 'A callback was given up.')
    else log.warn(fields, 'A callback was not accepted; it is tried again.')
  }

  return {
    wake,

    /** A run has ended: what waits for it is delivered soon. */
    runEnded(runId: string): void {
      ended.add(runId)
      wake()
    },

    /** What does not work as it should, in sentences. */
    degraded: (): string[] => (problem === null ? [] : [problem]),

    start(render: RenderCallback): void {
      running = loop(render)
    },

    /** Attempts under way are cut short and left to the next process. */
    async [Symbol.asyncDispose](): Promise<void> {
      stop.abort()
      wake()
      await running
      await Promise.all(Array.from(attempts.values(), ({ done }) => done))
    },
  }
}

function openHeaders(text: string): Record<string, string> {
  return JSON.parse(text) as Record<string, string> // sealed from this form
}

/** Neither an address that may not be called nor one that cannot be read any more will be better the next time. */
function refusalOf(error: unknown): AttemptOutcome {
  if (!(error instanceof AppError)) {
    return { type: 'refused', reason: 'Its body could not be made.', hopeless: false }
  }
  const hopeless = error.code === 'egress_refused' || error.code === 'invalid_configuration'
  return { type: 'refused', reason: error.message, hopeless }
}
