import { expressionBuilder, sql, type Kysely, type Selectable, type Transaction } from 'kysely'
import { AppError } from '../../errors.ts'
import type { Schema } from '../../storage/schema.ts'
import type { Agent, Visibility } from './agent.ts'
import { createAgentVersionStore } from './agent-version-store.ts'
import { storedDefinition } from './definition.ts'

export type Tx = Transaction<Schema>

/** An agent as it is stored: the sealed values behind the masks of its version and of its draft beside it. */
export interface StoredAgent extends Agent {
  sealedSecrets: string | null
  draftSealedSecrets: string | null
  deleted: boolean
}

/** The part of an agent's row that a run needs. */
export interface AgentHead {
  workspaceId: string
  ownerId: string
  visibility: Visibility
  enabled: boolean
  versionId: string | null
  deleted: boolean
  /** How many documents it may search. */
  documents: number
}

/** Every column that a write may change. */
export type AgentRow = Pick<
  StoredAgent,
  'slug' | 'visibility' | 'enabled' | 'ownerId' | 'version' | 'versionId' | 'draft' | 'draftSealedSecrets'
> & { name: string; updatedAt: Date }

export interface AgentFilter {
  limit: number
  /** Id of the last agent of the page before; null: from the newest. */
  after: string | null
  slug?: string
  name?: string
  /** Part of the name, in upper or lower case. */
  search?: string
  enabled?: boolean
  visibility?: Visibility
  /** How many of the newest are left out. Default 0. */
  offset?: number
  /** Private agents are listed for this owner only; null: all of them. */
  privateOf: string | null
}

export type AgentStore = ReturnType<typeof createAgentStore>

export function createAgentStore(kysely: Kysely<Schema>) {
  return {
    ...createAgentVersionStore(kysely),

    /** Rejects with `slug_taken` when that is why it failed. */
    async transaction<Result>(work: (transaction: Tx) => Promise<Result>): Promise<Result> {
      try {
        return await kysely.transaction().execute(work)
      } catch (error) {
        if (violates(error, 'agents_slug')) throw new AppError('slug_taken', { cause: error })
        throw error
      }
    },

    /** Deleted agents included. */
    async find(agentId: string): Promise<StoredAgent | null> {
      const row = await joined(kysely).where('agents.id', '=', agentId).executeTakeFirst()
      return row === undefined ? null : toAgent(row)
    },

    async findHead(agentId: string): Promise<AgentHead | null> {
      const row = await kysely
        .selectFrom('agents')
        .select([
          'workspace_id',
          'owner_id',
          'visibility',
          'enabled',
          'version_id',
          'deleted_at',
          'documents',
        ])
        .where('id', '=', agentId)
        .executeTakeFirst()
      if (row === undefined) return null
      return {
        workspaceId: row.workspace_id,
        ownerId: row.owner_id,
        visibility: row.visibility as Visibility, // only this store writes it
        enabled: row.enabled,
        versionId: row.version_id,
        deleted: row.deleted_at !== null,
        documents: row.documents,
      }
    },

    async list(workspaceId: string, filter: AgentFilter): Promise<Agent[]> {
      const { after, limit, offset = 0 } = filter
      let query = joined(kysely).where(matching(workspaceId, filter))
      if (after !== null) query = query.where('agents.id', '<', after)
      return (await query.orderBy('agents.id', 'desc').limit(limit).offset(offset).execute()).map(toAgent)
    },

    /** How many there are on all pages together. */
    async count(
      workspaceId: string,
      filter: Omit<AgentFilter, 'limit' | 'after' | 'offset'>,
    ): Promise<number> {
      const { total } = await kysely
        .selectFrom('agents')
        .select((eb) => eb.fn.countAll().as('total'))
        .where(matching(workspaceId, filter))
        .executeTakeFirstOrThrow()
      return Number(total)
    },

    /**
     * Holds the agent's row until the transaction ends; tells when it was last changed, null when it is gone. Rows that
     * refer to it are inserted meanwhile, and it does not wait for them.
     */
    async lock(transaction: Tx, agentId: string): Promise<{ updatedAt: Date } | null> {
      const row = await transaction
        .selectFrom('agents')
        .select('updated_at')
        .where('id', '=', agentId)
        .where('deleted_at', 'is', null)
        .forNoKeyUpdate()
        .executeTakeFirst()
      return row === undefined ? null : { updatedAt: row.updated_at }
    },

    /** False when an agent with this id exists already. */
    async insert(
      transaction: Tx,
      agent: AgentRow & { id: string; workspaceId: string; createdAt: Date },
    ): Promise<boolean> {
      const result = await transaction
        .insertInto('agents')
        .values({
          id: agent.id,
          workspace_id: agent.workspaceId,
          created_at: agent.createdAt,
          ...columns(agent),
        })
        .onConflict((conflict) => conflict.column('id').doNothing())
        .executeTakeFirst()
      return result.numInsertedOrUpdatedRows === 1n
    },

    /**
     * Whether another live agent that this owner sees has this name; `privateOf` as in a filter. Whoever asks within a
     * transaction takes turns with others who ask about this name until it ends.
     */
    async isNameTaken(
      transaction: Tx,
      agent: { id: string; workspaceId: string; name: string },
      privateOf: string | null,
    ): Promise<boolean> {
      const { id, workspaceId, name } = agent
      const turn = `agent-name/${workspaceId}/${name}`
      await sql`select pg_advisory_xact_lock(hashtextextended(${turn}, 0))`.execute(transaction)
      const found = await transaction
        .selectFrom('agents')
        .select('id')
        .where(matching(workspaceId, { name, privateOf }))
        .where('agents.id', '!=', id)
        .executeTakeFirst()
      return found !== undefined
    },

    async update(transaction: Tx, agentId: string, agent: AgentRow): Promise<void> {
      await transaction.updateTable('agents').set(columns(agent)).where('id', '=', agentId).execute()
    },

    async markDeleted(transaction: Tx, agentId: string, at: Date): Promise<void> {
      await transaction
        .updateTable('agents')
        .set({ deleted_at: at, updated_at: at })
        .where('id', '=', agentId)
        .execute()
    },

    /**
     * Which of these tools the workspace has, and the names they have there. They cannot be deleted or renamed until
     * the transaction ends.
     */
    async holdTools(transaction: Tx, workspaceId: string, toolIds: string[]): Promise<HeldTool[]> {
      if (toolIds.length === 0) return []
      const rows = await transaction
        .selectFrom('tools')
        .select(['id', 'name', 'revision'])
        .where('workspace_id', '=', workspaceId)
        .where('deleted_at', 'is', null)
        .where('id', 'in', toolIds)
        .orderBy('id')
        .forShare()
        .execute()
      return rows
    },

    /** The agent's phone number, or null. */
    async findNumberOf(agentId: string): Promise<string | null> {
      const row = await kysely
        .selectFrom('phone_numbers')
        .select('id')
        .where('agent_id', '=', agentId)
        .executeTakeFirst()
      return row?.id ?? null
    },

    /** The agent's phone number and this one of its workspace, held until the transaction ends. */
    async holdNumbers(
      transaction: Tx,
      agent: { id: string; workspaceId: string },
      phoneNumberId: string | null,
    ): Promise<HeldNumber[]> {
      const rows = await transaction
        .selectFrom('phone_numbers')
        .select(['id', 'agent_id'])
        .where('workspace_id', '=', agent.workspaceId)
        .where('state', '=', 'active')
        .where((eb) => eb.or([eb('agent_id', '=', agent.id), eb('id', '=', phoneNumberId)]))
        .orderBy('id')
        .forUpdate()
        .execute()
      return rows.map((row) => ({ id: row.id, agentId: row.agent_id }))
    },

    async assignNumber(
      transaction: Tx,
      phoneNumberId: string,
      agentId: string | null,
      at: Date,
    ): Promise<void> {
      await transaction
        .updateTable('phone_numbers')
        .set({ agent_id: agentId, updated_at: at })
        .where('id', '=', phoneNumberId)
        .execute()
    },

    async isMember(workspaceId: string, userId: string): Promise<boolean> {
      const row = await kysely
        .selectFrom('members')
        .select('user_id')
        .where('workspace_id', '=', workspaceId)
        .where('user_id', '=', userId)
        .executeTakeFirst()
      return row !== undefined
    },
  }
}

export interface HeldTool {
  id: string
  name: string
  revision: number
}

/** A phone number and whose it is. */
export interface HeldNumber {
  id: string
  agentId: string | null
}

function columns(agent: AgentRow) {
  return {
    owner_id: agent.ownerId,
    name: agent.name,
    slug: agent.slug,
    visibility: agent.visibility,
    enabled: agent.enabled,
    version: agent.version,
    version_id: agent.versionId,
    draft: agent.draft === null ? null : JSON.stringify(agent.draft),
    draft_sealed_secrets: agent.draftSealedSecrets,
    updated_at: agent.updatedAt,
  }
}

/** The agents that are there and that the filter wants. */
function matching(workspaceId: string, filter: Omit<AgentFilter, 'limit' | 'after' | 'offset'>) {
  const eb = expressionBuilder<Schema, 'agents'>()
  const { slug, name, search, enabled, visibility, privateOf } = filter
  const wanted = [eb('agents.workspace_id', '=', workspaceId), eb('agents.deleted_at', 'is', null)]
  if (slug !== undefined) wanted.push(eb('agents.slug', '=', slug))
  if (name !== undefined) wanted.push(eb('agents.name', '=', name))
  if (search !== undefined) {
    wanted.push(eb('agents.name', 'ilike', `%${search.replaceAll(/[\\%_]/g, '\\$&')}%`))
  }
  if (enabled !== undefined) wanted.push(eb('agents.enabled', '=', enabled))
  if (visibility !== undefined) wanted.push(eb('agents.visibility', '=', visibility))
  if (privateOf === null) return eb.and(wanted)
  const seen = eb.or([eb('agents.visibility', '<>', 'private'), eb('agents.owner_id', '=', privateOf)])
  return eb.and([...wanted, seen])
}

function joined(kysely: Kysely<Schema>) {
  return kysely
    .selectFrom('agents')
    .leftJoin('agent_versions', 'agent_versions.id', 'agents.version_id')
    .selectAll('agents')
    .select(['agent_versions.definition', 'agent_versions.sealed_secrets'])
}

type JoinedRow = Selectable<Schema['agents']> & { definition: unknown; sealed_secrets: string | null }

function toAgent(row: JoinedRow): StoredAgent {
  const draft = row.draft === null ? null : storedDefinition(row.draft)
  const published = row.definition === null ? null : storedDefinition(row.definition)
  const definition = published ?? draft
  if (definition === null) throw new Error('An agent has neither a version nor a draft.')
  return {
    id: row.id,
    workspaceId: row.workspace_id,
    ownerId: row.owner_id,
    slug: row.slug,
    visibility: row.visibility as Visibility, // only this store writes it
    enabled: row.enabled,
    version: row.version,
    versionId: row.version_id,
    definition,
    draft,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    sealedSecrets: row.sealed_secrets,
    draftSealedSecrets: row.draft_sealed_secrets,
    deleted: row.deleted_at !== null,
  }
}

function violates(error: unknown, constraint: string): boolean {
  if (!(error instanceof Error) || !('code' in error) || !('constraint' in error)) return false
  return error.code === '23505' && error.constraint === constraint
}
