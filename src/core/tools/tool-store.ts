import type { Kysely, Selectable, Transaction } from 'kysely'
import { sql } from 'kysely'
import type { JsonObject } from '../../lib/json.ts'
import type { Schema } from '../../storage/schema.ts'
import type { ToolDefinition, ToolRevision, WorkspaceTool } from './tool.ts'

export type Tx = Transaction<Schema>

/** A tool of a workspace with the sealed values behind its masks. */
export interface StoredTool extends WorkspaceTool {
  sealedSecrets: string | null
  deleted: boolean
}

export interface StoredRevision extends ToolRevision {
  sealedSecrets: string | null
}

export interface Page {
  limit: number
  /** Id of the last object of the page before; null: from the newest. */
  after: string | null
}

/** A name that shall be the only one among the tools that carry `extensions`. */
export interface Named {
  id: string
  workspaceId: string
  name: string
  extensions: Record<string, JsonObject>
}

export type ToolStore = ReturnType<typeof createToolStore>

export function createToolStore(kysely: Kysely<Schema>) {
  return {
    transaction<Result>(work: (transaction: Tx) => Promise<Result>): Promise<Result> {
      return kysely.transaction().execute(work)
    },

    async find(toolId: string): Promise<StoredTool | null> {
      const row = await joined(kysely).where('tools.id', '=', toolId).executeTakeFirst()
      return row === undefined ? null : toTool(row)
    },

    /** Deleted ones are not found. */
    async findByNumber(workspaceId: string, number: number): Promise<StoredTool | null> {
      const row = await joined(kysely)
        .where('tools.number', '=', String(number))
        .where('tools.workspace_id', '=', workspaceId)
        .where('tools.deleted_at', 'is', null)
        .executeTakeFirst()
      return row === undefined ? null : toTool(row)
    },

    async list(workspaceId: string, page: Page): Promise<WorkspaceTool[]> {
      let query = joined(kysely)
        .where('tools.workspace_id', '=', workspaceId)
        .where('tools.deleted_at', 'is', null)
        .orderBy('tools.id', 'desc')
        .limit(page.limit)
      if (page.after !== null) query = query.where('tools.id', '<', page.after)
      return (await query.execute()).map(toTool)
    },

    /** Holds the tool until the transaction ends, so that no agent can begin to use it meanwhile. */
    async lock(transaction: Tx, toolId: string): Promise<{ revision: number; deleted: boolean } | null> {
      const row = await transaction
        .selectFrom('tools')
        .select(['revision', 'deleted_at'])
        .where('id', '=', toolId)
        .forUpdate()
        .executeTakeFirst()
      return row === undefined ? null : { revision: row.revision, deleted: row.deleted_at !== null }
    },

    async insert(
      transaction: Tx,
      tool: { id: string; workspaceId: string; name: string; at: Date },
    ): Promise<void> {
      const { id, name, at } = tool
      await transaction
        .insertInto('tools')
        .values({ id, workspace_id: tool.workspaceId, name, revision: 1, created_at: at, updated_at: at })
        .execute()
    },

    async insertRevision(
      transaction: Tx,
      revision: Omit<StoredRevision, 'createdBy'> & { toolId: string; createdBy: string },
    ): Promise<void> {
      await transaction
        .insertInto('tool_revisions')
        .values({
          tool_id: revision.toolId,
          revision: revision.revision,
          definition: JSON.stringify(revision.definition),
          sealed_secrets: revision.sealedSecrets,
          created_at: revision.createdAt,
          created_by: revision.createdBy,
        })
        .execute()
    },

    async advance(
      transaction: Tx,
      tool: { id: string; name: string; revision: number; at: Date },
    ): Promise<void> {
      await transaction
        .updateTable('tools')
        .set({ name: tool.name, revision: tool.revision, updated_at: tool.at })
        .where('id', '=', tool.id)
        .execute()
    },

    async markDeleted(transaction: Tx, toolId: string, at: Date): Promise<void> {
      await transaction.updateTable('tools').set({ deleted_at: at }).where('id', '=', toolId).execute()
    },

    async findRevision(toolId: string, revision: number): Promise<StoredRevision | null> {
      const row = await kysely
        .selectFrom('tool_revisions')
        .selectAll()
        .where('tool_id', '=', toolId)
        .where('revision', '=', revision)
        .executeTakeFirst()
      return row === undefined ? null : toRevision(row)
    },

    /** Newest first; `after` is a revision number. */
    async listRevisions(
      toolId: string,
      page: { limit: number; after: number | null },
    ): Promise<ToolRevision[]> {
      let query = kysely.selectFrom('tool_revisions').selectAll().where('tool_id', '=', toolId)
      if (page.after !== null) query = query.where('revision', '<', page.after)
      return (await query.orderBy('revision', 'desc').limit(page.limit).execute()).map(toRevision)
    },

    /**
     * Whether another live tool of the workspace has this name and the same extensions. Whoever asks within a
     * transaction takes turns with others who ask about this name until it ends.
     */
    async isTaken(transaction: Tx, tool: Named): Promise<boolean> {
      const { id, workspaceId, name, extensions } = tool
      const turn = `tool-name/${workspaceId}/${name}`
      await sql`select pg_advisory_xact_lock(hashtextextended(${turn}, 0))`.execute(transaction)
      const found = await joined(transaction)
        .where('tools.workspace_id', '=', workspaceId)
        .where('tools.deleted_at', 'is', null)
        .where('tools.name', '=', name)
        .where('tools.id', '!=', id)
        .where(
          sql<boolean>`tool_revisions.definition::jsonb -> 'extensions' @> ${JSON.stringify(extensions)}::jsonb`,
        )
        .executeTakeFirst()
      return found !== undefined
    },

    /** Names of the live agents whose published version or draft refers to the tool. */
    async agentsUsing(transaction: Tx, toolId: string): Promise<string[]> {
      const found = await sql<{ name: string }>`
        select agents.name from agents
        left join agent_versions on agent_versions.id = agents.version_id
        where agents.deleted_at is null and agents.workspace_id = (select workspace_id from tools where id = ${toolId})
          and exists (
            select 1 from json_array_elements(coalesce(agent_versions.definition -> 'tools', '[]'::json)) as tool
            where tool ->> 'toolId' = ${toolId}
            union all
            select 1 from json_array_elements(coalesce(agents.draft -> 'tools', '[]'::json)) as tool
            where tool ->> 'toolId' = ${toolId})
        order by agents.name`.execute(transaction)
      return found.rows.map((row) => row.name)
    },
  }
}

function joined(kysely: Kysely<Schema>) {
  return kysely
    .selectFrom('tools')
    .innerJoin('tool_revisions', (join) =>
      join
        .onRef('tool_revisions.tool_id', '=', 'tools.id')
        .onRef('tool_revisions.revision', '=', 'tools.revision'),
    )
    .selectAll('tools')
    .select(['tool_revisions.definition', 'tool_revisions.sealed_secrets'])
}

type ToolRow = Selectable<Schema['tools']> & { definition: unknown; sealed_secrets: string | null }

function toTool(row: ToolRow): StoredTool {
  return {
    id: row.id,
    number: Number(row.number),
    workspaceId: row.workspace_id,
    revision: row.revision,
    definition: row.definition as ToolDefinition, // only insertRevision writes it
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    sealedSecrets: row.sealed_secrets,
    deleted: row.deleted_at !== null,
  }
}

function toRevision(row: Selectable<Schema['tool_revisions']>): StoredRevision {
  return {
    revision: row.revision,
    definition: row.definition as ToolDefinition, // only insertRevision writes it
    sealedSecrets: row.sealed_secrets,
    createdAt: row.created_at,
    createdBy: row.created_by,
  }
}
