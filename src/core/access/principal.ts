/** Roles in a workspace, weakest first. */
export const roles = ['member', 'admin', 'owner'] as const
export type Role = (typeof roles)[number]

/** What a key may be used for. `read` never changes anything; `write` includes the right to read. */
export const scopes = [
  'agents:read',
  'agents:write',
  'runs:read',
  'runs:write',
  'tools:read',
  'tools:write',
  'connections:read',
  'connections:write',
  'keys:read',
  'keys:write',
  'members:read',
  'members:write',
  'usage:read',
] as const
export type Scope = (typeof scopes)[number]

/** Who is asking: one user, in one workspace, with at most that user's role there. */
export interface Principal {
  organizationId: string
  workspaceId: string
  userId: string
  keyId: string
  role: Role
  scopes: ReadonlySet<Scope>
  /**
   * Present: the key may be shown in public. It is good for pages of these sites alone, and for nothing but what takes
   * such keys.
   */
  allowedOrigins?: readonly string[]
}

export function roleAtLeast(role: Role, needed: Role): boolean {
  return roles.indexOf(role) >= roles.indexOf(needed)
}

export function hasScope(principal: Principal, needed: Scope): boolean {
  if (principal.scopes.has(needed)) return true
  if (!needed.endsWith(':read')) return false
  return principal.scopes.has(needed.replace(/:read$/, ':write') as Scope) // the matching write scope, if there is one
}
