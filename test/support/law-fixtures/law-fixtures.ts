import type { Scope, Role } from '../../../src/core/access/principal.ts'
import type { ErrorCode } from '../../../src/errors.ts'
import { isJsonObject, type JsonValue } from '../../../src/lib/json.ts'

/** A workspace as the laws see it: its owner's key reaches everything in it. */
export interface LawWorkspace {
  ownerKey: string
  /** The names by which some dialects call it and its organization. */
  numbers: { workspace: number; organization: number }
  createKey(options: {
    role?: Role
    scopes?: Scope[]
    expiresAt?: Date
    revoked?: boolean
    dialect?: string
    allowedOrigins?: string[]
  }): Promise<string>
}

/** The owner of a workspace, who makes things in it. */
export interface Caller {
  workspace: LawWorkspace
  /** Sends one JSON request with the owner's key and answers the parsed reply; throws unless it is 2xx. */
  call(method: string, path: string, body?: JsonValue): Promise<JsonValue>
}

/** What the laws cannot read from the endpoint records of a dialect. */
export interface LawFixtures {
  /** What stands before the paths of the records and the dialect's base: its mount, or nothing. */
  prefix: string
  /**
   * By the name of a parameter of the path or the query, or of a field at the top of an example body: makes an object in
   * the caller's workspace and answers what names it.
   */
  values: Readonly<Record<string, (caller: Caller) => Promise<string>>>
  /** By the last of several parameters that only fit together: makes what all of them name. */
  together?: Readonly<Record<string, (caller: Caller) => Promise<Record<string, string>>>>
  /** By id: operations for which the fixtures are in no state. Everything else succeeds for the right caller. */
  refusedByState: Readonly<Record<string, { status: number; code: ErrorCode }>>
  /**
   * Parameters that name the workspace itself, or what it is in, the nearest first: somebody else's is forbidden, not
   * unknown.
   */
  workspaceParameters: readonly string[]
  /** Parameters that name the same for everybody. */
  commonParameters?: readonly string[]
  /** By id: operations with a credential of their own that is a key after all, and the status of one that is unknown. */
  ownKeys?: Readonly<Record<string, { unknown: number }>>
  /** The code that the body of an error names, where the dialect prints it. */
  codeOf(body: JsonValue): string | null
}

/** The `id` of what a create answered. */
export function idOf(reply: JsonValue): string {
  if (isJsonObject(reply) && typeof reply['id'] === 'string') return reply['id']
  throw new Error('The reply has no id.')
}
