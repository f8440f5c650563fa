import type { Kysely, Selectable, Transaction } from 'kysely'
import type { Schema } from '../../storage/schema.ts'
import type { AgentVersion } from './agent.ts'
import { storedDefinition } from './definition.ts'

/** A version as it is stored: the sealed values behind its masks beside it. */
export interface StoredVersion extends AgentVersion {
  sealedSecrets: string | null
}

/** The versions of agents: made and read, never changed. */
export function createAgentVersionStore(kysely: Kysely<Schema>) {
  return {
    async insertVersion(transaction: Transaction<Schema>, version: StoredVersion): Promise<void> {
      await transaction
        .insertInto('agent_versions')
        .values({
          id: version.id,
          agent_id: version.agentId,
          number: version.number,
          definition: JSON.stringify(version.definition),
          sealed_secrets: version.sealedSecrets,
          created_at: version.createdAt,
          created_by: version.createdBy,
        })
        .execute()
    },

    async findVersion(agentId: string, number: number): Promise<StoredVersion | null> {
      const row = await kysely
        .selectFrom('agent_versions')
        .selectAll()
        .where('agent_id', '=', agentId)
        .where('number', '=', number)
        .executeTakeFirst()
      return row === undefined ? null : toVersion(row)
    },

    async findVersionById(versionId: string): Promise<StoredVersion | null> {
      const row = await kysely
        .selectFrom('agent_versions')
        .selectAll()
        .where('id', '=', versionId)
        .executeTakeFirst()
      return row === undefined ? null : toVersion(row)
    },

    /** Newest first; `after` is a version number. */
    async listVersions(
      agentId: string,
      page: { limit: number; after: number | null },
    ): Promise<StoredVersion[]> {
      let query = kysely.selectFrom('agent_versions').selectAll().where('agent_id', '=', agentId)
      if (page.after !== null) query = query.where('number', '<', page.after)
      return (await query.orderBy('number', 'desc').limit(page.limit).execute()).map(toVersion)
    },
  }
}

function toVersion(row: Selectable<Schema['agent_versions']>): StoredVersion {
  return {
    id: row.id,
    agentId: row.agent_id,
    number: row.number,
    definition: storedDefinition(row.definition),
    createdAt: row.created_at,
    createdBy: row.created_by,
    sealedSecrets: row.sealed_secrets,
  }
}
