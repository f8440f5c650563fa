import type { Agent } from '../../../api/wire.ts'
import type { JsonObject } from '../document/json.ts'

/** The fields of an agent that are not versioned; the rest is its definition. */
const identity = new Set([
  'id',
  'slug',
  'visibility',
  'enabled',
  'owner_id',
  'version',
  'draft',
  'created_at',
  'updated_at',
])

export function publishedDefinition(agent: Agent): JsonObject {
  const entries = Object.entries(agent).filter(([key]) => !identity.has(key))
  return Object.fromEntries(entries) as JsonObject // what is printed is plain JSON
}

/** What edits begin from. */
export interface Basis {
  /** What is edited: the draft, or what is published while there is none. */
  definition: JsonObject
  /** Number of the published version; null: none. */
  version: number | null
  /** When the agent was changed last, as the API prints times. */
  updatedAt: string
}

export function basisOf(agent: Agent): Basis {
  return { definition: editableDefinition(agent), version: agent.version, updatedAt: agent.updated_at }
}

/** What is edited: the draft, or what is published while there is none. */
export function editableDefinition(agent: Agent): JsonObject {
  return agent.draft === null ? publishedDefinition(agent) : agent.draft
}
