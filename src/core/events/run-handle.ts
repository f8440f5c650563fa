import type { AppError } from '../../errors.ts'
import type { RunApproval, RunCreation, RunPatch } from './entry.ts'
import type { EventType, EventTypes } from './event.ts'

/** An entry that is not committed yet. */
interface PendingEvent {
  type: EventType
  data: EventTypes[EventType]
  text: string
  at: string
}

/**
 * One segment's right to append to a run's stream. Entries of one handle are committed in the order they were given.
 * `failure` is set when nothing more can be: `stale_fence`, the run belongs to someone else; `internal`, the database
 * refused an entry; `database_unavailable`, it did not answer, and whether the entry was written is not known.
 */
export interface RunHandle {
  readonly runId: string
  readonly fence: number
  readonly failure: AppError | null
  /** Its creation was refused: there is no such run, or it is one that somebody else created before. */
  readonly refused: boolean
}

/** The same with what is still to be written. */
export class Handle implements RunHandle {
  readonly runId: string
  readonly fence: number
  readonly onLost: (error: AppError) => void
  failure: AppError | null = null
  refused = false
  creation: RunCreation | null = null
  patch: RunPatch | null = null
  events: PendingEvent[] = []
  approvals: RunApproval[] = []
  handledCommands: string[] = []
  voidsApprovals = false
  delta: { type: 'message.delta' | 'reasoning.delta'; step: number; text: string } | null = null
  waiters: { resolve: () => void; reject: (error: AppError) => void }[] = []
  inFlight = false

  constructor(runId: string, fence: number, onLost: (error: AppError) => void) {
    this.runId = runId
    this.fence = fence
    this.onLost = onLost
  }

  get dirty(): boolean {
    return (
      this.events.length > 0 ||
      this.creation !== null ||
      this.patch !== null ||
      this.handledCommands.length > 0
    )
  }
}

/** What one batch takes of a handle. */
export interface Taken {
  handle: Handle
  creation: RunCreation | null
  patch: RunPatch | null
  events: PendingEvent[]
  approvals: RunApproval[]
  handledCommands: string[]
  voidsApprovals: boolean
  waiters: Handle['waiters']
}

/** Everything that waits in a handle, for one batch; the handle is in flight until that is written. */
export function take(handle: Handle): Taken {
  const taken: Taken = {
    handle,
    creation: handle.creation,
    patch: handle.patch,
    events: handle.events,
    approvals: handle.approvals,
    handledCommands: handle.handledCommands,
    voidsApprovals: handle.voidsApprovals,
    waiters: handle.waiters,
  }
  handle.creation = null
  handle.patch = null
  handle.events = []
  handle.approvals = []
  handle.handledCommands = []
  handle.voidsApprovals = false
  handle.waiters = []
  handle.inFlight = true
  return taken
}
