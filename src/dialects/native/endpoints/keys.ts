import { z } from 'zod'
import type { AccessService } from '../../../core/access/access-service.ts'
import { AppError } from '../../../errors.ts'
import { endpoint, type Endpoint } from '../../../http/endpoint.ts'
import { printId } from '../../../lib/ids.ts'
import { createdKeySchema, keySchema, newKeySchema, printKey } from '../wire-access.ts'
import { idSchema, listQuery, listReply, printPage, readId, readIdField, readPage } from '../wire-common.ts'

export function keyEndpoints({ access }: { access: AccessService }): Endpoint[] {
  return [
    endpoint({
      id: 'keys.create',
      method: 'POST',
      path: '/keys',
      summary: 'Make an API key',
      description:
        'The reply shows the secret, this once. A key may never do more than the one that makes it.',
      tag: 'Keys',
      scope: 'keys:write',
      body: newKeySchema,
      reply: { status: 201, body: createdKeySchema, secret: true },
      errors: ['forbidden_grant', 'forbidden_role', 'member_not_found'],
      async handle({ principal, body, resourceId }) {
        const { expires_at: expiresAt, user_id: userId, name, role, scopes, dialect } = body
        const { allowed_origins: allowedOrigins } = body
        const { key, secret } = await access.keys.create(principal, {
          id: resourceId,
          name,
          ...(role && { role }),
          ...(scopes && { scopes }),
          ...(dialect !== undefined && { dialect }),
          ...(allowedOrigins && { allowedOrigins }),
          ...(expiresAt && { expiresAt: new Date(expiresAt) }),
          ...(userId !== undefined && { userId: readIdField('user', userId, 'user_id') }),
        })
        if (secret === null)
          throw new AppError('idempotency_secret', { facts: { id: printId('key', key.id) } })
        return { ...printKey(key), key: secret }
      },
    }),
    endpoint({
      id: 'keys.list',
      method: 'GET',
      path: '/keys',
      summary: 'List API keys',
      description: 'Newest first, without their secrets. An admin sees those of all members.',
      tag: 'Keys',
      scope: 'keys:read',
      query: listQuery({}),
      reply: { status: 200, body: listReply(keySchema) },
      errors: [],
      async handle({ principal, query }) {
        return printPage(await access.keys.list(principal, readPage(query, 'key')), query, printKey)
      },
    }),
    endpoint({
      id: 'keys.revoke',
      method: 'DELETE',
      path: '/keys/{key_id}',
      summary: 'Revoke an API key',
      description: 'It ends at once, everywhere. Revoking the key of another member needs the role admin.',
      tag: 'Keys',
      scope: 'keys:write',
      params: z.strictObject({ key_id: idSchema('key') }),
      reply: { status: 204, body: null },
      errors: ['key_not_found', 'forbidden_role'],
      async handle({ principal, params }) {
        await access.keys.revoke(principal, readId('key', params.key_id, 'key_not_found'))
      },
    }),
  ]
}
