import type { AppError } from '../../errors.ts'
import type { JsonObject, JsonValue } from '../../lib/json.ts'
import type { RunError, RunPins, RunState, Usage, WaitingFor } from '../runs/run.ts'
import type { EventType, EventTypes } from './event.ts'

/** A committed event with its data also as the JSON text it is stored as, so that nobody serialises it again. */
export interface JournalEvent<Type extends EventType = EventType> {
  stream: string
  seq: number
  type: Type
  data: EventTypes[Type]
  text: string
  /** RFC 3339, UTC. */
  at: string
}

/** The row of a run that is about to exist, and the turn it wants on its thread. */
export interface RunCreation {
  workspaceId: string
  agentId: string
  agentVersion: number
  threadId: string
  /** Set when the thread is made with this run. */
  newThread: { namespace: string; key: string } | null
  parentRunId: string | null
  /** `running`: this process runs it as soon as it has the thread's turn. `queued`: it is dispatched. */
  state: 'running' | 'queued'
  executorId: string | null
  dialect: string
  source: string
  pins: RunPins
  metadata: JsonObject
  createdAt: string
  /** RFC 3339; null: as soon as possible. */
  availableAt: string | null
  /** Told the state the run was stored with: `queued` when another run has the thread's turn. */
  admitted(state: RunState): void
  refused(error: AppError): void
}

/** Changes to a run's row, in the same commit as the events that say so. Only the named fields change. */
export interface RunPatch {
  state?: RunState
  waitingFor?: WaitingFor | null
  output?: string
  outputJson?: JsonValue
  error?: RunError
  usage?: Usage
  model?: string
  startedAt?: string
  finishedAt?: string
}

/** A question to a person, stored beside the event that asks it, or its answer. */
export interface RunApproval {
  id: string
  workspaceId: string
  agentId: string
  callId: string
  kind: 'approval' | 'needs_decision'
  mode: 'park' | 'defer'
  tool: string
  arguments: JsonValue
}
