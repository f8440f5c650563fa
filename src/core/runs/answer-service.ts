import { AppError } from '../../errors.ts'
import { faultPoint } from '../../lib/fault-point.ts'
import { newId } from '../../lib/ids.ts'
import { cleanJson } from '../../lib/json.ts'
import type { Log } from '../../lib/log.ts'
import type { Principal } from '../access/principal.ts'
import type { JournalEvent } from '../events/entry.ts'
import type { Journal } from '../events/journal.ts'
import type { Tail } from '../events/tail.ts'
import type { RunCommand, RunDispatcher } from './dispatch.ts'
import { retryConflicts } from './retry-conflicts.ts'
import { noUsage } from './usage.ts'
import type { LockedRun, NewRunEvent, RunStore, StoreTransaction } from './run-store.ts'
import { isTerminal, type Run } from './run.ts'
import { moveRun } from './run-state.ts'
import { unansweredCalls, type ToolOutput } from './tool-outputs.ts'

/** What became of a command: the run was taken, or is told. */
type Outcome =
  | { type: 'taken'; run: LockedRun; events: JournalEvent[]; resume: boolean; turn: string | null }
  | { type: 'told'; commandId: string }

/** What became of a command that was left behind: as above, or a segment reads it, or it is dropped, and why. */
type LateOutcome = Outcome | { type: 'left' } | { type: 'dropped'; refusal: unknown }

/** How long the answer to a cancel waits for the run to end, milliseconds. */
const cancelPatience = 2000

export type AnswerService = ReturnType<typeof createAnswerService>

/**
 * Everything others say to a run: cancel, outputs of client-executed tools, decisions. When a segment holds the run it
 * is told by a command; otherwise the writer of the answer takes the run and starts its next segment.
 */
export function createAnswerService(deps: {
  store: RunStore
  journal: Journal
  tail: Tail
  dispatcher: RunDispatcher
  executorId: () => string
  /** Tells the process that holds the run of a command row. */
  notify: (runId: string) => Promise<void>
  /** Reads a run as this principal may see it. */
  getRun: (principal: Principal, id: string) => Promise<Run>
  log: Log
}) {
  const { store, journal, tail, dispatcher } = deps

  /**
   * Applies a command to a run, together with `within` when the answer also changes something else. The run is locked
   * first, as everywhere: runs, then approvals, then threads.
   */
  async function send(
    runId: string,
    command: RunCommand,
    check: (run: LockedRun) => void,
    within: (transaction: StoreTransaction) => Promise<void> = async () => {},
  ): Promise<void> {
    const outcome = await retryConflicts(() =>
      store.transaction(async (transaction) => {
        const run = await store.lock(transaction, runId)
        if (!run) throw new AppError('run_not_found')
        check(run)
        await within(transaction)
        return await apply(transaction, run, command)
      }),
    )
    faultPoint('run.answer_recorded')
    await act(runId, command, outcome)
  }

  async function apply(transaction: StoreTransaction, run: LockedRun, command: RunCommand): Promise<Outcome> {
    if (run.state === 'running') {
      const commandId = newId()
      await store.addCommand(transaction, commandId, run.id, command.kind, command)
      return { type: 'told', commandId }
    }
    if (command.kind === 'cancel') {
      if (moveRun(run.state, 'cancel') === null) throw new AppError('run_finished')
      const usage = run.usage ?? noUsage()
      const events = await store.take(transaction, run, {
        state: 'cancelled',
        executorId: null,
        usage,
        events: [{ type: 'run.cancelled', data: { reason: command.reason, usage } }],
      })
      await store.voidApprovals(transaction, run.id)
      const turn = await store.passTurn(transaction, run.threadId, run.id)
      return { type: 'taken', run, events, resume: false, turn }
    }
    const events = await store.take(transaction, run, {
      state: 'running',
      executorId: deps.executorId(),
      usage: run.usage,
      events: [
        answerEvent(command),
        { type: 'run.resumed', data: { fence: run.fence + 1, reason: 'answered' } },
      ],
    })
    return { type: 'taken', run, events, resume: true, turn: null }
  }

  async function act(runId: string, command: RunCommand, outcome: Outcome): Promise<void> {
    if (outcome.type === 'told') {
      if (await dispatcher.deliver(runId, command, outcome.commandId)) return
      await deps.notify(runId)
      return
    }
    tail.published(runId, outcome.events)
    if (outcome.turn !== null) await dispatchTurn(outcome.turn)
    await deps.notify(runId)
    if (outcome.resume) await resume(outcome.run)
  }

  async function resume(run: LockedRun): Promise<void> {
    const abort = new AbortController()
    const handle = journal.handle(run.id, run.fence + 1, (error) => abort.abort(error))
    const { id, workspaceId, agentId, threadId, pins } = run
    const events = await store.events(id)
    dispatcher.start({
      run: { id, workspaceId, agentId, threadId, pins },
      handle,
      abort,
      events,
      // What was written for the run between its taking and its start found nobody to tell: the segment reads it.
      recovered: true,
    })
  }

  async function dispatchTurn(runId: string): Promise<void> {
    const next = await store.fenceOf(runId)
    if (next?.state === 'queued')
      await dispatcher.enqueue({ id: runId, agentId: next.agentId, fence: next.fence })
  }

  async function applyLate(runId: string, commandId: string, command: RunCommand): Promise<LateOutcome> {
    return await store.transaction(async (transaction) => {
      const run = await store.lock(transaction, runId)
      // Every segment that takes a run up reads what was written for it.
      if (run?.state === 'running' || (run?.state === 'queued' && command.kind !== 'cancel'))
        return { type: 'left' }
      const taken = await store.removeCommand(transaction, commandId)
      if (!taken || !run || isTerminal(run.state)) return { type: 'dropped', refusal: null }
      const refusal = command.kind === 'tool_outputs' ? refusalOf(run, command.outputs) : null
      return refusal === null ? await apply(transaction, run, command) : { type: 'dropped', refusal }
    })
  }

  return {
    dispatchTurn,

    /**
     * Takes up a waiting run whose answers were written while it was parking: they found it running, and it no longer
     * listened. Does nothing when there are none, or when a segment has the run by now.
     */
    async takeUp(runId: string): Promise<void> {
      for (;;) {
        const [next] = await store.commandsFor([runId])
        if (!next) return
        const command = next.data as RunCommand // only `apply` writes this table
        const outcome = await retryConflicts(() => applyLate(runId, next.id, command))
        if (outcome.type === 'left') return
        if (outcome.type !== 'dropped') await act(runId, command, outcome)
        else if (outcome.refusal !== null)
          deps.log.warn({ err: outcome.refusal, run: runId }, 'A late answer does not fit its run: dropped.')
      }
    },

    /**
     * Ends a run. Resolves once it has ended, or after two seconds with the run as it is when its process has not
     * confirmed. A run that has already ended: `run_finished`.
     */
    async cancel(principal: Principal, id: string, reason: string): Promise<Run> {
      const run = await deps.getRun(principal, id)
      if (isTerminal(run.state)) throw new AppError('run_finished')
      const gone = new AbortController()
      const timer = setTimeout(() => gone.abort(), cancelPatience)
      let after = 0
      try {
        await send(id, { kind: 'cancel', reason }, (locked) => {
          if (isTerminal(locked.state)) throw new AppError('run_finished')
          after = locked.lastSeq
        })
        // It is cancelled even if nobody can be told here when it ends.
        await waitForEnd(tail.follow(id, { after, signal: gone.signal })).catch(() => {})
        return await deps.getRun(principal, id)
      } finally {
        clearTimeout(timer)
        gone.abort()
      }
    },

    /**
     * Ends a run that still waits for its turn on its thread: nothing of it has happened. False when it has begun, or has
     * ended.
     */
    async cancelQueued(principal: Principal, id: string, reason: string): Promise<boolean> {
      await deps.getRun(principal, id)
      let queued = true
      try {
        await send(id, { kind: 'cancel', reason }, ({ state }) => {
          queued = state === 'queued'
          if (!queued) throw new AppError('run_finished')
        })
        return true
      } catch (error) {
        if (queued) throw error
        return false
      }
    },

    /** Ends a run that waits for an answer which nobody is to give any more; one that does not wait is left alone. */
    async endWaiting(id: string, reason: string): Promise<void> {
      let waits = true
      try {
        await send(id, { kind: 'cancel', reason }, ({ state }) => {
          waits = state === 'waiting'
          if (!waits) throw new AppError('run_finished')
        })
      } catch (error) {
        if (waits) throw error
      }
    },

    /**
     * Outputs of client-executed tools. All calls that the run waits for must be answered.
     *
     * Errors: `run_not_found`, `not_waiting_for_that`, `tool_outputs_missing`, `invalid_request` for a call it does not
     * wait for.
     */
    async submitToolOutputs(principal: Principal, id: string, given: ToolOutput[]): Promise<Run> {
      await deps.getRun(principal, id)
      const outputs = given.map(({ callId, output }) => ({ callId, output: cleanJson(output) }))
      let goesOn = false
      await send(
        id,
        { kind: 'tool_outputs', outputs },
        (run) => {
          checkOutputs(run, outputs)
          goesOn = run.state === 'running'
        },
        async (transaction) => {
          // Whoever was faster has taken the run: nobody is told that outputs were taken which are not.
          const answered = goesOn ? await store.answeredCalls(transaction, id) : new Set()
          if (outputs.some(({ callId }) => answered.has(callId))) throw new AppError('not_waiting_for_that')
        },
      )
      return await deps.getRun(principal, id)
    },

    /** Tells a run what a person decided. `within` records the decision in the same transaction. */
    async decide(
      runId: string,
      command: Extract<RunCommand, { kind: 'decision' }>,
      within: (transaction: StoreTransaction) => Promise<void>,
    ): Promise<void> {
      await send(
        runId,
        command,
        (run) => {
          if (isTerminal(run.state)) throw new AppError('run_finished')
        },
        within,
      )
    },
  }
}

async function waitForEnd(events: AsyncIterable<JournalEvent[]>): Promise<void> {
  for await (const _batch of events) {
    // Follows until the stream has ended or the deadline aborts it.
  }
}

function answerEvent(command: Exclude<RunCommand, { kind: 'cancel' }>): NewRunEvent {
  if (command.kind === 'tool_outputs')
    return { type: 'tool.outputs_received', data: { outputs: command.outputs } }
  const { kind: _kind, ...data } = command
  return { type: 'approval.decided', data }
}

/** What is wrong with answering a parked run this, or null. */
function refusalOf(run: LockedRun, outputs: ToolOutput[]): AppError | null {
  try {
    checkOutputs(run, outputs)
    return null
  } catch (error) {
    if (error instanceof AppError) return error
    throw error
  }
}

function checkOutputs(run: LockedRun, outputs: ToolOutput[]): void {
  if (isTerminal(run.state)) throw new AppError('run_finished')
  // A running run may already have handed out its calls; its segment checks them then.
  if (run.state === 'running') return
  if (run.waitingFor?.type !== 'tool_outputs') throw new AppError('not_waiting_for_that')
  const awaited = run.waitingFor.calls.map((call) => call.callId)
  const missing = unansweredCalls(awaited, outputs).join(', ')
  if (missing === '') return
  throw new AppError('tool_outputs_missing', {
    detail: `Outputs are missing for: ${missing}.`,
    fields: [{ field: 'outputs', message: `the run also waits for: ${missing}` }],
  })
}
