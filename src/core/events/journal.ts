import type { Database } from '../../storage/database.ts'
import { AppError } from '../../errors.ts'
import type { Clock } from '../../lib/clock.ts'
import { faultPoint } from '../../lib/fault-point.ts'
import type { Log } from '../../lib/log.ts'
import { backoff } from '../../lib/retry.ts'
import type { EventType, EventTypes } from './event.ts'
import { flushStatement, type FlushedRow, type FlushBatch } from './flush.ts'
import type { JournalEvent, RunApproval, RunCreation, RunPatch } from './entry.ts'
import { Handle, take, type RunHandle, type Taken } from './run-handle.ts'

/** Later deltas of a message wait at most this long, so that those of all runs share one commit. Milliseconds. */
const deltaTick = 20
/** How often a batch is written when the database cannot take it just now, and the waits in between, milliseconds. */
const writeAttempts = 8
const writeWaits = { first: 50, most: 2000 }
/** SQLSTATE classes that say something about the rows: bad data, constraints, syntax and access, size. */
const permanentClasses = new Set(['22', '23', '42', '54'])

export interface JournalHooks {
  /** Called after a commit with the events of one run, in order. */
  published(runId: string, events: JournalEvent[]): void
  /** Called after a commit that gave a thread's turn to a waiting run. */
  turnGiven(runId: string): void
}

/**
 * The one writer of this process to the streams of runs. Group commit: it flushes at once when idle; while a commit is
 * in flight everything that arrives joins the next batch, one statement for all runs. Nothing is published before it
 * is committed.
 */
export class Journal implements AsyncDisposable {
  readonly #database: Database
  readonly #clock: Clock
  readonly #log: Log
  readonly #hooks: JournalHooks
  readonly #origin: string | null
  #dirty = new Set<Handle>()
  #withDeltas = new Set<Handle>()
  #flushing: Promise<void> | null = null
  #scheduled = false
  #tick: NodeJS.Timeout | null = null
  #closed = false
  #nowMs = Number.NaN
  #nowText = ''

  /** `origin` marks our notices to other processes; null: there are none to tell. */
  constructor(options: {
    database: Database
    clock: Clock
    log: Log
    hooks: JournalHooks
    origin: string | null
  }) {
    this.#origin = options.origin
    this.#database = options.database
    this.#clock = options.clock
    this.#log = options.log
    this.#hooks = options.hooks
  }

  /** The right to append to a run's stream under `fence`. `onLost` is called once when it turns out not to hold. */
  handle(runId: string, fence: number, onLost: (error: AppError) => void): RunHandle {
    return new Handle(runId, fence, onLost)
  }

  /** Inserts the run itself with its first events. Claims the thread's turn, or leaves the run queued behind it. */
  create(handle: RunHandle, creation: RunCreation): void {
    const own = this.#own(handle)
    own.creation = creation
    this.#markDirty(own)
  }

  /** Appends one event, committed with the next batch. Returns its time, RFC 3339. */
  append<Type extends EventType>(handle: RunHandle, type: Type, data: EventTypes[Type]): string {
    const own = this.#own(handle)
    const at = this.#now()
    if (own.failure) return at
    this.#settleDelta(own)
    own.events.push({ type, data, text: JSON.stringify(data), at })
    this.#markDirty(own)
    return at
  }

  /** Changes the run's row in the same commit as the events appended around it. */
  patch(handle: RunHandle, patch: RunPatch): void {
    const own = this.#own(handle)
    if (own.failure) return
    own.patch = { ...own.patch, ...patch }
    this.#markDirty(own)
  }

  /** Records a question to a person in the same commit as its event. */
  requestApproval(handle: RunHandle, approval: RunApproval): void {
    const own = this.#own(handle)
    if (own.failure) return
    own.approvals.push(approval)
    this.#markDirty(own)
  }

  /** A run that ends in the same commit leaves no question open that it was parked on. */
  voidApprovals(handle: RunHandle): void {
    const own = this.#own(handle)
    if (own.failure) return
    own.voidsApprovals = true
    this.#markDirty(own)
  }

  /** Deletes a command row in the same commit as the events it led to. */
  commandHandled(handle: RunHandle, commandId: string): void {
    const own = this.#own(handle)
    if (own.failure) return
    own.handledCommands.push(commandId)
    this.#markDirty(own)
  }

  /**
   * Text as it arrives from a model. The first of a message goes out at once; what follows is gathered into one event
   * per tick.
   */
  delta(
    handle: RunHandle,
    type: 'message.delta' | 'reasoning.delta',
    step: number,
    text: string,
    first: boolean,
  ): void {
    const own = this.#own(handle)
    if (own.failure) return
    if (first) {
      this.append(handle, type, { step, text })
      return
    }
    const gathered = own.delta
    if (gathered && gathered.type === type && gathered.step === step) {
      gathered.text += text
      return
    }
    this.#settleDelta(own)
    own.delta = { type, step, text }
    this.#withDeltas.add(own)
    this.#tick ??= setTimeout(() => this.#onTick(), deltaTick)
  }

  /** Resolves when everything given so far for this run is committed; rejects when it could not be. */
  committed(handle: RunHandle): Promise<void> {
    const own = this.#own(handle)
    if (own.failure) return Promise.reject(own.failure)
    if (this.#closed) return Promise.reject(new AppError('shutting_down'))
    this.#settleDelta(own)
    if (!own.dirty && !own.inFlight) return Promise.resolve()
    return new Promise((resolve, reject) => {
      own.waiters.push({ resolve, reject })
      this.#markDirty(own)
    })
  }

  /** Commits what is pending and refuses everything after it. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true
    if (this.#tick) clearTimeout(this.#tick)
    for (const handle of this.#withDeltas) this.#settleDelta(handle)
    while (this.#flushing || this.#dirty.size > 0) await (this.#flushing ?? this.#flush())
  }

  #own(handle: RunHandle): Handle {
    return handle as Handle // the only implementation; the interface hides the pending entries
  }

  /** The same text for everything within a millisecond: there are many events in one. */
  #now(): string {
    const ms = this.#clock.now()
    if (ms !== this.#nowMs) {
      this.#nowMs = ms
      this.#nowText = new Date(ms).toISOString()
    }
    return this.#nowText
  }

  #settleDelta(handle: Handle): void {
    const { delta } = handle
    if (!delta) return
    handle.delta = null
    this.#withDeltas.delete(handle)
    const data = { step: delta.step, text: delta.text }
    handle.events.push({ type: delta.type, data, text: JSON.stringify(data), at: this.#now() })
    this.#markDirty(handle)
  }

  #onTick(): void {
    this.#tick = null
    for (const handle of this.#withDeltas) this.#settleDelta(handle)
  }

  #markDirty(handle: Handle): void {
    this.#dirty.add(handle)
    if (this.#scheduled || this.#flushing || this.#closed) return
    this.#scheduled = true
    // After the events of this turn of the loop, so that what arrived together is committed together.
    setImmediate(() => {
      this.#scheduled = false
      if (!this.#flushing) void this.#flush()
    })
  }

  #flush(): Promise<void> {
    this.#flushing = this.#flushOnce().finally(() => {
      this.#flushing = null
      if (this.#dirty.size > 0) void this.#flush()
    })
    return this.#flushing
  }

  async #flushOnce(): Promise<void> {
    const batch: Taken[] = []
    for (const handle of this.#dirty) batch.push(take(handle))
    this.#dirty.clear()
    faultPoint('journal.before_commit')
    const problem = await this.#writePatiently(batch)
    if (problem === null) return
    this.#log.warn({ err: problem, runs: batch.length }, 'A journal batch failed.')
    // One bad row fails its neighbours; alone, they are written.
    const alone = outcomeOf(problem) === 'refused' && batch.length > 1
    for (const entry of batch) {
      const cause = alone ? await this.#writePatiently([entry]) : problem
      if (cause === null) continue
      const { runId } = entry.handle
      this.#log.error({ err: cause, run: runId }, 'An entry of the journal could not be written.')
      const code = outcomeOf(cause) === 'refused' ? 'internal' : 'database_unavailable'
      this.#lose(entry, new AppError(code, { cause }))
    }
  }

  /** Writes a batch, again after a while when the database could not take it just now. What went wrong at last, else null. */
  async #writePatiently(batch: Taken[]): Promise<unknown> {
    for (let attempt = 1; ; attempt++) {
      const problem = await this.#write(batch)
      if (problem === null || outcomeOf(problem) !== 'passing' || attempt === writeAttempts) return problem
      this.#log.warn(
        { err: problem, attempt },
        'The database did not take a journal batch; it is written again.',
      )
      await this.#clock.sleep(backoff(attempt, writeWaits, Math.random()))
    }
  }

  /** What went wrong when the batch was not written, else null. */
  async #write(batch: Taken[]): Promise<unknown> {
    let rows: FlushedRow[]
    try {
      const flush = flushStatement(batch.map(toBatch), { origin: this.#origin })
      rows = await this.#database.execute<FlushedRow>(flush)
    } catch (problem) {
      return problem
    }
    faultPoint('journal.after_commit')
    this.#written(batch, rows)
    return null
  }

  #written(batch: Taken[], rows: FlushedRow[]): void {
    const bases = new Map<string, FlushedRow>()
    const turns: string[] = []
    for (const row of rows) {
      if (row.kind === 'turn') turns.push(row.id)
      else if (row.kind === 'run') bases.set(row.id, row)
    }
    for (const entry of batch) this.#settle(entry, bases.get(entry.handle.runId))
    for (const runId of turns) this.#hooks.turnGiven(runId)
  }

  #settle(entry: Taken, row: FlushedRow | undefined): void {
    const { handle } = entry
    handle.inFlight = false
    if (!row) {
      this.#lose(entry, new AppError('stale_fence', { facts: { run_id: handle.runId, fence: handle.fence } }))
      return
    }
    entry.creation?.admitted(row.state)
    const events: JournalEvent[] = entry.events.map((event, index) => ({
      stream: handle.runId,
      seq: Number(row.base) + index + 1,
      ...event,
    }))
    if (events.length > 0) this.#hooks.published(handle.runId, events)
    for (const waiter of entry.waiters) waiter.resolve()
  }

  #lose(entry: Taken, error: AppError): void {
    const { handle } = entry
    handle.inFlight = false
    handle.failure = error
    handle.refused = entry.creation !== null
    handle.delta = null
    this.#withDeltas.delete(handle)
    this.#dirty.delete(handle)
    entry.creation?.refused(error)
    for (const waiter of [...entry.waiters, ...handle.waiters.splice(0)]) waiter.reject(error)
    handle.onLost(error)
  }
}

function toBatch(entry: Taken): FlushBatch {
  const { handle, creation, patch, events, approvals, handledCommands, voidsApprovals } = entry
  const { runId, fence } = handle
  return { runId, fence, creation, patch, events, approvals, handledCommands, voidsApprovals }
}

/**
 * What a failed write means. `refused`: the rows themselves are wrong, and always will be. `passing`: the database said
 * no for a reason of its own, and nothing was written. `unknown`: it may have been written, so once more could be twice.
 */
function outcomeOf(problem: unknown): 'refused' | 'passing' | 'unknown' {
  if (problem instanceof RangeError) return 'refused' // the batch is too large to be one text
  const code: unknown = problem instanceof Error && 'code' in problem ? problem.code : null
  // System errors such as EPIPE have letters where an SQLSTATE has its class.
  if (typeof code !== 'string' || !/^[0-9A-Z]{5}$/.test(code) || !/\d/.test(code)) return 'unknown'
  return permanentClasses.has(code.slice(0, 2)) ? 'refused' : 'passing'
}
