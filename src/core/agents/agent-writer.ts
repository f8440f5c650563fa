import { AppError } from '../../errors.ts'
import type { Clock } from '../../lib/clock.ts'
import { newId } from '../../lib/ids.ts'
import type { Principal } from '../access/principal.ts'
import type { Event } from '../events/event.ts'
import { recordResourceEvent, type ResourceFact } from '../events/resource-events.ts'
import type { Agent, AgentDefinition, Visibility } from './agent.ts'
import { privateOf, refuseBadSlug, refuseHandOver, refuseWrite } from './agent-rules.ts'
import {
  changedRow,
  refuseStale,
  rowOf,
  sameRow,
  underSoleName,
  updated,
  withDefinitions,
  withVersion,
} from './agent-plan.ts'
import type { AgentChange, Fact, Plan } from './agent-plan.ts'
import type { AgentRow, AgentStore, StoredAgent, Tx } from './agent-store.ts'
import { holdAssignment } from './phone-assignment.ts'
import type { createDefinitionPreparer, PreparedDefinition } from './prepare-definition.ts'
import { shown } from './shown-agent.ts'

export interface NewAgent {
  /** A pre-minted id: a create that is repeated with it answers the agent that exists. */
  id?: string
  definition: AgentDefinition
  slug?: string | null
  visibility?: Visibility
  enabled?: boolean
  /** Keep the definition as a draft; nothing is published. */
  draft?: boolean
  /** No other agent that the caller sees may have its name: `agent_name_taken`. */
  soleName?: boolean
  /** What the agent says over shared tools must fit them. */
  fittingOverlays?: boolean
}

/** Makes, changes and removes agents: rows, versions and events in one transaction. */
export function createAgentWriter(deps: {
  store: AgentStore
  clock: Clock
  preparer: ReturnType<typeof createDefinitionPreparer>
  /** Rejects with `agent_not_found`. */
  mustSee: (principal: Principal, agentId: string) => Promise<StoredAgent>
  /** What others keep of the agent is stale. */
  invalidate: (agentId: string) => void
  /** Tells followers of the workspace's feed, after the commit. */
  publish: (workspaceId: string, event: Event) => void
}) {
  const { store, clock, preparer, mustSee, invalidate, publish } = deps

  function announce(agent: { id: string; workspaceId: string }, events: Event[]): void {
    invalidate(agent.id)
    for (const event of events) publish(agent.workspaceId, event)
  }

  async function insertVersion(
    transaction: Tx,
    principal: Principal,
    agentId: string,
    row: AgentRow,
    version: PreparedDefinition,
  ): Promise<void> {
    const { definition, sealedSecrets } = version
    const { versionId: id, version: number, updatedAt: createdAt } = row
    if (id === null || number === null) throw new Error('A version was made without a number.')
    await preparer.holdTools(transaction, principal.workspaceId, definition)
    const createdBy = principal.userId
    await store.insertVersion(transaction, {
      id,
      agentId,
      number,
      definition,
      sealedSecrets,
      createdAt,
      createdBy,
    })
  }

  /** Answers the existing agent when one with this id exists in the workspace. */
  async function create(principal: Principal, request: NewAgent): Promise<Agent> {
    const id = request.id ?? newId()
    if (request.id !== undefined && (await store.find(id)) !== null)
      return shown(await mustSee(principal, id))
    const { workspaceId, userId: ownerId } = principal
    const { slug = null, visibility = 'workspace', enabled = true, draft = false } = request
    refuseBadSlug(slug)
    refuseWrite(principal, { workspaceId, ownerId, visibility })
    const prepared = await preparer.prepare(
      workspaceId,
      id,
      request.definition,
      null,
      request.fittingOverlays,
    )
    const createdAt = new Date(clock.now())
    const row: AgentRow = {
      name: prepared.definition.name,
      ownerId,
      slug,
      visibility,
      enabled,
      version: draft ? null : 1,
      versionId: draft ? null : newId(),
      draft: draft ? prepared.definition : null,
      draftSealedSecrets: draft ? prepared.sealedSecrets : null,
      updatedAt: createdAt,
    }
    const facts: Fact[] = [{ type: 'agent.created', data: { agentId: id, name: row.name } }]
    if (!draft) facts.push({ type: 'agent.published', data: { agentId: id, version: 1 } })
    const events = await store.transaction(async (transaction) => {
      if (request.soleName) await refuseTakenName(transaction, principal, { id, name: row.name })
      if (!(await store.insert(transaction, { ...row, id, workspaceId, createdAt }))) return []
      if (draft) await preparer.holdTools(transaction, workspaceId, prepared.definition)
      else await insertVersion(transaction, principal, id, row, prepared)
      return recordAll(transaction, { id, workspaceId }, facts)
    })
    announce({ id, workspaceId }, events)
    return shown(await mustSee(principal, id))
  }

  /**
   * Reads, plans, and writes only if nobody wrote in between; otherwise plans again on what is there now. So a plan may
   * read what it likes without holding the database.
   */
  async function write(
    principal: Principal,
    agentId: string,
    plan: (agent: StoredAgent) => Promise<Plan | null>,
  ): Promise<Agent> {
    for (;;) {
      const agent = await mustSee(principal, agentId)
      refuseWrite(principal, agent)
      const planned = await plan(agent)
      if (planned === null) return shown(agent)
      const events = await store.transaction(async (transaction) => {
        const assign = await holdAssignment(store, transaction, agent, planned.phoneNumberId)
        if (!(await holdUnchanged(transaction, agent))) return null
        if (planned.soleName !== undefined)
          await refuseTakenName(transaction, principal, { id: agentId, name: planned.soleName })
        if (planned.version !== null) {
          await insertVersion(transaction, principal, agentId, planned.row, planned.version)
        }
        if (planned.row.draft !== null)
          await preparer.holdTools(transaction, agent.workspaceId, planned.row.draft)
        await store.update(transaction, agentId, planned.row)
        const facts = await recordAll(transaction, agent, planned.facts)
        return [...facts, ...(await assign(planned.row.updatedAt))]
      })
      if (events === null) continue
      announce(agent, events)
      return shown(await mustSee(principal, agentId))
    }
  }

  /** Two that ask for the same name at once, in any processes, take turns. */
  async function refuseTakenName(
    transaction: Tx,
    principal: Principal,
    agent: { id: string; name: string },
  ): Promise<void> {
    const { workspaceId } = principal
    if (await store.isNameTaken(transaction, { ...agent, workspaceId }, privateOf(principal)))
      throw new AppError('agent_name_taken')
  }

  /** Locks the agent's row; false when somebody has changed it since it was read. */
  async function holdUnchanged(transaction: Tx, agent: StoredAgent): Promise<boolean> {
    const held = await store.lock(transaction, agent.id)
    if (held === null) throw new AppError('agent_not_found')
    return held.updatedAt.getTime() === agent.updatedAt.getTime()
  }

  /**
   * A merge of two people's changes is each change applied to what the other left. A published change is also made to
   * the draft, so that publishing the draft later does not take it back. No change makes no version and no event.
   */
  async function patch(principal: Principal, agentId: string, change: AgentChange): Promise<Agent> {
    if (change.slug !== undefined) refuseBadSlug(change.slug)
    if (change.ownerId !== undefined && !(await store.isMember(principal.workspaceId, change.ownerId))) {
      throw new AppError('member_not_found')
    }
    return write(principal, agentId, async (agent) => {
      change.refuse?.(agent)
      refuseStale(agent, change.unchangedSince)
      const row = changedRow(agent, change, clock)
      if (row.ownerId !== agent.ownerId || row.visibility !== agent.visibility) {
        refuseHandOver(principal, agent)
        refuseWrite(principal, { ...agent, ownerId: row.ownerId, visibility: row.visibility })
      }
      const rowChanged = !sameRow(agent, row)
      const phone = await phoneChange(agentId, change)
      const { definition } = change
      const edited = definition === undefined ? null : await preparer.edit(agent, { ...change, definition })
      if (edited === null) {
        const changed = rowChanged || change.touch === true || phone.phoneNumberId !== undefined
        return changed ? { row, version: null, facts: [updated(agentId, row)], ...phone } : null
      }
      const planned = { ...withDefinitions(agentId, row, agent, edited), ...phone }
      if (rowChanged && edited.draft === undefined) planned.facts.unshift(updated(agentId, planned.row))
      return change.soleName ? underSoleName(planned, agent, change.draft === true) : planned
    })
  }

  /** What the change does to the agent's phone number; empty: nothing. */
  async function phoneChange(agentId: string, change: AgentChange): Promise<Pick<Plan, 'phoneNumberId'>> {
    const { phoneNumberId } = change
    if (phoneNumberId === undefined || phoneNumberId === (await store.findNumberOf(agentId))) return {}
    return { phoneNumberId }
  }

  /** The draft becomes the next version. `nothing_to_publish` when there is none. `soleName`: as in a change. */
  async function publishDraft(
    principal: Principal,
    agentId: string,
    { soleName = false, unchangedSince }: Pick<AgentChange, 'soleName' | 'unchangedSince'> = {},
  ): Promise<Agent> {
    return write(principal, agentId, async (agent) => {
      refuseStale(agent, unchangedSince)
      if (agent.draft === null) throw new AppError('nothing_to_publish')
      const row = { ...rowOf(agent, clock), draft: null, draftSealedSecrets: null }
      const published = await preparer.published(agent)
      if (published === null) return { row, version: null, facts: [updated(agentId, row)] }
      const planned = withVersion(agentId, row, published)
      return soleName ? underSoleName(planned, agent, false) : planned
    })
  }

  /** A new version that is a copy of version `number`; restoring the published version changes nothing. */
  async function restore(
    principal: Principal,
    agentId: string,
    number: number,
    { soleName = false } = {},
  ): Promise<Agent> {
    return write(principal, agentId, async (agent) => {
      const version = await store.findVersion(agentId, number)
      if (version === null) throw new AppError('version_not_found')
      if (version.id === agent.versionId) return null
      const planned = withVersion(agentId, rowOf(agent, clock), version)
      const data = { agentId, version: planned.row.version ?? 1, from: number }
      const restored: Plan = { ...planned, facts: [{ type: 'agent.restored', data }] }
      return soleName ? underSoleName(restored, agent, false) : restored
    })
  }

  /** Leaves a tombstone: runs and versions stay readable, nothing new can be started, its phone number is free. */
  async function remove(principal: Principal, agentId: string): Promise<void> {
    for (;;) {
      const agent = await mustSee(principal, agentId)
      refuseWrite(principal, agent)
      const at = new Date(clock.now())
      const events = await store.transaction(async (transaction) => {
        const free = await holdAssignment(store, transaction, agent, null)
        // A number that was given to it since it was read would not be freed.
        if (!(await holdUnchanged(transaction, agent))) return null
        await store.markDeleted(transaction, agentId, at)
        const facts = await recordAll(transaction, agent, [{ type: 'agent.deleted', data: { agentId } }])
        return [...facts, ...(await free(at))]
      })
      if (events === null) continue
      return announce(agent, events)
    }
  }

  return { create, patch, remove, publish: publishDraft, restore }
}

async function recordAll(transaction: Tx, agent: { id: string; workspaceId: string }, facts: Fact[]) {
  const events: Event[] = []
  for (const fact of facts) {
    const whole = { workspaceId: agent.workspaceId, stream: agent.id, ...fact } as ResourceFact // type and data came together
    events.push(await recordResourceEvent(transaction, whole))
  }
  return events
}
