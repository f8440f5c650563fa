import type { JsonValue } from '../lib/json.ts'

/** One call of a tool, as the run loop hands it to the tool's kind. */
export interface ToolCall {
  /** The arguments, already valid against the tool's schema. */
  arguments: { [name: string]: JsonValue }
  workspaceId: string
  /** Whose run makes the call; null: it is made outside of any run. */
  agentId: string | null
  /** Names this effect for ever: the same call repeated carries the same one. */
  effectId: string
  signal: AbortSignal
}

/**
 * What a call came to. `error` is for the model to read and repair; it names no secret. A kind throws only for what is
 * nobody's answer (a programming error); everything the other side can do wrong is an `error` result.
 */
export type ToolResult =
  | { status: 'ok'; output: JsonValue }
  | { status: 'error'; message: string; output?: JsonValue }

/** What `checkUrl` knows of an effect whose receipt is missing. */
export type EffectCheck =
  | { happened: true; result: JsonValue }
  | { happened: false }
  | { happened: 'unknown'; reason: string }

/**
 * The port to what a tool of one kind does: one adapter per kind, in `tools/`.
 * `Definition` is the record of that kind with its secrets opened.
 */
export interface ToolKind<Definition> {
  readonly kind: string
  /** Performs the call. Rejects with the signal's reason within a second of `signal` aborting. */
  call(definition: Definition, call: ToolCall): Promise<ToolResult>
  /** Only kinds that can answer for a lost receipt have it. */
  check?(definition: Definition, call: Pick<ToolCall, 'effectId' | 'signal'>): Promise<EffectCheck>
}
