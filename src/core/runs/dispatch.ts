import type { RunHandle } from '../events/run-handle.ts'
import type { JournalEvent } from '../events/entry.ts'
import type { Decision } from '../events/event.ts'
import type { JsonValue } from '../../lib/json.ts'
import type { RunPins } from './run.ts'
import type { ToolOutput } from './tool-outputs.ts'

/** What a segment must know of its run besides its journal. */
export interface RunFacts {
  id: string
  workspaceId: string
  agentId: string
  threadId: string
  pins: RunPins
}

/** A segment that this process has the right to run. */
export interface SegmentStart {
  run: RunFacts
  handle: RunHandle
  /** Aborted with the reason when the handle turns out not to hold. */
  abort: AbortController
  /** The run's journal so far; those just appended may still be committing. */
  events: Pick<JournalEvent, 'type' | 'data' | 'at'>[]
  /** Whether the run existed before: what was written for it while nobody held it is read first. */
  recovered: boolean
}

/** What others ask of the holder of a run. */
export type RunCommand =
  | { kind: 'cancel'; reason: string }
  | { kind: 'tool_outputs'; outputs: ToolOutput[] }
  | {
      kind: 'decision'
      approvalId: string
      callId: string
      decision: Decision
      reason: string | null
      result: JsonValue
      decidedBy: string
    }

/**
 * How core sets runs in motion. The server hands it in, so that core does not know the engine.
 */
export interface RunDispatcher {
  /** Runs a segment in this process, now. Never throws; the run's journal tells what became of it. */
  start(segment: SegmentStart): void
  /** Has a run picked up by any process. Doing it twice is harmless. */
  enqueue(run: { id: string; agentId: string; fence: number }): Promise<void>
  /** Hands a command to the segment of this run if it runs in this process; resolves to whether it does, once it is committed. */
  deliver(runId: string, command: RunCommand, commandId: string): Promise<boolean>
}
