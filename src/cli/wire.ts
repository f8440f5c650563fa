import type { JsonObject, JsonValue } from '../lib/json.ts'

// The parts of the native API's replies that the command line reads.

export interface ListReply<Item> {
  data: Item[]
  has_more: boolean
  next_cursor: string | null
}

export interface WireAgent {
  id: string
  name: string
  slug: string | null
}

export interface WireKey {
  id: string
  name: string
  role: string
  scopes: string[]
  dialect: string | null
  /** null: a secret key. */
  allowed_origins: string[] | null
  hint: string
  created_at: string
  expires_at: string | null
}

export interface WireModel {
  /** null while the provider has not said which models it has. */
  name: string | null
  provider: string
  connection_id: string | null
  reachable: boolean
  why: string
  default: boolean
}

export interface WireReadiness {
  status: string
  degraded: string[]
  version: string
}

export interface WireCall {
  call_id: string
  tool: string
  arguments: JsonValue
}

export type WireApproval = WireCall & { approval_id: string }

export type WireWaiting =
  | { type: 'approval'; approvals: WireApproval[] }
  | { type: 'needs_decision'; approvals: WireApproval[] }
  | { type: 'tool_outputs'; calls: WireCall[] }

export interface WireError {
  code: string
  message: string
}

interface WireEventData {
  'run.created': { thread_id: string }
  'message.delta': { step: number; text: string }
  'step.restarted': { step: number; reason: string }
  'attempt.failed': { attempt: number; error: WireError; wait_ms: number }
  'iteration.completed': { iteration: number; times: number }
  'tool.called': WireCall
  'tool.completed': { call_id: string; tool: string; status: string; output: JsonValue; ms: number }
  'approval.decided': { approval_id: string; decision: string }
  'run.waiting': { waiting_for: WireWaiting }
  'run.resumed': { reason: string }
  'run.completed': { output: string | null }
  'run.failed': { error: WireError }
  'run.cancelled': { reason: string }
}

type KnownEvent = {
  [Type in keyof WireEventData]: {
    seq: number
    type: Type
    run_id: string
    at: string
    data: WireEventData[Type]
  }
}[keyof WireEventData]

/** An event of a run. Types that the command line does not know are passed over. */
export type WireEvent = KnownEvent

export function isWireEvent(value: JsonValue | undefined): value is JsonObject & WireEvent {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  return (
    typeof value['seq'] === 'number' &&
    typeof value['type'] === 'string' &&
    typeof value['run_id'] === 'string'
  )
}

export interface WireSignInLink {
  token: string
  url: string
  expires_at: string
}
