import type { JsonObject } from '../../lib/json.ts'
import type { InputPart } from '../runs/run.ts'

/** A conversation with one agent, keyed by what its caller calls it. */
export interface Thread {
  id: string
  workspaceId: string
  agentId: string
  /** Which dialect's words `key` is in. */
  namespace: string
  key: string
  /** The run whose turn it is; null: nobody is running. */
  activeRunId: string | null
  metadata: JsonObject
  createdAt: Date
  updatedAt: Date
}

/** What its callers call a thread, and in which dialect's words. */
export type ThreadKey = Pick<Thread, 'namespace' | 'key'>

export interface ThreadFilter {
  agentId?: string
  namespace?: string
}

/** What was said in a thread, one side at a time. */
export interface Message {
  runId: string
  seq: number
  role: 'user' | 'assistant'
  content: InputPart[]
  createdAt: string
}
