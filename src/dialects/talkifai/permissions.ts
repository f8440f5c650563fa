import { roleAtLeast, type Principal } from '../../core/access/principal.ts'
import type { Agent, Visibility } from '../../core/agents/agent.ts'
import { AppError } from '../../errors.ts'

/** Who may do what to an agent: the vendor's own table of roles, narrower than that of core. */
type Caller = Pick<Principal, 'role' | 'userId'>

function forbidden(detail: string): AppError {
  return new AppError('forbidden_role', { detail })
}

const isAdmin = ({ role }: Caller): boolean => roleAtLeast(role, 'admin')

/** Every member may make agents, commercial ones apart. Throws `forbidden_role`. */
export function refuseCreate(caller: Caller, visibility: Visibility): void {
  if (visibility !== 'managed' || isAdmin(caller)) return
  throw forbidden('Only owners and admins of the organization can create commercial agents.')
}

/**
 * Members change their own private agents, which stay private. `visibility`: what the agent shall become. Throws
 * `forbidden_role`.
 */
export function refuseEdit(
  caller: Caller,
  agent: Pick<Agent, 'ownerId' | 'visibility'>,
  visibility: Visibility = agent.visibility,
): void {
  if (isAdmin(caller)) return
  if (agent.visibility !== 'private' || visibility !== 'private')
    throw forbidden('Only owners and admins of the organization can update public or commercial agents.')
  if (agent.ownerId !== caller.userId)
    throw forbidden('Only its creator, owners and admins can update a private agent.')
}

/** Members delete nothing, not even what is theirs. Throws `forbidden_role`. */
export function refuseDelete(caller: Caller): void {
  if (isAdmin(caller)) return
  throw forbidden('Only owners and admins of the organization can delete agents.')
}
