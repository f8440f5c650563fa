import type { AccessService } from '../../../core/access/access-service.ts'
import { endpoint, type Endpoint } from '../../../http/endpoint.ts'
import { meSchema, printMe } from '../wire-access.ts'

export function meEndpoints({ access }: { access: AccessService }): Endpoint[] {
  return [
    endpoint({
      id: 'me.get',
      method: 'GET',
      path: '/me',
      summary: 'Who this key is',
      description: 'The user, the role and scopes that count, the workspace and the organization.',
      tag: 'Keys',
      scope: 'any',
      reply: { status: 200, body: meSchema },
      errors: [],
      async handle({ principal }) {
        return printMe(principal, await access.members.describe(principal))
      },
    }),
  ]
}
