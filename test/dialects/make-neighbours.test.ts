import { afterAll, beforeAll, expect } from 'vitest'
import { makeRequirements } from '../../src/dialects/make/requirements.ts'
import { startFakeOpenAi } from '../support/fake-openai.ts'
import { checkReply } from '../support/http-reply.ts'
import { makeTeam, type MakeTeam } from '../support/make-team.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { verifies } from '../support/verifies.ts'

let server: TestServer
let vendor: Awaited<ReturnType<typeof startFakeOpenAi>>
let team: MakeTeam
let other: MakeTeam

beforeAll(async () => {
  vendor = await startFakeOpenAi({ respond: () => ({ pieces: [{ text: 'Yes.' }] }) })
  server = await startTestServer({
    env: { GROQ_API_KEY: 'gsk-canary-environment', PARLEY_DEFAULT_MODEL: 'groq/fast' },
    hooks: { onReply: checkReply },
  })
  team = await makeTeam(server)
  other = await makeTeam(server, 'other')
})
afterAll(async () => {
  await server?.[Symbol.asyncDispose]()
  await vendor?.close()
})

const promise = (ids: string[], sentence: string, run: () => Promise<void>) =>
  verifies(makeRequirements, ids, sentence, run)

const denied = { detail: 'Access denied.', message: 'Permission denied', code: 'SC403' }

async function makeConnection(more: Record<string, string> = {}) {
  const body = { accountName: 'Ours', accountType: 'openai-gpt-3', apiKey: 'sk-canary-1234', ...more }
  const made = await team.call('POST', `/connections?teamId=${team.teamId}`, body)
  expect(made.status).toBe(200)
  return made.body.connection
}

promise(['make.account.me'], 'whoever asks is told who they are and where they work', async () => {
  const { status, body } = await team.call('GET', '/users/me')
  expect(status).toBe(200)
  expect(body.authUser).toMatchObject({
    id: expect.any(Number),
    name: 'Owner',
    email: null,
    language: 'en',
    timezone: 'UTC',
    locale: 'en_US',
    userTeamRoles: [{ teamId: team.teamId }],
    userOrganizationRoles: [{ organizationId: team.organizationId }],
  })
  expect((await other.call('GET', '/users/me')).body.authUser.id).toBe(body.authUser.id)
  expect(other.teamId).not.toBe(team.teamId)
  const nobody = await fetch(`${server.url}/api/v2/users/me`)
  expect([nobody.status, await nobody.json()]).toEqual([
    401,
    expect.objectContaining({ code: 'SC401', message: 'Unauthorized' }),
  ])
})

promise(
  ['make.account.authorization'],
  "scopes are told in the vendor's words, none that is only half there",
  async () => {
    const all = await team.call('GET', '/users/me/current-authorization')
    expect(all.body).toEqual({
      authorization: {
        authUsed: 'token',
        scope: [
          'user:read',
          'organizations:read',
          'teams:read',
          'ai-agents:read',
          'ai-agents:write',
          'scenarios:read',
          'scenarios:write',
          'scenarios:run',
          'connections:read',
          'connections:write',
        ],
      },
    })
    const some = await team.withScopes(['agents:write', 'tools:read'])
    expect((await some.call('GET', '/users/me/current-authorization')).body.authorization.scope).toEqual([
      'user:read',
      'organizations:read',
      'teams:read',
      'ai-agents:read',
      'scenarios:read',
    ])
  },
)

promise(
  ['make.account.places'],
  'the organization and the team of the key are there, no others',
  async () => {
    const { teamId, organizationId } = team
    const organizations = await team.call('GET', '/organizations?cols[]=*')
    expect(organizations.body.pg).toEqual({ sortBy: 'id', sortDir: 'asc', limit: 10_000, offset: 0 })
    expect(organizations.body.organizations).toEqual([
      expect.objectContaining({ id: organizationId, zone: new URL(server.url).host, isPaused: false }),
    ])
    expect((await team.call('GET', `/organizations/${organizationId}`)).body.organization.teams).toEqual([
      { id: teamId, name: 'Default' },
    ])
    const teams = await team.call('GET', `/teams?organizationId=${organizationId}`)
    expect(teams.body.teams).toEqual([
      { id: teamId, name: 'Default', organizationId, type: 'standard', isPaused: false },
    ])
    expect((await team.call('GET', `/teams/${teamId}`)).body.team).toEqual(teams.body.teams[0])
    for (const path of [
      `/teams/${other.teamId}`,
      '/teams?organizationId=99',
      '/organizations/99',
      `/teams/${other.teamId}/llm-configuration`,
      `/connections?teamId=${other.teamId}`,
    ])
      expect(await team.call('GET', path), path).toMatchObject({ status: 403, body: denied })
    expect((await team.call('GET', '/teams')).body.suberrors).toEqual([
      { name: 'organizationId', message: 'organizationId Required' },
    ])
  },
)

promise(
  ['make.account.llm_configuration'],
  'the model of a team is the default model and its connection',
  async () => {
    const { body } = await team.call('GET', `/teams/${team.teamId}/llm-configuration`)
    const { connections } = (await team.call('GET', `/connections?teamId=${team.teamId}&type[]=groq`)).body
    expect(body).toMatchObject({
      aiMappingAccountId: connections[0].id,
      aiMappingModelName: 'fast',
      aiMappingBuiltinTier: null,
      aiToolkitAccountId: connections[0].id,
      aiToolkitModelName: 'fast',
    })
  },
)

promise(['make.account.ping'], 'ping answers anybody', async () => {
  const reply = await fetch(`${server.url}/make/api/v2/ping`)
  expect([reply.status, reply.headers.get('content-type'), await reply.text()]).toEqual([
    200,
    'text/plain; charset=utf-8',
    'pong',
  ])
})

promise(
  ['make.connections.create'],
  'a connection is made of a type, a name and a key that is never shown',
  async () => {
    const made = await makeConnection()
    expect(made).toEqual({
      id: expect.any(Number),
      name: 'Ours',
      accountName: 'openai-gpt-3',
      accountLabel: 'OpenAI',
      packageName: 'openai-gpt-3',
      expire: null,
      metadata: null,
      teamId: team.teamId,
      theme: '#000000',
      upgradeable: false,
      scopes: [],
      scopesCnt: 0,
      scoped: true,
      accountType: 'basic',
      editable: true,
      uid: null,
      connectedSystemId: null,
      organizationId: team.organizationId,
    })
    expect((await team.call('GET', `/connections/${made.id}`)).body.connection).toEqual(made)
    expect(JSON.stringify((await team.call('GET', `/connections?teamId=${team.teamId}`)).body)).not.toContain(
      'canary',
    )
    expect((await other.call('GET', `/connections/${made.id}`)).status).toBe(404)
  },
)

promise(['make.connections.create'], 'what is wrong with a new connection is named', async () => {
  const send = async (body: Record<string, string>) => {
    const reply = await team.call('POST', `/connections?teamId=${team.teamId}`, body)
    return [reply.status, ...(reply.body.suberrors ?? []).map(({ name }: { name: string }) => name)]
  }
  expect(await send({})).toEqual([400, 'accountName', 'accountType'])
  expect(await send({ accountName: 'x', accountType: 'nothing' })).toEqual([400, 'accountType'])
  expect(await send({ accountName: 'x', accountType: 'ai-provider' })).toEqual([400, 'accountType'])
  expect(await send({ accountName: 'x', accountType: 'gemini-ai-q9zyjp' })).toEqual([501, 'accountType'])
  expect(await send({ accountName: 'x', accountType: 'groq', secret: 'y' })).toEqual([400, 'secret'])
  expect(await send({ accountName: '', accountType: 'groq', apiKey: 'y' })).toEqual([400, 'accountName'])
  expect(await send({ accountName: 'x', accountType: 'groq', apiKey: 'a b' })).toEqual([400, 'apiKey'])
  expect(await send({ accountName: 'x', accountType: 'ai-agent-openai-compatible' })).toEqual([
    400,
    'baseUrl',
  ])
})

promise(
  ['make.connections.list'],
  'connections are listed by type, those of the environment first',
  async () => {
    const local = { accountType: 'ai-agent-openai-compatible', baseUrl: vendor.url }
    const { id } = await makeConnection({ accountName: 'Local', ...local })
    const list = async (query: string): Promise<{ id: number; accountName: string }[]> =>
      (await team.call('GET', `/connections?teamId=${team.teamId}${query}`)).body.connections
    const all = await list('&cols[]=*')
    expect(all.slice(0, 2).map(({ accountName }) => accountName)).toEqual(['groq', 'ai-provider'])
    expect((await list('&type[]=ai-agent-openai-compatible')).map((one) => one.id)).toEqual([id])
    const slugs = (await list('&type%5B%5D=groq&type%5B%5D=ai-provider')).map((one) => one.accountName)
    expect(slugs).toEqual(['groq', 'ai-provider'])
  },
)

promise(['make.connections.change'], 'a connection is renamed, given another key, and deleted', async () => {
  const { id } = await makeConnection()
  const renamed = await team.call('PATCH', `/connections/${id}`, { name: 'Renamed' })
  expect(renamed.body.connection).toMatchObject({ id, name: 'Renamed' })
  expect((await team.call('GET', `/connections/${id}/editable-data-schema`)).body).toEqual({
    editableParameters: ['apiKey'],
  })
  const change = async (data: Record<string, string>) =>
    (await team.call('POST', `/connections/${id}/set-data`, data)).body
  expect(await change({ apiKey: 'sk-canary-5678' })).toEqual({ changed: true })
  expect(await change({ apiKey: 'sk-canary-5678' })).toEqual({ changed: false })
  expect(await change({})).toEqual({ changed: false })
  expect(await change({ baseUrl: 'https://elsewhere.example' })).toMatchObject({
    code: 'SC400',
    suberrors: [{ name: 'baseUrl' }],
  })
  expect(await team.call('DELETE', `/connections/${id}?confirmed=true`)).toMatchObject({
    status: 200,
    body: { connection: id },
  })
  expect((await team.call('GET', `/connections/${id}`)).body).toMatchObject({
    code: 'SC404',
    message: 'Not found',
  })
})

promise(['make.connections.test'], 'testing a connection makes a call', async () => {
  const local = { accountType: 'ai-agent-openai-compatible', baseUrl: vendor.url }
  const working = await makeConnection(local)
  expect((await team.call('POST', `/connections/${working.id}/test`)).body).toEqual({ verified: true })
  const broken = await makeConnection({ ...local, baseUrl: 'http://127.0.0.1:9/v1' })
  expect((await team.call('POST', `/connections/${broken.id}/test`)).body).toEqual({ verified: false })
})

promise(['make.connections.read_only'], 'connections of the environment cannot be changed here', async () => {
  const { connections } = (await team.call('GET', `/connections?teamId=${team.teamId}&type=groq`)).body
  const [{ id, editable }] = connections
  expect(editable).toBe(false)
  for (const [method, path, body] of [
    ['PATCH', `/connections/${id}`, { name: 'x' }],
    ['DELETE', `/connections/${id}`, undefined],
    ['POST', `/connections/${id}/set-data`, { apiKey: 'gsk-other' }],
  ] as const)
    expect(await team.call(method, path, body)).toMatchObject({ status: 409, body: { code: 'SC409' } })
  expect((await team.call('GET', `/connections/${id}/editable-data-schema`)).body).toEqual({
    editableParameters: [],
  })
})

promise(['make.connections.scoped'], 'a key has no OAuth scopes', async () => {
  const { id } = await makeConnection()
  const asks = async (scope: string[]) =>
    (await team.call('POST', `/connections/${id}/scoped`, { scope })).body.connection.scoped
  expect(await asks(['https://example.com/read'])).toBe(false)
  expect(await asks([])).toBe(true)
})
