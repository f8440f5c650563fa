import type { JsonObject } from '../../lib/json.ts'
import type { ResolvedAgent, RunOverrides } from '../agents/agent.ts'
import type { ThreadKey } from '../threads/thread.ts'
import type { ToolDefinition } from '../tools/tool.ts'
import type { Answering, DeferredCall, InputPart, PrecedingMessage, Run } from './run.ts'

/** A thread by the caller's own key. `alone`: no other agent of the workspace may have one that is called so. */
export interface KeyedThread extends ThreadKey {
  alone?: boolean
}

/** Which thread a run belongs to: an existing one by id, the caller's own key, or a new one. */
export type ThreadChoice = { id: string } | KeyedThread | null

export interface RunRequest {
  /** UUID, minted by the caller: the same when a request is repeated. */
  id: string
  agentId: string
  input: InputPart[]
  thread: ThreadChoice
  /** null: the published version. */
  version: number | null
  /** In place of a version: the agent's draft, where it has one. The run is counted as one of the published version. */
  draft?: boolean
  /** Added to the agent's own; one of the same name takes its place. */
  tools: ToolDefinition[]
  metadata: JsonObject
  dialect: string
  /** What started it: `api`, `chat`, `approval`, … */
  source: string
  answering: Answering
  parentRunId: string | null
  /** `background`: it is dispatched, and outlives nobody's connection. */
  background: boolean
  delaySeconds: number
  deferredCall?: DeferredCall
  /** What was said before the input, in the same request; oldest first. */
  preceding?: PrecedingMessage[]
  /** Revisions of shared tools that a run before this one pinned. Absent: the newest, where the agent fixes none. */
  toolRevisions?: Record<string, number>
  /** Also while the agent is disabled: for those who try it out. */
  evenDisabled?: boolean
  /** Also when the agent was deleted: for a conversation that was begun before. */
  evenDeleted?: boolean
  /** What this run does differently from the agent's version. */
  overrides?: RunOverrides | null
  /**
   * What was asked, for telling repeated requests: what `strategies.deduplicate.selectors` look into. Absent: `text`, the
   * input's text, and beside it the fields of that text where it is a JSON object.
   */
  payload?: JsonObject
}

/** A run that was accepted. Nothing of it has reached the caller yet. */
export interface AcceptedRun {
  run: Run
  /** What it runs with, its overrides applied. Shared: not to be changed, and its opened secrets never shown. */
  agent: ResolvedAgent
  /** Resolves once the run is stored; rejects when it could not be. */
  stored: Promise<void>
}
