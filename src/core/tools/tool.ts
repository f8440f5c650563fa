import type { JsonObject } from '../../lib/json.ts'
import type { CallOverlay, ToolOverlay } from './overlay.ts'

/** JSON Schema of a tool's arguments. */
export type JsonSchema = JsonObject

/** `never`: runs freely. `always`: a person decides each call first. */
export type Approval = 'never' | 'always'

/**
 * What repeating a call would do, and so what recovery may do when it finds an intent without a receipt.
 *
 * - `none`: changes nothing; repeat freely.
 * - `idempotent`: the other side recognises the Idempotency-Key; call again with the same one.
 * - `checkable`: ask `checkUrl` with the key whether it happened.
 * - `once`: nobody can know; a person decides.
 */
export type EffectPolicy = 'none' | 'idempotent' | 'checkable' | 'once'

export type HttpMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/**
 * - `whole`: the answer as it is, failures with what came with them.
 * - `first_of_result_data_message`: one text. Of a JSON object the first member of these names that is there, else all
 *   of it; a failure is `Error: ` and the status, or why there is none.
 */
export type ReplyText = 'whole' | 'first_of_result_data_message'

interface ToolBase {
  /** What the model calls it: 1–64 of `A–Z a–z 0–9 _ -`, unique within an agent. */
  name: string
  description: string | null
  parameters: JsonSchema
  approval: Approval
}

/** Our server calls a URL. `{name}` in the URL is filled from the arguments. */
export interface HttpTool extends ToolBase {
  kind: 'http'
  method: HttpMethod
  url: string
  /** Header values are secrets: stored sealed, `***` in this record wherever it is shown. */
  headers: Record<string, string>
  effects: EffectPolicy
  /** Only for `checkable`: answers `{ "happened": boolean, "result"?: any }` for an Idempotency-Key. */
  checkUrl: string | null
  /** Longest time one call may take, seconds. */
  timeoutSeconds: number
  /** What of an answer the model is given. Absent: `whole`. */
  replyText?: ReplyText
  /** What one dialect must print and nobody else reads, by dialect. Absent: nothing. */
  extensions?: Record<string, JsonObject>
  /** Only of what a run works with, never stored: what becomes of its calls. Absent: nothing. */
  overlay?: CallOverlay
}

/** The client executes it: the run waits for the output. */
export interface FunctionTool extends ToolBase {
  kind: 'function'
}

/** Ships with Parley; `name` says which. */
export interface BuiltinTool extends ToolBase {
  kind: 'builtin'
  /** What it was told about its work, such as domains that may be searched; each built-in knows its own. */
  settings?: JsonObject
}

/** A Model Context Protocol server whose tools the agent may use. `name` is its label. */
export interface McpTool extends ToolBase {
  kind: 'mcp'
  url: string
  /** Header values are secrets: stored sealed, `***` in this record wherever it is shown. */
  headers: Record<string, string>
  /** Names of its tools that may be used; null: all. */
  allowedTools: string[] | null
}

export type ToolDefinition = HttpTool | FunctionTool | BuiltinTool | McpTool

/** A workspace tool used by an agent. */
export interface ToolReference {
  kind: 'reference'
  toolId: string
  /** null: the newest revision at the time a run starts. */
  revision: number | null
  /** null: what the tool itself says. */
  approval: Approval | null
  /** What the agent says over the tool. Absent: nothing. */
  overlay?: ToolOverlay
}

/** A tool as an agent version holds it: inline, or by reference. */
export type AgentTool = ToolDefinition | ToolReference

/** A workspace tool: shared by agents, each change a new immutable revision. */
export interface WorkspaceTool {
  id: string
  /** Numeric alias, for clients that type ids as numbers. */
  number: number
  workspaceId: string
  revision: number
  definition: ToolDefinition
  createdAt: Date
  updatedAt: Date
}

/** One immutable state of a workspace tool. */
export interface ToolRevision {
  revision: number
  definition: ToolDefinition
  createdAt: Date
  createdBy: string | null
}
