import { invalidField } from '../../errors.ts'
import type { Clock } from '../../lib/clock.ts'
import { newId } from '../../lib/ids.ts'
import type { Log } from '../../lib/log.ts'
import type { PostJson } from '../../lib/post-json.ts'
import type { Sealer } from '../../lib/seal.ts'
import type { Principal } from '../access/principal.ts'
import type { Notices } from '../agents/agent.ts'
import { endsStream } from '../events/event.ts'
import type { Tail } from '../events/tail.ts'
import { callbackUrlProblem } from './callback.ts'
import { createCallbackDelivery } from './callback-delivery.ts'
import type { CallbackStore } from './callback-store.ts'
import { noticeCallbacks } from './notices.ts'

export interface CallbackServiceOptions {
  store: CallbackStore
  sealer: Sealer
  post: PostJson
  tail: Pick<Tail, 'follow'>
  /** True when no other process can use the database. */
  exclusive: boolean
  clock: Clock
  log: Log
}

/** Where to call, and with which headers beside our own; they hold no secrets. */
interface CallbackTarget {
  /** A pre-minted id: asked for again with it, there is still one callback. Default: a new one. */
  id?: string
  /** Whose form the body has. */
  dialect: string
  url: string
  headers?: Record<string, string>
  /** What the caller's API calls the URL; errors name it. Default: `url`. */
  field?: string
}

export type CallbackService = ReturnType<typeof createCallbackService>

const orphanMs = 60 * 60 * 1000
const keepDoneMs = 7 * 24 * 60 * 60 * 1000
/** Unfinished runs that a starting process follows for the sake of their callbacks; the sweep finds the ends of others. */
const maxFollowed = 1_000

/**
 * URLs that are called when a run has ended. A callback is stored before its run is, so that no crash loses it, and is
 * delivered at least once, always with its id as the Idempotency-Key: by this process or by the next one.
 */
export function createCallbackService(options: CallbackServiceOptions) {
  const { store, sealer, tail, clock, log } = options
  const delivery = createCallbackDelivery({ ...options, takeOver })
  /** What ends the following of each run that has callbacks. */
  const following = new Map<string, AbortController>()
  let stopped = false

  /** `fresh`: the run is not stored yet. */
  function follow(runId: string, fresh: boolean): void {
    if (following.has(runId) || stopped) return
    const abort = new AbortController()
    following.set(runId, abort)
    void wakeAtEnd(runId, fresh, abort)
  }

  async function wakeAtEnd(runId: string, fresh: boolean, abort: AbortController): Promise<void> {
    try {
      for await (const batch of tail.follow(runId, { after: 0, fresh, signal: abort.signal })) {
        if (batch.some(({ type }) => endsStream(type))) delivery.runEnded(runId)
      }
    } catch (error) {
      log.warn({ err: error, run: runId }, 'A run could not be followed; the sweep finds its end.')
    } finally {
      if (following.get(runId) === abort) following.delete(runId)
    }
  }

  async function takeOver(): Promise<void> {
    // With the database to ourselves, whoever had taken something is gone.
    if (options.exclusive) await store.release(null)
    for (const runId of await store.awaitedRuns(maxFollowed)) follow(runId, false)
  }

  function unfollow(runId: string): void {
    following.get(runId)?.abort()
    following.delete(runId)
  }

  async function keep(
    principal: Principal,
    target: CallbackTarget,
    what: { runId: string | null; body: string | null; nextAt: Date | null },
  ): Promise<{ id: string; isNew: boolean }> {
    const { id = newId(), dialect, url, headers = {}, field = 'url' } = target
    const problem = callbackUrlProblem(url)
    if (problem !== null) throw invalidField(field, problem)
    const at = new Date(clock.now())
    const sealedUrl = sealer.seal(url, id)
    const row = { id, principal, dialect, sealedUrl, headers, sealedHeaders: null, notice: null, at, ...what }
    return { id, isNew: (await store.insert([row])).length > 0 }
  }

  return {
    degraded: delivery.degraded,

    /**
     * Has a URL called with what `render` makes of a run, once it has ended. Call it before the run is created; when
     * that is refused, `withdraw` it (else it goes by itself after an hour). Errors: `invalid_request` naming the URL.
     */
    async request(principal: Principal, target: CallbackTarget & { runId: string }): Promise<{ id: string }> {
      const { runId } = target
      const { id, isNew } = await keep(principal, target, { runId, body: null, nextAt: null })
      follow(runId, isNew)
      return { id }
    },

    /** Has a URL called at once with a JSON text that is there already. Errors: `invalid_request` naming the URL. */
    async send(principal: Principal, target: CallbackTarget & { body: string }): Promise<{ id: string }> {
      const { body } = target
      const { id } = await keep(principal, target, { runId: null, body, nextAt: new Date(clock.now()) })
      delivery.wake()
      return { id }
    },

    /** Takes back a callback whose run was refused; one whose run is there stays. */
    async withdraw(principal: Principal, id: string): Promise<void> {
      const runId = await store.withdraw(principal.workspaceId, id)
      if (runId !== null) unfollow(runId)
    },

    /**
     * Has everyone told how a run ends who wants to know of such an end; nobody hears of a cancelled one. Call it before
     * the run is created; when that is refused, `retract` it (else it goes by itself after an hour). Asked for again for
     * the same run, nobody is told twice. The notices keep their rules, and their headers are opened.
     */
    async announce(principal: Principal, runId: string, notices: Notices): Promise<void> {
      const at = new Date(clock.now())
      await store.insert(noticeCallbacks(sealer, principal, runId, { notices, at }))
      // That there were none does not say that the run is new: those that were not to be made are gone.
      follow(runId, false)
    },

    /** Takes back the notices of a run that was refused; those of a run that is there stay. */
    async retract(principal: Principal, runId: string): Promise<void> {
      if ((await store.withdrawNotices(principal.workspaceId, runId)) > 0) unfollow(runId)
    },

    /** Begins to deliver, with what earlier processes left. `render` gives the body for a run that has ended. */
    start: delivery.start,

    /** Deletes what was done a week ago, and callbacks whose run did not come to be within an hour. */
    async purge(): Promise<void> {
      await store.deleteDone(new Date(clock.now() - keepDoneMs))
      for (const runId of await store.deleteOrphans(new Date(clock.now() - orphanMs))) unfollow(runId)
    },

    async [Symbol.asyncDispose](): Promise<void> {
      stopped = true
      for (const abort of following.values()) abort.abort()
      await delivery[Symbol.asyncDispose]()
    },
  }
}
