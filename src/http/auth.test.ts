import { expect, test } from 'vitest'
import type { Principal } from '../core/access/principal.ts'
import { AppError } from '../errors.ts'
import { authorize, challenge, credentialOf } from './auth.ts'

const principal: Principal = {
  organizationId: 'o',
  workspaceId: 'w',
  userId: 'u',
  keyId: 'k',
  role: 'admin',
  scopes: new Set(['agents:write', 'runs:read']),
}

test.each([
  [{ authorization: 'Bearer pk_1' }, 'pk_1'],
  [{ authorization: 'bearer   pk_1 ' }, 'pk_1'],
  [{ authorization: 'Token 3f2b8c1e' }, '3f2b8c1e'],
  [{ authorization: 'tOKEN pk_1' }, 'pk_1'],
  [{ authorization: 'pk_1' }, 'pk_1'],
  [{ 'x-api-key': 'pk_1' }, 'pk_1'],
  [{ authorization: 'Bearer pk_1', 'x-api-key': 'pk_2' }, 'pk_1'],
  [{ authorization: 'Basic cGs6' }, null],
  [{ authorization: 'Bearer ' }, null],
  [{}, null],
])('finds the key in %j', (headers, key) => {
  expect(credentialOf(headers)).toBe(key)
})

test('lets a caller pass who has the scope, or the write scope that includes it', () => {
  expect(() => authorize(principal, { scope: 'agents:write' })).not.toThrow()
  expect(() => authorize(principal, { scope: 'agents:read' })).not.toThrow()
  expect(() => authorize(principal, { scope: 'any' })).not.toThrow()
  expect(() => authorize(principal, { scope: 'runs:read', role: 'admin' })).not.toThrow()
})

test('names the scope that is missing', () => {
  expect(() => authorize(principal, { scope: 'runs:write' })).toThrow(
    expect.objectContaining({
      code: 'missing_scope',
      message: 'This API key lacks the scope runs:write.',
      facts: { scope: 'runs:write' },
    }),
  )
})

test('names the role that is needed', () => {
  expect(() => authorize(principal, { scope: 'any', role: 'owner' })).toThrow(
    expect.objectContaining({
      code: 'forbidden_role',
      message: 'This needs the role owner in this workspace; yours is admin.',
    }),
  )
})

test('challenges as RFC 6750 says', () => {
  expect(challenge(new AppError('missing_key'))).toBe('Bearer realm="parley"')
  expect(challenge(new AppError('invalid_key'))).toBe('Bearer realm="parley", error="invalid_token"')
})
