import type { ResolvedAgent } from '../core/agents/agent.ts'
import type { EventTypes, RunEventType } from '../core/events/event.ts'
import type { Journal } from '../core/events/journal.ts'
import type { RunHandle } from '../core/events/run-handle.ts'
import type { RunFacts } from '../core/runs/dispatch.ts'
import type { ToolDefinition } from '../core/tools/tool.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import { fold, type RunMemory, type Turn } from './memory.ts'

/** Why a segment stops before its run is finished. */
export type StopReason =
  /** `commandId`: the row that asked for it, deleted with the event that says it was done. */
  | { type: 'cancelled'; reason: string; commandId: string }
  | { type: 'time_limit' }
  /** The run belongs to another process, or could not be written: nothing more may be said. */
  | { type: 'lost' }
  /** This process ends; another one, or its successor, goes on. */
  | { type: 'shutdown' }

export class SegmentStopped extends Error {
  readonly reason: StopReason

  constructor(reason: StopReason) {
    super(`The segment was stopped: ${reason.type}.`)
    this.name = 'SegmentStopped'
    this.reason = reason
  }
}

/** One stretch of a run in one process, under one fence. */
export interface Segment {
  readonly run: RunFacts
  readonly handle: RunHandle
  readonly memory: RunMemory
  readonly agent: ResolvedAgent
  readonly tools: ReadonlyMap<string, ToolDefinition>
  /** What earlier runs of the thread said, oldest first. */
  readonly history: readonly Turn[]
  readonly abort: AbortController
  readonly journal: Journal
  readonly clock: Clock
  readonly log: Log
}

/** Appends an event and takes it into memory; returns its time. Whoever needs it committed awaits `journal.committed`. */
export function record<Type extends RunEventType>(
  segment: Segment,
  type: Type,
  data: EventTypes[Type],
): string {
  const at = segment.journal.append(segment.handle, type, data)
  fold(segment.memory, type, data, at)
  return at
}

/** Why the segment's signal was aborted. A handle that was lost aborts with an error of its own. */
export function stopReason(signal: AbortSignal): StopReason {
  const reason: unknown = signal.reason
  return reason instanceof SegmentStopped ? reason.reason : { type: 'lost' }
}
