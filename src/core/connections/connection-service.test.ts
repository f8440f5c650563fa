import { afterAll, beforeAll, expect, test } from 'vitest'
import { agentServices, testWorkspace } from '../../../test/support/agent-services.ts'
import { testDatabase } from '../../../test/support/database.ts'
import { refusal } from '../../../test/support/refusal.ts'
import { AppError } from '../../errors.ts'
import type { Database } from '../../storage/database.ts'
import type { Principal } from '../access/principal.ts'

let database: Database
let member: Principal
let stranger: Principal

beforeAll(async () => {
  database = await testDatabase()
  member = await (await testWorkspace(database)).person('member')
  stranger = await (await testWorkspace(database)).person('owner')
})
afterAll(async () => database[Symbol.asyncDispose]())

const content = {
  name: 'Ours',
  provider: 'openai',
  baseUrl: null,
  credential: 'sk-canary-1234',
  headers: { 'X-Org': 'canary-org' },
}
const page = { limit: 100, after: null }

test('a credential is stored sealed and shown by its last four characters', async () => {
  const { connections } = agentServices(database)
  const connection = await connections.create(member, content)
  expect(connection).toMatchObject({ credentialHint: '1234', hasCredential: true, headerNames: ['X-Org'] })
  expect(connection.number).toBeGreaterThanOrEqual(1000)
  const row = await database.kysely
    .selectFrom('connections')
    .selectAll()
    .where('id', '=', connection.id)
    .execute()
  const shown = [
    connection,
    await connections.get(member, connection.id),
    await connections.list(member, page),
  ]
  expect(JSON.stringify([row, shown])).not.toContain('canary')
  const events = await database.kysely
    .selectFrom('events')
    .select('type')
    .where('stream', '=', connection.id)
    .execute()
  expect(events).toEqual([{ type: 'connection.created' }])
})

test('a change keeps what it does not name; no change records nothing', async () => {
  const { connections, published } = agentServices(database)
  const { id } = await connections.create(member, content)
  const renamed = await connections.patch(member, id, { name: 'Renamed', headers: { 'x-org': '***' } })
  expect(renamed).toMatchObject({ name: 'Renamed', credentialHint: '1234' })
  expect(await connections.routeOf(member.workspaceId, id)).toMatchObject({
    apiKey: 'sk-canary-1234',
    headers: { 'x-org': 'canary-org' },
  })
  const before = published.length
  await connections.patch(member, id, { name: 'Renamed', credential: '***' })
  expect(published.length).toBe(before)
  expect((await connections.patch(member, id, { credential: null, headers: {} })).hasCredential).toBe(false)
})

test('stored secrets do not follow a connection to another address', async () => {
  const { connections } = agentServices(database)
  const { id } = await connections.create(member, content)
  const baseUrl = 'https://attacker.example/v1'
  await expect(connections.patch(member, id, { baseUrl })).rejects.toEqual(
    refusal('invalid_request', 'credential'),
  )
  await expect(connections.patch(member, id, { baseUrl, credential: 'sk-another-key' })).rejects.toEqual(
    refusal('invalid_request', 'headers.X-Org'),
  )
  await expect(connections.patch(member, id, { provider: 'groq' })).rejects.toEqual(
    refusal('invalid_request', 'credential'),
  )
  const moved = await connections.patch(member, id, { baseUrl, credential: 'sk-another-key', headers: {} })
  expect(moved.baseUrl).toBe(baseUrl)
})

test('what the environment offers comes first, the same everywhere, and cannot be changed here', async () => {
  const options = {
    environment: { openai: { apiKey: 'sk-environment-9876', baseUrl: null } },
    localServers: [{ provider: 'ollama', baseUrl: 'http://127.0.0.1:11434/v1', models: ['qwen3'] }],
  }
  const { connections } = agentServices(database, options)
  const stored = await connections.create(stranger, content)
  const list = await connections.list(stranger, page)
  expect(list.map(({ provider, source }) => [provider, source])).toEqual([
    ['openai', 'environment'],
    ['ollama', 'detected'],
    ['demo', 'built_in'],
    ['openai', 'stored'],
  ])
  expect(list.map(({ number }) => number < 1000)).toEqual([true, true, true, false])
  expect(JSON.stringify(list)).not.toContain('sk-environment')
  expect(await agentServices(database, options).connections.list(member, { limit: 3, after: null })).toEqual(
    list.slice(0, 3),
  )
  const paged = []
  for (let after: string | null = null; ;) {
    const [next] = await connections.list(stranger, { limit: 1, after })
    if (next === undefined) break
    paged.push(next.id)
    after = next.id
  }
  expect(paged).toEqual(list.map(({ id }) => id))
  const id = list[0]?.id ?? ''
  expect((await connections.get(member, id)).provider).toBe('openai')
  await expect(connections.patch(member, id, { name: 'x' })).rejects.toEqual(refusal('read_only_connection'))
  await expect(connections.remove(member, id)).rejects.toEqual(refusal('read_only_connection'))
  expect(stored.source).toBe('stored')
})

test('a test call says what it found, and failing is an answer', async () => {
  const working = agentServices(database, { listModels: async () => ['a', 'b'] })
  const { id } = await working.connections.create(member, content)
  expect(await working.connections.test(member, id)).toEqual({
    ok: true,
    latencyMs: 0,
    error: null,
    models: ['a', 'b'],
  })
  const listModels = () =>
    Promise.reject(new AppError('provider_rejected', { detail: 'The key is not accepted.' }))
  const failing = agentServices(database, { listModels })
  const other = await failing.connections.create(member, content)
  expect(await failing.connections.test(member, other.id)).toEqual({
    ok: false,
    latencyMs: 0,
    error: 'The key is not accepted.',
    models: [],
  })
})

test('a connection is found by its number, those of the environment in every workspace', async () => {
  const { connections } = agentServices(database)
  const { id, number } = await connections.create(member, content)
  expect((await connections.getByNumber(member, number)).id).toBe(id)
  const [demo] = await connections.list(stranger, { limit: 1, after: null })
  expect(demo?.number).toBeLessThan(1000)
  expect(await connections.getByNumber(stranger, demo?.number ?? 0)).toEqual(demo)
  const missing = refusal('connection_not_found')
  await expect(connections.getByNumber(stranger, number)).rejects.toEqual(missing)
  for (const nonsense of [0, -1, 0.5, 1e300, Number.NaN])
    await expect(connections.getByNumber(member, nonsense)).rejects.toEqual(missing)
  await connections.remove(member, id)
  await expect(connections.getByNumber(member, number)).rejects.toEqual(missing)
})

test('another workspace finds nothing', async () => {
  const { connections } = agentServices(database)
  const { id } = await connections.create(member, content)
  await expect(connections.get(stranger, id)).rejects.toEqual(refusal('connection_not_found'))
  await expect(connections.patch(stranger, id, { name: 'x' })).rejects.toEqual(
    refusal('connection_not_found'),
  )
  await expect(connections.remove(stranger, id)).rejects.toEqual(refusal('connection_not_found'))
  await expect(connections.test(stranger, id)).rejects.toEqual(refusal('connection_not_found'))
  await expect(connections.routeOf(stranger.workspaceId, id)).rejects.toEqual(refusal('connection_not_found'))
})

test('deleting removes the secrets from the row', async () => {
  const { connections } = agentServices(database)
  const { id } = await connections.create(member, content)
  await connections.routeOf(member.workspaceId, id)
  await connections.remove(member, id)
  await expect(connections.routeOf(member.workspaceId, id)).rejects.toEqual(refusal('connection_not_found'))
  const row = await database.kysely
    .selectFrom('connections')
    .select(['sealed_credential', 'sealed_headers'])
    .where('id', '=', id)
    .execute()
  expect(row).toEqual([{ sealed_credential: null, sealed_headers: null }])
})

test.each([
  ['provider', { provider: 'nobody' }],
  ['name', { name: '' }],
  ['base_url', { baseUrl: 'ftp://x' }],
  ['base_url', { baseUrl: 'https://me:pw@x.example' }],
  ['base_url', { provider: 'cloudflare' }],
  ['credential', { credential: 'with space' }],
  ['credential', { credential: '***' }],
  ['headers.X-A', { headers: { 'X-A': '***' } }],
  ['headers.Host', { headers: { Host: 'x' } }],
])('what is wrong with a connection is named: %s', async (field, change) => {
  const { connections } = agentServices(database)
  await expect(connections.create(member, { ...content, ...change })).rejects.toEqual(
    refusal('invalid_request', field),
  )
})

test.each([
  ['https://gw.example/team-a/v2', true],
  ['https://gw.example/team-a/', true],
  ['https://gw.example/team-b', false],
  ['https://gw.example', false],
  ['https://gw.example/team-a/..%2Fteam-b', false],
])('secrets stored for https://gw.example/team-a follow a connection to %s: %s', async (baseUrl, follow) => {
  const { connections } = agentServices(database)
  const { id } = await connections.create(member, { ...content, baseUrl: 'https://gw.example/team-a' })
  const moving = connections.patch(member, id, { baseUrl })
  if (follow) expect(await moving).toMatchObject({ baseUrl })
  else await expect(moving).rejects.toEqual(refusal('invalid_request', 'credential'))
})
