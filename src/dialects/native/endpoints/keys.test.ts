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

test('makes a key that works, and shows it once', async () => {
  const made = await owner('POST', '/v1/keys', {
    name: 'CI',
    role: 'member',
    scopes: ['keys:write'],
    expires_at: '2099-01-01T00:00:00Z',
  })
  expect(made.status).toBe(201)
  expect(made.json).toEqual({
    id: expect.stringMatching(/^key_\w{22}$/),
    user_id: expect.stringMatching(/^user_\w{22}$/),
    name: 'CI',
    role: 'member',
    scopes: ['keys:write'],
    dialect: 'native',
    allowed_origins: null,
    hint: `pk_…${String(made.json['key']).slice(-4)}`,
    created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    expires_at: '2099-01-01T00:00:00.000Z',
    key: expect.stringMatching(/^pk_[\w-]{43}$/),
  })
  const me = await httpClient(server.url, String(made.json['key']))('GET', '/v1/me')
  expect(me.json).toMatchObject({ key: { id: made.json['id'] }, role: 'member', scopes: ['keys:write'] })
  const list = await owner('GET', '/v1/keys?limit=1')
  expect(list.json).toMatchObject({
    data: [{ id: made.json['id'] }],
    has_more: true,
    next_cursor: made.json['id'],
  })
  expect(list.text).not.toContain(made.json['key'])
})

test('pages through all keys', async () => {
  const all = await owner('GET', '/v1/keys')
  const ids = (all.json['data'] as { id: string }[]).map(({ id }) => id)
  const seen: string[] = []
  let after = ''
  do {
    const page = await owner('GET', `/v1/keys?limit=1${after}`)
    seen.push(...(page.json['data'] as { id: string }[]).map(({ id }) => id))
    after = page.json['has_more'] ? `&after=${String(page.json['next_cursor'])}` : ''
  } while (after !== '')
  expect(seen).toEqual(ids)
})

test.each([
  [{ name: ' ' }, 'name', 'must have at least 1 character'],
  [{ name: 'x', expires_at: '2001-01-01T00:00:00Z' }, 'expires_at', 'must be in the future'],
  [{ name: 'x', expires_at: 'tomorrow' }, 'expires_at', 'must be a time like 2026-01-01T00:00:00Z'],
  [{ name: 'x', dialect: 'xai' }, 'dialect', 'must be among native in this version'],
  [
    { name: 'x', allowed_origins: ['example.org'] },
    'allowed_origins',
    'only goes with the dialect talkifai, whose clients run in browsers',
  ],
  [{ name: 'x', user_id: 'user_x' }, 'user_id', 'must be an id that begins with user_'],
])('refuses %j', async (body, field, message) => {
  const refused = await owner('POST', '/v1/keys', body)
  expect(refused.status).toBe(400)
  expect(refused.json['errors']).toEqual([{ field, message }])
})

test('refuses a key that may do more than the one that makes it', async () => {
  const { json } = await owner('POST', '/v1/keys', { name: 'small', role: 'member', scopes: ['keys:write'] })
  const small = httpClient(server.url, String(json['key']))
  const role = await small('POST', '/v1/keys', { name: 'x', role: 'admin' })
  expect(role).toMatchObject({ status: 403, json: { code: 'forbidden_grant', errors: [{ field: 'role' }] } })
  const scope = await small('POST', '/v1/keys', { name: 'x', scopes: ['agents:write'] })
  expect(scope).toMatchObject({
    status: 403,
    json: { code: 'forbidden_grant', detail: 'Your own key lacks: agents:write.' },
  })
})

test('makes a key for another member', async () => {
  const member = await owner('POST', '/v1/members', { name: 'Ada' })
  const key = await owner('POST', '/v1/keys', { name: 'Ada’s', user_id: String(member.json['id']) })
  expect(key.json).toMatchObject({ user_id: member.json['id'], role: 'member' })
  const unknown = await owner('POST', '/v1/keys', { name: 'x', user_id: 'user_0351pRLQhWj2LyhHxrOFOi' })
  expect(unknown).toMatchObject({ status: 404, json: { code: 'member_not_found' } })
})

test('revokes a key at once', async () => {
  const { json } = await owner('POST', '/v1/keys', { name: 'gone' })
  const client = httpClient(server.url, String(json['key']))
  expect((await client('GET', '/v1/me')).status).toBe(200)
  expect(await owner('DELETE', `/v1/keys/${String(json['id'])}`)).toMatchObject({ status: 204, text: '' })
  expect((await client('GET', '/v1/me')).status).toBe(401)
  expect(await owner('DELETE', `/v1/keys/${String(json['id'])}`)).toMatchObject({
    status: 404,
    json: { code: 'key_not_found' },
  })
})

test('does not show a secret again to a repeated Idempotency-Key, and makes no second key', async () => {
  const headers = { 'idempotency-key': 'make-a-key' }
  const first = await owner('POST', '/v1/keys', { name: 'once' }, headers)
  const again = await owner('POST', '/v1/keys', { name: 'once' }, headers)
  expect(again).toMatchObject({
    status: 409,
    json: { code: 'idempotency_secret', facts: { id: first.json['id'] } },
  })
  const list = await owner('GET', '/v1/keys')
  expect((list.json['data'] as { name: string }[]).filter(({ name }) => name === 'once')).toHaveLength(1)
})
