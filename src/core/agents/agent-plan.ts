import { AppError } from '../../errors.ts'
import type { Clock } from '../../lib/clock.ts'
import { newId } from '../../lib/ids.ts'
import type { ResourceFact } from '../events/resource-events.ts'
import type { AgentDefinition, Visibility } from './agent.ts'
import type { AgentRow, StoredAgent } from './agent-store.ts'
import type { EditedDefinitions, PreparedDefinition } from './prepare-definition.ts'

export interface AgentChange {
  /** The new definition for a present one. May be asked again when somebody else was faster. */
  definition?: (current: AgentDefinition) => AgentDefinition
  /** Throws when this caller may not change the agent as it is; asked together with `definition`, of the same agent. */
  refuse?: (agent: Pick<StoredAgent, 'ownerId' | 'visibility'>) => void
  /** What was read was changed at this time: an agent that was changed after it is left alone. */
  unchangedSince?: Date
  slug?: string | null
  visibility?: Visibility
  enabled?: boolean
  ownerId?: string
  /** The definition's change goes into the draft; the rest of the change takes effect at once. */
  draft?: boolean
  /** A new name must be one that no other agent has which this caller sees: `agent_name_taken`. */
  soleName?: boolean
  /** Becomes the agent's only number, in the same transaction; null: the number it has is freed. */
  phoneNumberId?: string | null
  /** What the change newly says over shared tools must fit them. */
  fittingOverlays?: boolean
  /** The agent counts as changed even when nothing of it is. */
  touch?: boolean
}

export type Fact = Pick<ResourceFact, 'type' | 'data'>

/** What one write does: the row as it shall be, a version if one is made, and the facts to record. */
export interface Plan {
  row: AgentRow
  version: PreparedDefinition | null
  facts: Fact[]
  /** The number it shall have; null: none. Absent: the one it has. */
  phoneNumberId?: string | null
  /** No other agent that the caller sees may be called so. Absent: it may be. */
  soleName?: string
}

/** Rejects with `agent_changed` when somebody was faster than whoever read the agent as it was at that time. */
export function refuseStale(agent: Pick<StoredAgent, 'updatedAt'>, unchangedSince: Date | undefined): void {
  if (unchangedSince !== undefined && agent.updatedAt > unchangedSince) throw new AppError('agent_changed')
}

export function updated(agentId: string, row: AgentRow): Fact {
  return { type: 'agent.updated', data: { agentId, name: row.name } }
}

/** The row as it is, changed now. Times of one agent strictly increase, so that a change in between is always seen. */
export function rowOf(agent: StoredAgent, clock: Clock): AgentRow {
  const { ownerId, slug, visibility, enabled, version, versionId, draft, draftSealedSecrets } = agent
  const updatedAt = new Date(Math.max(clock.now(), agent.updatedAt.getTime() + 1))
  const name = agent.definition.name
  return {
    name,
    ownerId,
    slug,
    visibility,
    enabled,
    version,
    versionId,
    draft,
    draftSealedSecrets,
    updatedAt,
  }
}

export function changedRow(agent: StoredAgent, change: AgentChange, clock: Clock): AgentRow {
  const row = rowOf(agent, clock)
  return {
    ...row,
    ownerId: change.ownerId ?? row.ownerId,
    slug: change.slug === undefined ? row.slug : change.slug,
    visibility: change.visibility ?? row.visibility,
    enabled: change.enabled ?? row.enabled,
  }
}

export function sameRow(agent: StoredAgent, row: AgentRow): boolean {
  return (['ownerId', 'slug', 'visibility', 'enabled'] as const).every((name) => agent[name] === row[name])
}

export function withVersion(agentId: string, row: AgentRow, version: PreparedDefinition): Plan {
  const number = (row.version ?? 0) + 1
  return {
    row: { ...row, name: version.definition.name, version: number, versionId: newId() },
    version,
    facts: [{ type: 'agent.published', data: { agentId, version: number } }],
  }
}

/** `draft` undefined: it stays as it is. */
export function withDefinitions(
  agentId: string,
  row: AgentRow,
  agent: StoredAgent,
  edited: EditedDefinitions,
): Plan {
  const withDraft =
    edited.draft === undefined
      ? row
      : {
          ...row,
          draft: edited.draft?.definition ?? null,
          draftSealedSecrets: edited.draft?.sealedSecrets ?? null,
          name: agent.version === null ? (edited.draft?.definition.name ?? row.name) : row.name,
        }
  const planned = edited.version === null ? null : withVersion(agentId, withDraft, edited.version)
  if (planned === null) return { row: withDraft, version: null, facts: [updated(agentId, withDraft)] }
  if (edited.draft !== undefined) planned.facts.unshift(updated(agentId, planned.row))
  return planned
}

/** The plan, refused when another agent is called as this one then is and was not before. `draft`: of its draft. */
export function underSoleName(plan: Plan, agent: StoredAgent, draft: boolean): Plan {
  const before = draft ? (agent.draft ?? agent.definition).name : agent.definition.name
  const after = draft ? (plan.row.draft?.name ?? plan.row.name) : plan.row.name
  return after === before ? plan : { ...plan, soleName: after }
}
