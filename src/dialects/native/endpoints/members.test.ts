import { afterAll, expect, test } from 'vitest'
import { testDatabase } from '../../../../test/support/database.ts'
import { httpClient } from '../../../../test/support/http-client.ts'
import { startHttpServer } from '../../../../test/support/http-server.ts'

const database = await testDatabase()
const server = await startHttpServer(database)
const owner = httpClient(server.url, server.ownerKey)
afterAll(async () => {
  await server.close()
  await database[Symbol.asyncDispose]()
})

test('adds, lists, changes and removes a member', async () => {
  const added = await owner('POST', '/v1/members', { name: 'Ada', email: 'ada@example.com', role: 'admin' })
  expect(added.status).toBe(201)
  expect(added.json).toEqual({
    id: expect.stringMatching(/^user_\w{22}$/),
    name: 'Ada',
    email: 'ada@example.com',
    role: 'admin',
    created_at: expect.stringMatching(/Z$/),
    updated_at: expect.stringMatching(/Z$/),
  })
  const path = `/v1/members/${String(added.json['id'])}`
  const list = await owner('GET', '/v1/members')
  expect(list.json).toMatchObject({
    data: [{ name: 'Ada' }, { name: 'Owner', role: 'owner' }],
    has_more: false,
    next_cursor: null,
  })
  expect(await owner('PATCH', path, { role: 'member' })).toMatchObject({
    status: 200,
    json: { role: 'member' },
  })
  expect(await owner('DELETE', path)).toMatchObject({ status: 204, text: '' })
  expect(await owner('DELETE', path)).toMatchObject({ status: 404, json: { code: 'member_not_found' } })
  expect(await owner('PATCH', path, { role: 'member' })).toMatchObject({
    status: 404,
    json: { code: 'member_not_found' },
  })
})

test('makes a member of the least role unless told', async () => {
  expect((await owner('POST', '/v1/members', { name: 'Bob' })).json).toMatchObject({
    role: 'member',
    email: null,
  })
})

test.each([
  [{ name: 'x', email: 'nobody' }, 'email', 'must be an e-mail address'],
  [{ name: 'x', role: 'king' }, 'role', 'must be "member", "admin" or "owner"'],
])('refuses %j', async (body, field, message) => {
  expect(await owner('POST', '/v1/members', body)).toMatchObject({
    status: 400,
    json: { errors: [{ field, message }] },
  })
})

test('keeps the last owner', async () => {
  const me = await owner('GET', '/v1/me')
  const path = `/v1/members/${(me.json['user'] as { id: string }).id}`
  expect(await owner('DELETE', path)).toMatchObject({ status: 409, json: { code: 'last_owner' } })
  expect(await owner('PATCH', path, { role: 'admin' })).toMatchObject({
    status: 409,
    json: { code: 'last_owner' },
  })
})

test('refuses an admin who makes an owner', async () => {
  const { json } = await owner('POST', '/v1/keys', { name: 'admin', role: 'admin' })
  const admin = httpClient(server.url, String(json['key']))
  const refused = await admin('POST', '/v1/members', { name: 'x', role: 'owner' })
  expect(refused).toMatchObject({ status: 403, json: { code: 'forbidden_role', facts: { role: 'owner' } } })
})
