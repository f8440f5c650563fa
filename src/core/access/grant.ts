import { AppError, invalidField } from '../../errors.ts'
import { roleAtLeast, roles, scopes, type Principal, type Role, type Scope } from './principal.ts'

function withArticle(role: Role): string {
  return role === 'member' ? 'a member' : `an ${role}`
}

/** What a key may do at most: its role and scopes, after what was asked for has been checked. */
export interface Grant {
  role: Role
  scopes: Scope[]
}

/**
 * What a new key is given: what was asked for, else everything its maker may do. Throws `forbidden_grant`, naming
 * what the maker lacks. `holderRole` is the role of the user the key is for.
 */
export function grantFor(
  maker: Pick<Principal, 'role' | 'scopes'>,
  holderRole: Role,
  asked: { role?: Role; scopes?: Scope[] },
): Grant {
  const least = roleAtLeast(maker.role, holderRole) ? holderRole : maker.role
  const role = asked.role ?? least
  if (!roleAtLeast(least, role)) {
    throw new AppError('forbidden_grant', {
      detail: `A key of ${withArticle(least)} cannot have the role ${role}.`,
      fields: [
        { field: 'role', message: `must be ${roles.filter((one) => roleAtLeast(least, one)).join(' or ')}` },
      ],
    })
  }
  const own = scopes.filter((scope) => maker.scopes.has(scope))
  const lacking = (asked.scopes ?? []).filter(
    (scope) => !maker.scopes.has(scope) && !coveredByWrite(maker, scope),
  )
  if (lacking.length > 0) {
    throw new AppError('forbidden_grant', {
      detail: `Your own key lacks: ${lacking.join(', ')}.`,
      fields: [{ field: 'scopes', message: `must be among ${own.join(', ') || 'nothing'}` }],
    })
  }
  return { role, scopes: asked.scopes ? [...new Set(asked.scopes)] : own }
}

/** Writing includes reading, so whoever may write may hand out the right to read. */
function coveredByWrite(maker: Pick<Principal, 'scopes'>, scope: Scope): boolean {
  const write = scopes.find((one) => one === scope.replace(/:read$/, ':write'))
  return write !== undefined && maker.scopes.has(write)
}

/** Throws `invalid_request` unless the time lies ahead. */
export function checkExpiry(expiresAt: Date | null, now: number): void {
  if (expiresAt !== null && expiresAt.getTime() <= now)
    throw invalidField('expires_at', 'must be in the future')
}

/**
 * Whether `actor` may give, change or take a membership of role `from` or `to` (null: none). Throws `forbidden_role`:
 * nobody handles a role above their own.
 */
export function checkRoleChange(actor: Role, from: Role | null, to: Role | null): void {
  for (const role of [from, to]) {
    if (role === null || roleAtLeast(actor, role)) continue
    throw new AppError('forbidden_role', {
      detail: `Only ${withArticle(role)} can do this to a member with that role.`,
      facts: { role },
    })
  }
}

/** Throws `last_owner` when a workspace would be left without one. `members` is as it is before the change. */
export function checkOwnerRemains(members: ReadonlyMap<string, Role>, userId: string, to: Role | null): void {
  if (members.get(userId) !== 'owner' || to === 'owner') return
  const owners = [...members.values()].filter((role) => role === 'owner').length
  if (owners === 1) throw new AppError('last_owner')
}
