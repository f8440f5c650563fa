import { z } from 'zod'
import type { AccessService } from '../../../core/access/access-service.ts'
import { endpoint, type Endpoint } from '../../../http/endpoint.ts'
import { memberChangeSchema, memberSchema, newMemberSchema, printMember } from '../wire-access.ts'
import { idSchema, listQuery, listReply, printPage, readId, readPage } from '../wire-common.ts'

const params = z.strictObject({ user_id: idSchema('user') })

export function memberEndpoints({ access }: { access: AccessService }): Endpoint[] {
  return [
    endpoint({
      id: 'members.list',
      method: 'GET',
      path: '/members',
      summary: 'List the members of the workspace',
      tag: 'Members',
      scope: 'members:read',
      query: listQuery({}),
      reply: { status: 200, body: listReply(memberSchema) },
      errors: [],
      async handle({ principal, query }) {
        return printPage(await access.members.list(principal, readPage(query, 'user')), query, printMember)
      },
    }),
    endpoint({
      id: 'members.add',
      method: 'POST',
      path: '/members',
      summary: 'Add a member',
      description:
        'Makes a user, or takes the one who has the e-mail address. Make a key for them with `POST /keys`.',
      tag: 'Members',
      scope: 'members:write',
      role: 'admin',
      body: newMemberSchema,
      reply: { status: 201, body: memberSchema },
      errors: ['forbidden_role'],
      async handle({ principal, body, resourceId }) {
        const { name, email = null, role } = body
        return printMember(await access.members.add(principal, { id: resourceId, name, email, role }))
      },
    }),
    endpoint({
      id: 'members.change',
      method: 'PATCH',
      path: '/members/{user_id}',
      summary: 'Change the role of a member',
      tag: 'Members',
      scope: 'members:write',
      role: 'admin',
      params,
      body: memberChangeSchema,
      reply: { status: 200, body: memberSchema },
      errors: ['member_not_found', 'forbidden_role', 'last_owner'],
      async handle({ principal, params: { user_id: userId }, body }) {
        const id = readId('user', userId, 'member_not_found')
        return printMember(await access.members.changeRole(principal, id, body.role))
      },
    }),
    endpoint({
      id: 'members.remove',
      method: 'DELETE',
      path: '/members/{user_id}',
      summary: 'Remove a member',
      description: 'Their keys of this workspace end at once; what they made stays.',
      tag: 'Members',
      scope: 'members:write',
      role: 'admin',
      params,
      reply: { status: 204, body: null },
      errors: ['member_not_found', 'forbidden_role', 'last_owner'],
      async handle({ principal, params: { user_id: userId } }) {
        await access.members.remove(principal, readId('user', userId, 'member_not_found'))
      },
    }),
  ]
}
