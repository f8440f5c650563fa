import type { Kysely } from 'kysely'
import type { Schema } from '../../storage/schema.ts'
import type { Role, Scope } from './principal.ts'

/** What a key's hash leads to. The roles are those of the key and of its user's membership now. */
export interface KeyHolder {
  keyId: string
  userId: string
  workspaceId: string
  organizationId: string
  keyRole: Role
  memberRole: Role
  scopes: Scope[]
  allowedOrigins: string[] | null
  expiresAt: Date | null
}

/** Keys that are not revoked, with what their users are now. */
function holdersIn(db: Kysely<Schema>) {
  return db
    .selectFrom('keys')
    .innerJoin('members', (join) =>
      join
        .onRef('members.workspace_id', '=', 'keys.workspace_id')
        .onRef('members.user_id', '=', 'keys.user_id'),
    )
    .innerJoin('workspaces', 'workspaces.id', 'keys.workspace_id')
    .select(['keys.id', 'keys.user_id', 'keys.workspace_id', 'keys.role', 'keys.scopes', 'keys.expires_at'])
    .select(['keys.allowed_origins', 'members.role as member_role', 'workspaces.organization_id'])
    .where('keys.revoked_at', 'is', null)
}

type HolderRow = Awaited<ReturnType<ReturnType<typeof holdersIn>['executeTakeFirst']>>

function toHolder(row: HolderRow): KeyHolder | null {
  if (row === undefined) return null
  return {
    keyId: row.id,
    userId: row.user_id,
    workspaceId: row.workspace_id,
    organizationId: row.organization_id,
    keyRole: row.role as Role, // only this store writes roles and scopes
    memberRole: row.member_role as Role,
    scopes: row.scopes as Scope[],
    allowedOrigins: row.allowed_origins,
    expiresAt: row.expires_at,
  }
}

export function createKeyHolderStore(kysely: Kysely<Schema>) {
  return {
    /** The holder of a key that is not revoked and whose user is still a member; expiry is the caller's to judge. */
    async findHolder(hash: string): Promise<KeyHolder | null> {
      return toHolder(await holdersIn(kysely).where('keys.hash', '=', hash).executeTakeFirst())
    },

    /** The same by the key's id. */
    async findHolderById(keyId: string): Promise<KeyHolder | null> {
      return toHolder(await holdersIn(kysely).where('keys.id', '=', keyId).executeTakeFirst())
    },
  }
}
