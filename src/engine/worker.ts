import { AppError } from '../errors.ts'
import type { ResolvedAgent } from '../core/agents/agent.ts'
import type { EventType } from '../core/events/event.ts'
import type { Journal } from '../core/events/journal.ts'
import type { RunCommand, RunFacts, SegmentStart } from '../core/runs/dispatch.ts'
import type { ClaimedRun } from '../core/runs/executor-store.ts'
import type { RunStore } from '../core/runs/run-store.ts'
import type { ThreadStore } from '../core/threads/thread-store.ts'
import type { Clock } from '../lib/clock.ts'
import { faultPoint } from '../lib/fault-point.ts'
import type { Log } from '../lib/log.ts'
import { checkAnswer, recordAnswer } from './commands.ts'
import { withNewestCalls } from './history.ts'
import { emptyMemory, foldAll, type RunMemory, type Turn } from './memory.ts'
import { printRunError, runLoop, type RunLoopDeps, type SegmentEnd } from './run-loop.ts'
import { record, SegmentStopped, type Segment, type StopReason } from './segment.ts'

/** What the model is shown of earlier runs. */
const historyTypes: EventType[] = [
  'message.created',
  'message.completed',
  'tool.completed',
  'tool.outputs_received',
  'output.rejected',
  'iteration.completed',
  'attempt.failed',
]

/** A run that could not be taken up under so many fences fails. */
const mostFences = 100

export interface WorkerDeps extends RunLoopDeps {
  journal: Journal
  runs: Pick<RunStore, 'events' | 'commandsFor'>
  threads: Pick<ThreadStore, 'history'>
  /** The agent as the run pinned it. */
  resolveAgent: (run: RunFacts) => Promise<ResolvedAgent>
  /** A run parked while answers to it were written: whoever is first takes it up again. */
  onParked: (runId: string) => Promise<void>
  clock: Clock
  log: Log
}

interface Active {
  segment: Segment | null
  abort: AbortController
  /** Set once the segment has decided to wait: nothing can be told to it any more. */
  closing: boolean
  /** A command came before the segment could hear it: its row is read once it can. */
  missed: boolean
  /** Commands by the id of their row, with what came of each: a row may be read while its writer delivers it. */
  told: Map<string, Promise<void>>
  ended: Promise<SegmentEnd>
}

/** The segments that run in this process. */
export class Worker {
  readonly #deps: WorkerDeps
  readonly #active = new Map<string, Active>()

  constructor(deps: WorkerDeps) {
    this.#deps = deps
  }

  /** Runs whose segment runs here. */
  get runIds(): string[] {
    return [...this.#active.keys()]
  }

  /** Runs a segment. The result resolves when it has ended; it never rejects. */
  start(start: SegmentStart): Promise<SegmentEnd> {
    const active: Active = {
      segment: null,
      abort: start.abort,
      closing: false,
      missed: false,
      told: new Map(),
      ended: Promise.resolve('lost'),
    }
    this.#active.set(start.run.id, active)
    active.ended = this.#run(start, active)
    return active.ended
  }

  /** Runs a segment that was taken from the queue, and waits for its end. */
  async startClaimed(run: ClaimedRun): Promise<void> {
    const abort = new AbortController()
    const handle = this.#deps.journal.handle(run.id, run.fence, (error) => abort.abort(error))
    const events = await this.#deps.runs.events(run.id)
    await this.start({ run, handle, abort, events, recovered: true })
  }

  /**
   * Tells a command to the segment of this run, and resolves to true once it is committed, or under way when it cancels;
   * false when no segment of it runs here. Rejects with what is wrong with the command.
   */
  async deliver(runId: string, command: RunCommand, commandId: string): Promise<boolean> {
    const active = this.#active.get(runId)
    if (!active) return false
    if (!active.segment || active.closing) {
      active.missed = true
      return false
    }
    await this.#tell(active, active.segment, command, commandId)
    return true
  }

  /** Reads what was written for these runs by others and tells it to their segments. Never rejects. */
  async deliverWaiting(runIds: string[]): Promise<void> {
    const { runs, log } = this.#deps
    const here = runIds.filter((id) => this.#active.has(id))
    if (here.length === 0) return
    const commands = await runs.commandsFor(here).catch((error: unknown) => {
      log.warn({ err: error }, 'Commands to runs could not be read; the watch reads them again.')
      return []
    })
    for (const { id, runId, data } of commands) {
      const active = this.#active.get(runId)
      if (!active?.segment || active.closing) continue
      try {
        await this.#tell(active, active.segment, data as RunCommand, id) // only core writes this table
      } catch (error) {
        log.warn({ err: error, run: runId }, 'A command could not be applied to a run.')
      }
    }
  }

  /** Stops every segment and waits until all have. */
  async stopAll(reason: StopReason): Promise<void> {
    const ends = [...this.#active.values()].map((active) => {
      active.abort.abort(new SegmentStopped(reason))
      return active.ended
    })
    await Promise.all(ends)
  }

  /** Resolves when no segment runs, or after `ms` milliseconds. */
  async drain(ms: number): Promise<void> {
    const deadline = new Promise<void>((resolve) => setTimeout(resolve, ms).unref())
    await Promise.race([deadline, Promise.all([...this.#active.values()].map((active) => active.ended))])
  }

  /** Once per command, whoever comes first with it; the others get the same outcome. */
  #tell(active: Active, segment: Segment, command: RunCommand, commandId: string): Promise<void> {
    const known = active.told.get(commandId)
    if (known) return known
    const outcome = this.#apply(active, segment, command, commandId)
    active.told.set(commandId, outcome)
    return outcome
  }

  async #apply(active: Active, segment: Segment, command: RunCommand, commandId: string): Promise<void> {
    const { journal } = this.#deps
    if (command.kind === 'cancel') {
      active.abort.abort(new SegmentStopped({ type: 'cancelled', reason: command.reason, commandId }))
      return
    }
    journal.commandHandled(segment.handle, commandId)
    let refusal: unknown = null
    try {
      checkAnswer(segment.memory, command)
      recordAnswer(segment, command)
    } catch (error) {
      refusal = error
    }
    await journal.committed(segment.handle)
    if (refusal !== null) throw refusal
  }

  async #run(start: SegmentStart, active: Active): Promise<SegmentEnd> {
    const { id } = start.run
    const memory = foldAll(emptyMemory(), start.events)
    let end: SegmentEnd
    try {
      const segment = await this.#open(start, memory)
      active.segment = segment
      if (start.recovered) faultPoint('recovery.segment_started')
      if (start.recovered || active.missed) await this.deliverWaiting([id])
      end = await runLoop(segment, this.#deps, () => {
        active.closing = true
      })
    } catch (error) {
      end = mayPass(error, start) ? lostFor(error, id, this.#deps.log) : await this.#end(start, memory, error)
    }
    if (end === 'lost') await this.#afterLoss(start, memory)
    if (this.#active.get(id) === active) this.#active.delete(id)
    if (end === 'waiting') await this.#parked(id)
    return end
  }

  async #parked(runId: string): Promise<void> {
    try {
      await this.#deps.onParked(runId)
    } catch (error) {
      this.#deps.log.error({ err: error, run: runId }, 'Answers to a run that has parked could not be read.')
    }
  }

  /** Ends a run that cannot go on. */
  async #end({ run, handle }: SegmentStart, memory: RunMemory, cause: unknown): Promise<SegmentEnd> {
    const { journal, log } = this.#deps
    const error = printRunError(cause, run.id, log)
    const { usage } = memory
    const finishedAt = journal.append(handle, 'run.failed', { error, usage })
    journal.patch(handle, { state: 'failed', error, usage, finishedAt })
    journal.voidApprovals(handle)
    try {
      await journal.committed(handle)
      return 'terminal'
    } catch (failure) {
      log.warn({ err: failure, run: run.id }, 'The end of a run could not be written.')
      return 'lost'
    }
  }

  /**
   * A run whose journal the database refused would be refused again: it fails. One that the database did not answer for
   * is taken up again with the other orphans of this process. One that could not be created is not there to fail; what
   * has its id is another's.
   */
  async #afterLoss(start: SegmentStart, memory: RunMemory): Promise<void> {
    const { run, handle } = start
    if (handle.failure?.code !== 'internal' || handle.refused) return
    const again = this.#deps.journal.handle(run.id, handle.fence, () => {})
    await this.#end({ ...start, handle: again }, memory, handle.failure)
  }

  async #open(start: SegmentStart, memory: RunMemory): Promise<Segment> {
    const { run, handle, abort } = start
    const deps = this.#deps
    const agent = await deps.resolveAgent(run)
    const earlier = run.pins.historyRuns === 0 ? [] : await this.#history(run)
    const history = withNewestCalls(earlier, agent.definition.history.toolCalls)
    const segment: Segment = {
      run,
      handle,
      memory,
      agent,
      tools: new Map(agent.tools.map((tool) => [tool.name, tool])),
      history,
      abort,
      journal: deps.journal,
      clock: deps.clock,
      log: deps.log,
    }
    beginDeferredCall(segment)
    return segment
  }

  async #history(run: RunFacts): Promise<Turn[]> {
    const { threads } = this.#deps
    const events = await threads.history(run.threadId, run.id, run.pins.historyRuns, historyTypes)
    const turns: Turn[] = []
    for (const ofRun of Map.groupBy(events, (event) => event.stream).values()) {
      turns.push(...foldAll(emptyMemory(), ofRun).turns)
    }
    return turns
  }
}

/** Whether what kept a run from being taken up may be gone at the next attempt, and there is to be one. */
function mayPass(error: unknown, { handle }: SegmentStart): boolean {
  const ours = error instanceof AppError && error.code !== 'database_unavailable'
  return !ours && handle.fence < mostFences
}

function lostFor(error: unknown, run: string, log: Log): SegmentEnd {
  log.error({ err: error, run }, 'A run could not be taken up; the watch tries it again.')
  return 'lost'
}

/** A run that a deferred approval started begins with the call it was about, as if the model had just asked for it. */
function beginDeferredCall(segment: Segment): void {
  const { deferredCall } = segment.run.pins
  if (!deferredCall || segment.memory.calls.size > 0) return
  const { approvalId, tool, approved, reason } = deferredCall
  const callId = 'call_0_1'
  record(segment, 'message.completed', {
    step: 0,
    role: 'assistant',
    text: '',
    reasoning: [],
    calls: [{ callId, tool, arguments: deferredCall.arguments }],
    finishReason: 'deferred',
  })
  record(segment, 'approval.decided', {
    approvalId,
    callId,
    decision: approved ? 'approve' : 'reject',
    reason,
    result: null,
    decidedBy: deferredCall.decidedBy,
  })
}
