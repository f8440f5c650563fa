import type { Role } from '../../api/wire.ts'

/** Roles in words, weakest first. */
const roles: { role: Role; label: string }[] = [
  { role: 'member', label: 'Member' },
  { role: 'admin', label: 'Admin' },
  { role: 'owner', label: 'Owner' },
]

/** The roles that somebody of this role can give. */
export function rolesUpTo(own: Role): typeof roles {
  return roles.slice(0, roles.findIndex(({ role }) => role === own) + 1)
}
