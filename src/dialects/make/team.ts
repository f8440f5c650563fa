import { z } from 'zod'
import type { Directory } from '../../core/access/directory.ts'
import type { Principal } from '../../core/access/principal.ts'
import { AppError, invalidField } from '../../errors.ts'

/** What every AI Agents route takes: the team, which is the number of a workspace. */
export const teamShape = {
  teamId: z
    .string()
    .regex(/^[1-9]\d{0,14}$/, { error: 'must be a number greater than 0' })
    .transform(Number)
    .meta({
      description: 'Number of the team (workspace) that the key belongs to.',
      // What a client sends is text like everything in a query; what it means is a number.
      type: 'integer',
      minimum: 1,
      pattern: undefined,
      examples: [7],
    }),
}

/** The query of a route that takes nothing but the team. Parameters that are not known are ignored. */
export const teamQuery = z.object(teamShape)

/** The number of the workspace that the key belongs to. Synchronous and free when it is known already. */
export function teamOf(
  directory: Pick<Directory, 'known' | 'describe'>,
  principal: Principal,
): number | Promise<number> {
  const known = directory.known(principal)
  if (known !== undefined) return known.workspace.number
  return directory.describe(principal).then(({ workspace }) => workspace.number)
}

/** Rejects with `workspace_forbidden` unless `teamId` is the number of the key's own workspace. */
export async function requireTeam(
  directory: Pick<Directory, 'known' | 'describe'>,
  principal: Principal,
  teamId: number,
): Promise<void> {
  if ((await teamOf(directory, principal)) !== teamId) throw new AppError('workspace_forbidden')
}

/**
 * Checks whose list is asked for. Errors: `invalid_request` when neither or both are named, `workspace_forbidden` when
 * it is not the caller's.
 */
export async function requireOwner(
  directory: Directory,
  principal: Principal,
  query: { teamId?: number | undefined; organizationId?: number | undefined },
): Promise<void> {
  const { teamId, organizationId } = query
  if (teamId !== undefined && organizationId !== undefined)
    throw invalidField('organizationId', 'must not be given together with teamId')
  if (teamId !== undefined) return await requireTeam(directory, principal, teamId)
  if (organizationId === undefined) throw invalidField('teamId', 'is required')
  await requireOrganization(directory, principal, organizationId)
}

/** Rejects with `workspace_forbidden` unless it is the number of the caller's organization. */
export async function requireOrganization(
  directory: Directory,
  principal: Principal,
  organizationId: number,
): Promise<void> {
  const { organization } = await directory.describe(principal)
  if (organization.number !== organizationId) throw new AppError('workspace_forbidden')
}
