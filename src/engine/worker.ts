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
import { emptyMemory, fold, foldAll, type Turn } from './memory.ts'
import { runLoop, type RunLoopDeps, type SegmentEnd } from './run-loop.ts'
import { record, SegmentStopped, type Segment, type StopReason } from './segment.ts'

/** What the model is shown of earlier runs. */
const historyTypes: EventType[] = [
  'message.created',
  'message.completed',
  'tool.completed',
  'tool.outputs_received',
  'output.rejected',
]

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
   * Tells a command to the segment of this run, and resolves to true once it is committed; false when no segment of it
   * runs here. Rejects with what is wrong with the command.
   */
  async deliver(runId: string, command: RunCommand, commandId: string | null): Promise<boolean> {
    const active = this.#active.get(runId)
    if (!active?.segment || active.closing) return false
    const { segment } = active
    const { journal } = this.#deps
    if (commandId !== null) journal.commandHandled(segment.handle, commandId)
    const refusal = refuse(segment, command)
    if (refusal) {
      await journal.committed(segment.handle)
      throw refusal
    }
    if (command.kind === 'cancel') {
      active.abort.abort(new SegmentStopped({ type: 'cancelled', reason: command.reason }))
      await active.ended
      return true
    }
    if (command.kind === 'tool_outputs')
      record(segment, 'tool.outputs_received', { outputs: command.outputs })
    else {
      const { kind: _kind, ...data } = command
      record(segment, 'approval.decided', data)
    }
    await journal.committed(segment.handle)
    return true
  }

  /** Reads what was written for this run by others and tells it. */
  async deliverWaiting(runIds: string[]): Promise<void> {
    const here = runIds.filter((id) => this.#active.has(id))
    for (const { id, runId, data } of await this.#deps.runs.commandsFor(here)) {
      const command = data as RunCommand // only core writes this table
      try {
        await this.deliver(runId, command, id)
      } catch (error) {
        this.#deps.log.warn({ err: error, run: runId }, 'A command could not be applied to a run.')
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

  async #run(start: SegmentStart, active: Active): Promise<SegmentEnd> {
    const { id } = start.run
    let end: SegmentEnd = 'lost'
    try {
      const segment = await this.#open(start)
      active.segment = segment
      if (start.recovered) {
        faultPoint('recovery.segment_started')
        await this.deliverWaiting([id])
      }
      end = await runLoop(segment, this.#deps, () => {
        active.closing = true
      })
    } catch (error) {
      this.#deps.log.error(
        { err: error, run: id },
        'A run could not be taken up; it is tried again by the next recovery.',
      )
    }
    if (this.#active.get(id) === active) this.#active.delete(id)
    if (end === 'waiting') await this.#deps.onParked(id)
    return end
  }

  async #open(start: SegmentStart): Promise<Segment> {
    const { run, handle, abort } = start
    const deps = this.#deps
    const agent = await deps.resolveAgent(run)
    const memory = emptyMemory()
    for (const event of start.events) fold(memory, event.type, event.data, event.at)
    const history = run.pins.historyRuns === 0 ? [] : await this.#history(run)
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

/** What is wrong with telling a running segment this. */
function refuse(segment: Segment, command: RunCommand): AppError | null {
  if (command.kind === 'cancel') return null
  if (command.kind === 'tool_outputs') {
    const unknown = command.outputs.find(({ callId }) => {
      const call = segment.memory.calls.get(callId)
      return call?.intent?.effects !== 'client' || call.result !== null
    })
    if (!unknown) return null
    return new AppError('not_waiting_for_that', {
      detail: `This run does not wait for an output of ${unknown.callId}.`,
    })
  }
  const call = segment.memory.calls.get(command.callId)
  const asked =
    call?.approval?.approvalId === command.approvalId || call?.lost?.approvalId === command.approvalId
  return asked ? null : new AppError('not_waiting_for_that')
}
