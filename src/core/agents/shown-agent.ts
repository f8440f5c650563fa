import type { Agent, AgentVersion } from './agent.ts'
import type { StoredVersion } from './agent-version-store.ts'

/** An agent without what only the store and the resolver may know of it. */
export function shown(agent: Agent): Agent {
  const { id, workspaceId, ownerId, slug, visibility, enabled, version, versionId } = agent
  const { definition, draft, createdAt, updatedAt } = agent
  return {
    id,
    workspaceId,
    ownerId,
    slug,
    visibility,
    enabled,
    version,
    versionId,
    definition,
    draft,
    createdAt,
    updatedAt,
  }
}

export function shownVersion(stored: StoredVersion): AgentVersion {
  const { id, agentId, number, definition, createdAt, createdBy } = stored
  return { id, agentId, number, definition, createdAt, createdBy }
}
