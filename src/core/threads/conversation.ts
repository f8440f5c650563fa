import type { JsonObject } from '../../lib/json.ts'
import type { Run, RunState, WaitingFor } from '../runs/run.ts'
import type { Thread } from './thread.ts'

/** A thread with its newest run; null: nothing was run on it yet. */
export interface Conversation {
  thread: Thread
  run: Run | null
}

/** A conversation that has begun. */
export interface BegunConversation extends Conversation {
  run: Run
}

/** Which conversations are listed. What speaks of runs speaks of the newest one of each. */
export interface ConversationFilter {
  agentId?: string
  namespace?: string
  /** Any of these. */
  states?: RunState[]
  /** Codes of the error with which it failed: one of these, or none of them. */
  errorCodes?: { among: readonly string[] } | { notAmong: readonly string[] }
  waitingFor?: WaitingFor['type']
  /** What its metadata contains, as deep as it goes. */
  metadata?: JsonObject
  parentRunId?: string
}
