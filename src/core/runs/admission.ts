import { AppError } from '../../errors.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Principal } from '../access/principal.ts'
import type { AgentDefinition, Notices } from '../agents/agent.ts'
import { deduplicationKey, payloadOf } from './deduplication.ts'
import type { RunKey, RunKeyStore } from './run-key-store.ts'
import type { RunRequest } from './run-request.ts'
import type { RunStore } from './run-store.ts'

/** How long a run that is not begun waits until the one that stands for it can be read, and between two looks, ms. */
const storedWithin = 2_000
const lookEvery = 50
/** Its process may have died before it stored the run: then the key is free within a minute. */
const notStored =
  'This agent was asked the same a moment ago, and the run that was to be begun then is not there yet; ask again in a minute.'
const dayLength = 86_400_000

/** What tells others how runs ended. */
interface RunNotices {
  /** Has everyone told; asked again for the same run, nobody is told twice. */
  announce(principal: Principal, runId: string, notices: Notices): Promise<void>
  /** Takes that back when the run is not there. */
  retract(principal: Principal, runId: string): Promise<void>
}

/** What has to be written before a run of some agents may be stored. `undo` takes it back if the run is refused. */
export function createAdmission(deps: {
  keys: RunKeyStore
  runs: Pick<RunStore, 'countDay'>
  notices: RunNotices
  clock: Pick<Clock, 'now' | 'sleep'>
}) {
  const { keys, runs, notices, clock } = deps

  async function refuseDuplicate(key: RunKey): Promise<void> {
    const deadline = clock.now() + storedWithin
    for (;;) {
      const holder = await keys.holder(key)
      // Given back meanwhile.
      if (holder === null) return
      const facts = { run_id: holder.runId }
      if (holder.stored) throw new AppError('duplicate_run', { facts })
      if (clock.now() >= deadline) throw new AppError('duplicate_run', { facts, detail: notStored })
      await clock.sleep(lookEvery)
    }
  }

  return {
    /** Refuses a request that repeats another run's: `duplicate_run`, with the id (UUID) of that run in `facts.run_id`. */
    async refuseRepeated(
      request: RunRequest,
      { strategies: { deduplicate } }: AgentDefinition,
      undo: AsyncDisposableStack,
    ): Promise<void> {
      // What goes on from an approval is part of what was asked for before.
      if (deduplicate === null || request.deferredCall !== undefined) return
      const payload = request.payload ?? payloadOf(request.input)
      const hash = deduplicationKey(payload, deduplicate.selectors)
      if (hash === null) return
      const key = { agentId: request.agentId, hash, runId: request.id }
      while (!(await keys.claim(key, deduplicate.minutes))) await refuseDuplicate(key)
      // One that cannot be given back now is free after a minute.
      undo.defer(() => keys.release(key).catch(() => {}))
    },

    /**
     * Counts the run against its agent's day, and stores whom its end is told. Errors: `daily_limit_reached`, with the
     * `limit`, and `resets_at` (RFC 3339) and `retry_after_seconds` for the begin of the next day.
     */
    async admit(
      principal: Principal,
      request: RunRequest,
      definition: AgentDefinition,
      undo: AsyncDisposableStack,
    ): Promise<void> {
      const { runsPerDay } = definition.limits
      if (runsPerDay !== null && !(await runs.countDay(request.agentId, runsPerDay))) {
        throw new AppError('daily_limit_reached', {
          detail: `This agent may run ${runsPerDay} times a day (UTC) and has used that up.`,
          facts: { limit: runsPerDay, ...nextDay(clock.now()) },
        })
      }
      const { onSuccess, onError } = definition.notices
      if (onSuccess.length + onError.length === 0) return
      // What cannot be taken back now goes by itself when the run has not come to be.
      undo.defer(() => notices.retract(principal, request.id).catch(() => {}))
      await notices.announce(principal, request.id, definition.notices)
    },
  }
}

/** Of the day that the clock of this process has, in UTC as the days of agents are. */
function nextDay(now: number): { resets_at: string; retry_after_seconds: number } {
  const reset = (Math.floor(now / dayLength) + 1) * dayLength
  return { resets_at: new Date(reset).toISOString(), retry_after_seconds: Math.ceil((reset - now) / 1000) }
}

/** What was written for a run goes again when it could not be stored. */
export function elseUndone(stored: Promise<void>, undo: AsyncDisposableStack): Promise<void> {
  const settled = stored.catch(async (error: unknown) => {
    await undo.disposeAsync()
    throw error
  })
  settled.catch(() => {}) // the caller awaits it too; this only keeps an early refusal from being unhandled
  return settled
}
