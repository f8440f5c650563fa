import type { JsonObject } from '../../lib/json.ts'
import type { Principal } from '../access/principal.ts'
import type { RunOverrides } from '../agents/agent.ts'

export type SessionState = 'active' | 'ended'

/**
 * `ended`: its caller ended it. `idle`: nobody said anything for too long. `revoked`, `expired`: the key that began it was
 * revoked, or ran out.
 */
export type SessionEnd = 'ended' | 'idle' | 'revoked' | 'expired'

/**
 * A conversation that an end user has with one agent, through a client that holds no key of the workspace. The agent is
 * as it was when the session began, whatever is changed or deleted since.
 */
export interface Session {
  id: string
  workspaceId: string
  agentId: string
  /** What the agent was then, for those who read the conversation after the agent is gone. */
  agentName: string
  agentVersion: number
  /** As the agent named it; null: the default model. */
  model: string | null
  /** Revision of each shared tool. */
  toolRevisions: Record<string, number>
  /** Which dialect's words `key` is in. */
  namespace: string
  /** What its callers call it; unique in its namespace. */
  key: string
  threadId: string
  /** Who began it: its runs are that caller's. */
  principal: Principal
  /** Whom the caller says it talks to. */
  userIdentifier: string | null
  metadata: JsonObject
  /** What the agent said before anybody asked; null: it waits. */
  greeting: string | null
  /** What its runs do differently from the agent. */
  overrides: RunOverrides
  state: SessionState
  endReason: SessionEnd | null
  createdAt: Date
  /** When something was last said in it. */
  lastActiveAt: Date
  endedAt: Date | null
}

/** What was said in a session, one side at a time. */
export interface SessionMessage {
  role: 'user' | 'assistant'
  text: string
  at: Date
  /** Tokens that the model wrote for it; null for what no model wrote. */
  tokens: number | null
}

export interface SessionFilter {
  namespace: string
  agentId?: string
  state?: SessionState
  /** Begun at or after. */
  from?: Date
  /** Begun before. */
  to?: Date
}
