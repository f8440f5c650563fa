import { AppError, invalidField } from '../../errors.ts'
import type { Clock } from '../../lib/clock.ts'
import { newId } from '../../lib/ids.ts'
import type { Event } from '../events/event.ts'
import { recordResourceEvent } from '../events/resource-events.ts'
import type { Member, Organization, Workspace } from './access.ts'
import type { AccessStore, Tx } from './access-store.ts'
import { checkOwnerRemains, checkRoleChange } from './grant.ts'
import { roleAtLeast, type Principal, type Role } from './principal.ts'

export interface MemberServiceOptions {
  store: AccessStore
  clock: Clock
  publish: (workspaceId: string, event: Event) => void
  /** Called after every commit that takes a right away. */
  changed: () => void
}

export interface NewMember {
  /** A pre-minted id for a user who does not exist yet. */
  id?: string
  name: string
  /** An e-mail address that some user has already makes that user a member. */
  email?: string | null
  role?: Role
}

export type MemberService = ReturnType<typeof createMemberService>

function refuseUnlessAdmin(principal: Principal): void {
  if (roleAtLeast(principal.role, 'admin')) return
  throw new AppError('forbidden_role', {
    detail: 'Only an admin changes who is a member.',
    facts: { role: 'admin' },
  })
}

export function createMemberService(options: MemberServiceOptions) {
  const { store, clock, publish, changed } = options

  async function mustFind(workspaceId: string, userId: string): Promise<Member> {
    const member = await store.findMember(workspaceId, userId)
    if (member === null) throw new AppError('member_not_found')
    return member
  }

  /** The user a new member is: the one with the e-mail address, else a new one. */
  async function userFor(transaction: Tx, id: string, request: NewMember): Promise<string> {
    const email = request.email ?? null
    const known = email === null ? null : await store.findUserByEmail(transaction, email)
    if (known !== null) return known
    await store.insertUser(transaction, { id, name: request.name, email })
    return id
  }

  /** Changes a membership under the lock of all of the workspace's, so that two changes cannot each remove "another" owner. */
  async function change(
    principal: Principal,
    userId: string,
    to: Role | null,
    write: (transaction: Tx, at: Date) => Promise<Event[]>,
  ): Promise<void> {
    const { workspaceId } = principal
    refuseUnlessAdmin(principal)
    const events = await store.transaction(async (transaction) => {
      const members = await store.lockMembers(transaction, workspaceId)
      const from = members.get(userId)
      if (from === undefined) throw new AppError('member_not_found')
      checkRoleChange(principal.role, from, to)
      checkOwnerRemains(members, userId, to)
      return await write(transaction, new Date(clock.now()))
    })
    changed()
    for (const event of events) publish(workspaceId, event)
  }

  return {
    async list(principal: Principal, page: { limit: number; after: string | null }): Promise<Member[]> {
      return await store.listMembers(principal.workspaceId, page)
    },

    /** Answers the existing member when `request.id` is one. Errors: `forbidden_role`, `invalid_request` for a member. */
    async add(principal: Principal, request: NewMember): Promise<Member> {
      const { workspaceId } = principal
      const { id = newId(), role = 'member' } = request
      refuseUnlessAdmin(principal)
      checkRoleChange(principal.role, null, role)
      const added = await store.transaction(async (transaction) => {
        const userId = await userFor(transaction, id, request)
        if (!(await store.insertMember(transaction, workspaceId, userId, role))) {
          if (userId === id) return { userId, event: null }
          throw invalidField('email', 'is the address of somebody who is a member already')
        }
        const data = { userId, role }
        const fact = { workspaceId, stream: workspaceId, type: 'member.added', data } as const
        return { userId, event: await recordResourceEvent(transaction, fact) }
      })
      if (added.event !== null) publish(workspaceId, added.event)
      return await mustFind(workspaceId, added.userId)
    },

    /** Errors: `member_not_found`, `forbidden_role` (nobody handles a role above their own), `last_owner`. */
    async changeRole(principal: Principal, userId: string, role: Role): Promise<Member> {
      const { workspaceId } = principal
      await change(principal, userId, role, async (transaction, at) => {
        await store.updateMemberRole(transaction, workspaceId, userId, role, at)
        const data = { userId, role }
        return [
          await recordResourceEvent(transaction, {
            workspaceId,
            stream: workspaceId,
            type: 'member.changed',
            data,
          }),
        ]
      })
      return await mustFind(workspaceId, userId)
    },

    /** Ends a membership and its keys; what the user made stays. Errors as for `changeRole`. */
    async remove(principal: Principal, userId: string): Promise<void> {
      const { workspaceId } = principal
      await change(principal, userId, null, async (transaction, at) => {
        await store.deleteMember(transaction, workspaceId, userId)
        const events: Event[] = []
        for (const keyId of await store.revokeKeysOf(transaction, workspaceId, userId, at)) {
          const fact = { workspaceId, stream: keyId, type: 'key.revoked', data: { keyId } } as const
          events.push(await recordResourceEvent(transaction, fact))
        }
        const fact = { workspaceId, stream: workspaceId, type: 'member.removed', data: { userId } } as const
        return [...events, await recordResourceEvent(transaction, fact)]
      })
    },

    /** Who the caller is, and where. */
    async describe(
      principal: Principal,
    ): Promise<{ member: Member; workspace: Workspace; organization: Organization }> {
      const place = await store.findWorkspace(principal.workspaceId)
      if (place === null) throw new AppError('internal', { cause: 'the workspace of a principal is gone' })
      return { member: await mustFind(principal.workspaceId, principal.userId), ...place }
    },

    /** A further workspace of an organization, with its first owner. */
    async createWorkspace(request: {
      id?: string
      organizationId: string
      name: string
      ownerId: string
    }): Promise<{ id: string }> {
      const { id = newId(), organizationId, name, ownerId } = request
      const event = await store.transaction(async (transaction) => {
        await store.insertWorkspace(transaction, { id, organizationId, name })
        await store.insertMember(transaction, id, ownerId, 'owner')
        const data = { userId: ownerId, role: 'owner' }
        return await recordResourceEvent(transaction, {
          workspaceId: id,
          stream: id,
          type: 'member.added',
          data,
        })
      })
      publish(id, event)
      return { id }
    },
  }
}
