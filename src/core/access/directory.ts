import type { Clock } from '../../lib/clock.ts'
import { FreshCache } from '../../lib/fresh-cache.ts'
import type { Member, Organization, Workspace } from './access.ts'
import type { Principal } from './principal.ts'

/** Where a principal is and who they are, by id and by numeric alias. */
export interface Place {
  organization: Organization
  workspace: Workspace
  user: { id: string; number: number; name: string; email: string | null }
}

export interface Directory {
  /** Errors: `member_not_found` for a user whose membership has just ended. */
  describe(principal: Principal): Promise<Place>
  /** The same at once, where it is known already; for paths that every run takes. */
  known(principal: Principal): Place | undefined
  /**
   * The workspaces of the organization that this principal reaches. A key belongs to one workspace, so it is that one,
   * whatever other memberships its user has.
   */
  listWorkspaces(principal: Principal): Promise<Workspace[]>
  /** Forgets everybody: somebody's name or place has changed, here or in another process. */
  invalidate(): void
}

/** How long a place is believed when no notice of a change arrives, milliseconds. It decides about no right. */
const believedFor = 60_000

/** Who and where principals are, over a small cache. `read` asks the database. */
export function createDirectory(options: {
  read: (
    principal: Principal,
  ) => Promise<{ member: Member; workspace: Workspace; organization: Organization }>
  clock: Clock
}): Directory {
  const places = new FreshCache<Place>({ clock: options.clock, maxEntries: 10_000, ttlMs: believedFor })
  const keyOf = ({ workspaceId, userId }: Principal): string => `${workspaceId}/${userId}`

  async function read(principal: Principal): Promise<Place> {
    const { member, workspace, organization } = await options.read(principal)
    const { userId: id, number, name, email } = member
    return { organization, workspace, user: { id, number, name, email } }
  }

  function describe(principal: Principal): Promise<Place> {
    return places.load(keyOf(principal), () => read(principal))
  }

  return {
    describe,
    known: (principal) => places.get(keyOf(principal)),
    async listWorkspaces(principal) {
      return [(await describe(principal)).workspace]
    },
    invalidate: () => places.clear(),
  }
}
