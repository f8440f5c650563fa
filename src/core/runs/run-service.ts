import { AppError } from '../../errors.ts'
import type { Principal } from '../access/principal.ts'
import { visiblePage } from '../agents/visible.ts'
import type { JournalEvent } from '../events/entry.ts'
import { endsStream, type RunEventType } from '../events/event.ts'
import type { Tail } from '../events/tail.ts'
import { createRunAcceptance, type AcceptanceOptions, type AgentsToRun } from './run-acceptance.ts'
import type { AcceptedRun } from './run-request.ts'
import type { Page, RunFilter, RunStore } from './run-store.ts'
import { applyEvent } from './run-view.ts'
import { isTerminal, type Run, type RunPins } from './run.ts'

export interface AgentsForRuns extends AgentsToRun {
  /** Whether this principal may see the runs of an agent, deleted or not. */
  canSeeRuns(principal: Principal, agentId: string): Promise<boolean>
}

export type RunService = ReturnType<typeof createRunService>

/** Accepts runs, and reads them. What a run does is the engine's. */
export function createRunService(
  deps: AcceptanceOptions & {
    store: RunStore
    tail: Tail
    agents: AgentsForRuns
  },
) {
  const { store, tail, agents } = deps

  async function get(principal: Principal, id: string): Promise<Run> {
    const run = await store.find(principal.workspaceId, id)
    if (!run || !(await agents.canSeeRuns(principal, run.agentId))) throw new AppError('run_not_found')
    return run
  }

  return {
    create: createRunAcceptance(deps),
    get,

    /** The events of the given types of runs that were read for a principal, in order, by the runs' ids. */
    async eventsOf(runs: readonly Run[], types: RunEventType[]): Promise<Map<string, JournalEvent[]>> {
      const ids = runs.map((run) => run.id)
      return Map.groupBy(await store.eventsOfTypes(ids, types), (event) => event.stream)
    },

    /** What the run was accepted with. Errors: `run_not_found`. */
    async pinsOf(principal: Principal, id: string): Promise<RunPins> {
      await get(principal, id)
      const pins = await store.pinsOf(id)
      if (pins === null) throw new AppError('run_not_found')
      return pins
    },

    /** Newest first, only those this principal may see. `after`: the last run of the page before. */
    list: (principal: Principal, filter: RunFilter, page: Page): Promise<Run[]> =>
      visiblePage(
        page,
        (part) => store.list(principal.workspaceId, filter, part),
        (agentId) => agents.canSeeRuns(principal, agentId),
      ),

    /** One page of the journal. */
    async events(
      principal: Principal,
      id: string,
      page: { after: number; limit: number },
    ): Promise<JournalEvent[]> {
      await get(principal, id)
      return await store.eventsAfter(id, page.after, page.limit)
    },

    /**
     * The journal as it grows, in batches, each event once and in order, until the run has ended or `signal` aborts.
     * Stays open while the run waits.
     */
    async follow(
      principal: Principal,
      id: string,
      options: { after: number; signal: AbortSignal },
    ): Promise<AsyncIterable<JournalEvent[]>> {
      const run = await get(principal, id)
      if (isTerminal(run.state) && (await store.eventsAfter(id, options.after, 1)).length === 0)
        return nothing()
      return tail.follow(id, options)
    },

    /** Follows a run just accepted from its first event. Call it before anything is awaited. */
    followAccepted(accepted: AcceptedRun, signal: AbortSignal): AsyncIterable<JournalEvent[]> {
      return tail.follow(accepted.run.id, { after: 0, fresh: true, signal })
    },

    /**
     * The run once it waits or has ended, or as it is when `signal` aborts. `run` is brought up to date in place from
     * the events of `journal`.
     */
    async settle(run: Run, events: AsyncIterable<JournalEvent[]>): Promise<Run> {
      for await (const batch of events) {
        for (const event of batch) {
          applyEvent(run, event)
          if (endsStream(event.type)) return run
        }
        // Only the newest state counts: an answer may have come in the same batch as the question.
        if (run.state === 'waiting') return run
      }
      return run
    },
  }
}

async function* nothing(): AsyncGenerator<JournalEvent[]> {}
