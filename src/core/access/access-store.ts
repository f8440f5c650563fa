import { sql, type Kysely, type Selectable, type Transaction } from 'kysely'
import type { Schema } from '../../storage/schema.ts'
import type { Key, Member, Organization, Workspace } from './access.ts'
import { createKeyHolderStore } from './key-holder-store.ts'
import type { Role, Scope } from './principal.ts'

export type Tx = Transaction<Schema>

export interface NewKeyRow extends Omit<Key, 'revokedAt'> {
  hash: string
}

export type AccessStore = ReturnType<typeof createAccessStore>

function toKey(row: Selectable<Schema['keys']>): Key {
  return {
    id: row.id,
    workspaceId: row.workspace_id,
    userId: row.user_id,
    name: row.name,
    role: row.role as Role, // only this store writes it
    scopes: row.scopes as Scope[],
    dialect: row.dialect,
    allowedOrigins: row.allowed_origins,
    hint: row.hint,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    revokedAt: row.revoked_at,
  }
}

interface MemberRow {
  user_id: string
  number: string
  role: string
  created_at: Date
  updated_at: Date
  name: string
  email: string | null
}

function toMember(row: MemberRow): Member {
  return {
    userId: row.user_id,
    number: Number(row.number),
    name: row.name,
    email: row.email,
    role: row.role as Role, // only this store writes it
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}

function membersOf(db: Kysely<Schema>, workspaceId: string) {
  return db
    .selectFrom('members')
    .innerJoin('users', 'users.id', 'members.user_id')
    .select(['members.user_id', 'members.role', 'members.created_at', 'members.updated_at'])
    .select(['users.number', 'users.name', 'users.email'])
    .where('members.workspace_id', '=', workspaceId)
}

export function createAccessStore(kysely: Kysely<Schema>) {
  return {
    async transaction<Result>(work: (transaction: Tx) => Promise<Result>): Promise<Result> {
      return await kysely.transaction().execute(work)
    },

    ...createKeyHolderStore(kysely),

    async findKey(workspaceId: string, keyId: string): Promise<Key | null> {
      const row = await kysely
        .selectFrom('keys')
        .selectAll()
        .where('id', '=', keyId)
        .where('workspace_id', '=', workspaceId)
        .executeTakeFirst()
      return row === undefined ? null : toKey(row)
    },

    async findKeyByHash(transaction: Tx, hash: string): Promise<Key | null> {
      const row = await transaction.selectFrom('keys').selectAll().where('hash', '=', hash).executeTakeFirst()
      return row === undefined ? null : toKey(row)
    },

    /** Newest first; of one user, or of everybody. Revoked keys are left out. */
    async listKeys(
      workspaceId: string,
      page: { limit: number; after: string | null; userId: string | null },
    ): Promise<Key[]> {
      let query = kysely
        .selectFrom('keys')
        .selectAll()
        .where('workspace_id', '=', workspaceId)
        .where('revoked_at', 'is', null)
      if (page.userId !== null) query = query.where('user_id', '=', page.userId)
      if (page.after !== null) query = query.where('id', '<', page.after)
      return (await query.orderBy('id', 'desc').limit(page.limit).execute()).map(toKey)
    },

    /** False when a key with this id exists already. */
    async insertKey(transaction: Tx, key: NewKeyRow): Promise<boolean> {
      const inserted = await transaction
        .insertInto('keys')
        .values({
          id: key.id,
          workspace_id: key.workspaceId,
          user_id: key.userId,
          name: key.name,
          role: key.role,
          scopes: key.scopes,
          dialect: key.dialect,
          allowed_origins: key.allowedOrigins,
          hash: key.hash,
          hint: key.hint,
          created_at: key.createdAt,
          expires_at: key.expiresAt,
        })
        .onConflict((conflict) => conflict.column('id').doNothing())
        .returning('id')
        .executeTakeFirst()
      return inserted !== undefined
    },

    /** False when it was revoked already. */
    async revokeKey(transaction: Tx, keyId: string, at: Date): Promise<boolean> {
      const updated = await transaction
        .updateTable('keys')
        .set({ revoked_at: at })
        .where('id', '=', keyId)
        .where('revoked_at', 'is', null)
        .returning('id')
        .executeTakeFirst()
      return updated !== undefined
    },

    async restoreKey(transaction: Tx, keyId: string): Promise<void> {
      await transaction.updateTable('keys').set({ revoked_at: null }).where('id', '=', keyId).execute()
    },

    /** Revokes all keys of a user in a workspace; answers their ids. */
    async revokeKeysOf(transaction: Tx, workspaceId: string, userId: string, at: Date): Promise<string[]> {
      const rows = await transaction
        .updateTable('keys')
        .set({ revoked_at: at })
        .where('workspace_id', '=', workspaceId)
        .where('user_id', '=', userId)
        .where('revoked_at', 'is', null)
        .returning('id')
        .execute()
      return rows.map((row) => row.id)
    },

    async findMember(workspaceId: string, userId: string): Promise<Member | null> {
      const row = await membersOf(kysely, workspaceId)
        .where('members.user_id', '=', userId)
        .executeTakeFirst()
      return row === undefined ? null : toMember(row)
    },

    /** Newest user first. */
    async listMembers(workspaceId: string, page: { limit: number; after: string | null }): Promise<Member[]> {
      let query = membersOf(kysely, workspaceId)
      if (page.after !== null) query = query.where('members.user_id', '<', page.after)
      return (await query.orderBy('members.user_id', 'desc').limit(page.limit).execute()).map(toMember)
    },

    /** Holds the membership rows of a workspace until the transaction ends, and answers who has which role. */
    async lockMembers(transaction: Tx, workspaceId: string): Promise<Map<string, Role>> {
      const rows = await transaction
        .selectFrom('members')
        .select(['user_id', 'role'])
        .where('workspace_id', '=', workspaceId)
        .orderBy('user_id')
        .forUpdate()
        .execute()
      return new Map(rows.map((row) => [row.user_id, row.role as Role])) // only this store writes it
    },

    /** False when the user is a member already. */
    async insertMember(transaction: Tx, workspaceId: string, userId: string, role: Role): Promise<boolean> {
      const inserted = await transaction
        .insertInto('members')
        .values({ workspace_id: workspaceId, user_id: userId, role })
        .onConflict((conflict) => conflict.columns(['workspace_id', 'user_id']).doNothing())
        .returning('user_id')
        .executeTakeFirst()
      return inserted !== undefined
    },

    async updateMemberRole(
      transaction: Tx,
      workspaceId: string,
      userId: string,
      role: Role,
      at: Date,
    ): Promise<void> {
      await transaction
        .updateTable('members')
        .set({ role, updated_at: at })
        .where('workspace_id', '=', workspaceId)
        .where('user_id', '=', userId)
        .execute()
    },

    async deleteMember(transaction: Tx, workspaceId: string, userId: string): Promise<void> {
      await transaction
        .deleteFrom('members')
        .where('workspace_id', '=', workspaceId)
        .where('user_id', '=', userId)
        .execute()
    },

    async findUserByEmail(transaction: Tx, email: string): Promise<string | null> {
      const row = await transaction
        .selectFrom('users')
        .select('id')
        .where(sql`lower(email)`, '=', email.toLowerCase())
        .executeTakeFirst()
      return row?.id ?? null
    },

    /** Leaves a user with this id as it is. */
    async insertUser(
      transaction: Tx,
      user: { id: string; name: string; email: string | null },
    ): Promise<void> {
      await transaction
        .insertInto('users')
        .values(user)
        .onConflict((conflict) => conflict.column('id').doNothing())
        .execute()
    },

    async insertOrganization(transaction: Tx, organization: { id: string; name: string }): Promise<void> {
      await transaction.insertInto('organizations').values(organization).execute()
    },

    async insertWorkspace(
      transaction: Tx,
      workspace: { id: string; organizationId: string; name: string },
    ): Promise<void> {
      const { id, organizationId, name } = workspace
      await transaction
        .insertInto('workspaces')
        .values({ id, organization_id: organizationId, name })
        .execute()
    },

    async findWorkspace(
      workspaceId: string,
    ): Promise<{ workspace: Workspace; organization: Organization } | null> {
      const row = await kysely
        .selectFrom('workspaces')
        .innerJoin('organizations', 'organizations.id', 'workspaces.organization_id')
        .select(['workspaces.id', 'workspaces.number', 'workspaces.name', 'workspaces.created_at'])
        .select([
          'organizations.id as organization_id',
          'organizations.number as organization_number',
          'organizations.name as organization_name',
          'organizations.created_at as organization_created_at',
        ])
        .where('workspaces.id', '=', workspaceId)
        .executeTakeFirst()
      if (row === undefined) return null
      const { organization_id: organizationId } = row
      return {
        workspace: {
          id: row.id,
          number: Number(row.number),
          organizationId,
          name: row.name,
          createdAt: row.created_at,
        },
        organization: {
          id: organizationId,
          number: Number(row.organization_number),
          name: row.organization_name,
          createdAt: row.organization_created_at,
        },
      }
    },

    /** Reads a setting and holds it until the transaction ends; several processes take turns from here on. */
    async lockSetting(transaction: Tx, name: string): Promise<unknown> {
      await sql`select pg_advisory_xact_lock(hashtextextended(${name}, 0))`.execute(transaction)
      const row = await transaction
        .selectFrom('settings')
        .select('value')
        .where('name', '=', name)
        .executeTakeFirst()
      return row?.value ?? null
    },

    async saveSetting(transaction: Tx, name: string, value: unknown): Promise<void> {
      const text = JSON.stringify(value)
      await transaction
        .insertInto('settings')
        .values({ name, value: text })
        .onConflict((conflict) => conflict.column('name').doUpdateSet({ value: text }))
        .execute()
    },
  }
}
