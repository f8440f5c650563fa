import { afterAll, expect, test } from 'vitest'
import { testDatabase } from '../../../../test/support/database.ts'
import { httpClient } from '../../../../test/support/http-client.ts'
import { startHttpServer } from '../../../../test/support/http-server.ts'

const database = await testDatabase()
const server = await startHttpServer(database)
afterAll(async () => {
  await server.close()
  await database[Symbol.asyncDispose]()
})

test('says who the key is, and where', async () => {
  const owner = httpClient(server.url, server.ownerKey)
  const { json } = await owner('POST', '/v1/keys', {
    name: 'CI',
    role: 'member',
    scopes: ['runs:write', 'agents:read'],
  })
  const me = await httpClient(server.url, String(json['key']))('GET', '/v1/me')
  expect(me.status).toBe(200)
  expect(me.json).toEqual({
    user: { id: json['user_id'], name: 'Owner', email: null },
    key: { id: json['id'] },
    role: 'member',
    scopes: ['agents:read', 'runs:write'],
    workspace: {
      id: expect.stringMatching(/^workspace_\w{22}$/),
      name: 'Default',
      created_at: expect.stringMatching(/Z$/),
    },
    organization: {
      id: expect.stringMatching(/^org_\w{22}$/),
      name: 'Default',
      created_at: expect.stringMatching(/Z$/),
    },
  })
})
