import type { Decision } from '../events/event.ts'
import type { JsonValue } from '../../lib/json.ts'

/** A question to a person that parks a call, or what became of it. */
export interface Approval {
  id: string
  workspaceId: string
  agentId: string
  runId: string
  callId: string
  /** `approval`: may this call be made? `needs_decision`: did this call happen? */
  kind: 'approval' | 'needs_decision'
  /** `park`: the run waits. `defer`: the run went on; the decision starts a new one. */
  mode: 'park' | 'defer'
  tool: string
  arguments: JsonValue
  state: 'pending' | 'decided' | 'void'
  decision: Decision | null
  reason: string | null
  createdAt: Date
  decidedAt: Date | null
  /** Of a void one: when the run that asked ended, and how; else null. */
  lapsed: { at: Date; runState: 'completed' | 'failed' | 'cancelled' } | null
}

/** The decisions that fit each kind of question. */
export const decisionsFor: Record<Approval['kind'], readonly Decision[]> = {
  approval: ['approve', 'reject'],
  needs_decision: ['happened', 'again', 'give_up'],
}
