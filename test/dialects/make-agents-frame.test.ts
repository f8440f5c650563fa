import { afterAll, beforeAll, expect } from 'vitest'
import { makeRequirements } from '../../src/dialects/make/requirements.ts'
import { startFakeOpenAi } from '../support/fake-openai.ts'
import { checkReply } from '../support/http-reply.ts'
import { makeTeam, type MakeTeam } from '../support/make-team.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { verifies } from '../support/verifies.ts'

let vendor: Awaited<ReturnType<typeof startFakeOpenAi>>
let server: TestServer
let team: MakeTeam
let other: MakeTeam

beforeAll(async () => {
  vendor = await startFakeOpenAi({ respond: () => ({ status: 500, body: {} }) })
  const env = { ANTHROPIC_API_KEY: 'sk-make', ANTHROPIC_BASE_URL: 'http://127.0.0.1:9' }
  server = await startTestServer({ hooks: { onReply: checkReply }, env })
  team = await makeTeam(server)
  other = await makeTeam(server, 'other')
})
afterAll(async () => {
  await server?.[Symbol.asyncDispose]()
  await vendor?.close()
})

const promise = (ids: string[], sentence: string, run: () => Promise<void>) =>
  verifies(makeRequirements, ids, sentence, run)

async function get(path: string, authorization?: string) {
  const reply = await fetch(server.url + path, {
    headers: authorization === undefined ? {} : { authorization },
  })
  return { status: reply.status, body: await reply.json() }
}

const agents = () => `/ai-agents/v1/agents?teamId=${team.teamId}`
const providers = (rest = '') => `/ai-agents/v1/llm-providers${rest}?teamId=${team.teamId}`

promise(
  ['make.base', 'make.auth.token', 'make.auth.form'],
  'every spelling of key and path is understood',
  async () => {
    expect(team.key).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(server.ownerKey).toMatch(/^pk_/)
    for (const path of [`/api/v2${agents()}`, `/make/api/v2${agents()}`]) {
      for (const scheme of ['Token', 'Bearer', 'token', 'BEARER']) {
        for (const key of [team.key, server.ownerKey])
          expect(await get(path, `${scheme} ${key}`)).toEqual({ status: 200, body: [] })
      }
    }
  },
)

promise(['make.auth.refused'], 'without a valid key there is nothing', async () => {
  const message = 'Unauthorized'
  const missing = { detail: 'Send an API key: Authorization: Bearer <key>.', message, code: 'SC401' }
  expect(await get(`/api/v2${agents()}`)).toEqual({ status: 401, body: missing })
  const unknown = await get(`/api/v2${agents()}`, 'Token 3f2b8c1e-5d4a-4c6b-9e7f-0a1b2c3d4e5f')
  expect(unknown).toMatchObject({ status: 401, body: { message, code: 'SC401' } })
})

promise(['make.auth.scopes'], 'a key that may only read is told so when it writes', async () => {
  const reader = await team.withScopes(['agents:read'])
  expect((await reader.call('GET', agents())).status).toBe(200)
  expect(await reader.call('POST', agents(), {})).toMatchObject({
    status: 403,
    body: {
      detail: 'Access denied.',
      message: 'Permission denied',
      code: 'SC403',
      suberrors: [{ message: expect.stringContaining('agents:write'), name: 'missing_scope' }],
    },
  })
})

promise(['make.team.required'], 'teamId is required, and a number', async () => {
  const refused = (message: string) => ({
    status: 400,
    body: {
      detail: 'Validation failed for 1 parameter(s).',
      message: 'Bad Request',
      code: 'SC400',
      suberrors: [{ message, name: 'teamId' }],
    },
  })
  const key = `Token ${team.key}`
  const id = '5c6f0c1e-8d0e-4f0b-9c39-2c3b5f4f7a10'
  const paths = ['/agents', `/agents/${id}`, '/llm-providers', '/llm-providers/1', '/llm-providers/1/models']
  for (const path of paths)
    expect(await get(`/api/v2/ai-agents/v1${path}`, key)).toEqual(refused('teamId Required'))
  for (const bad of ['0', '-1', 'seven', '1.5', ''])
    expect(await get(`/api/v2/ai-agents/v1/agents?teamId=${bad}`, key)).toEqual(
      refused('teamId must be a number greater than 0'),
    )
})

promise(['make.team.foreign'], "another team is refused in the vendor's own words", async () => {
  const refused = {
    status: 403,
    body: { detail: 'Access denied.', message: 'Permission denied', code: 'SC403' },
  }
  for (const teamId of [other.teamId, 4_711])
    expect(await get(`/api/v2/ai-agents/v1/agents?teamId=${teamId}`, `Token ${team.key}`)).toEqual(refused)
})

promise(['make.team.body'], 'the team of the body must be the team of the query', async () => {
  const body = {
    name: 'x',
    makeConnectionId: 1,
    defaultModel: 'x',
    systemPrompt: 'x',
    teamId: team.teamId + 1,
  }
  const { status, body: refused } = await team.call('POST', agents(), body)
  expect(status).toBe(400)
  expect(refused.suberrors).toEqual([
    { message: 'teamId must equal the teamId of the query', name: 'teamId' },
  ])
})

promise(['make.providers.list', 'make.providers.get'], 'providers are connections by number', async () => {
  const { body: made } = await server.call('POST', '/v1/connections', {
    name: 'My own server',
    provider: 'vllm',
    base_url: vendor.url,
  })
  expect(made.id).toMatch(/^conn_/)
  const { body } = await team.call('GET', providers())
  expect(body).toEqual([
    { id: 2, provider: 'anthropic', accountName: 'Anthropic' },
    { id: expect.any(Number), provider: 'ai-agent-foundry-non-openai', accountName: 'Demo model' },
    { id: expect.any(Number), provider: 'openai-api-spec-compatible', accountName: 'My own server' },
  ])
  const own = body[2]
  expect(own.id).toBeGreaterThanOrEqual(1_000)
  expect((await team.call('GET', providers(`/${own.id}`))).body).toEqual([own])
})

promise(['make.providers.models'], 'models are those that the vendor lists', async () => {
  const { body: made } = await server.call('POST', '/v1/connections', {
    name: 'Lists models',
    provider: 'vllm',
    base_url: vendor.url,
  })
  expect(made.id).toMatch(/^conn_/)
  const { body: listed } = await team.call('GET', providers())
  const { id } = listed.find(({ accountName }: { accountName: string }) => accountName === 'Lists models')
  const model = {
    provider: 'openai-api-spec-compatible',
    tokenLimit: 128_000,
    settings: { maxTokens: 16_384 },
  }
  expect((await team.call('GET', providers(`/${id}/models`))).body).toEqual([
    { model: 'fake-model', ...model },
    { model: 'fake-model-mini', ...model },
  ])
  const demo = listed.find(({ accountName }: { accountName: string }) => accountName === 'Demo model').id
  expect((await team.call('GET', providers(`/${demo}/models`))).body).toMatchObject([
    { model: 'demo', provider: 'ai-agent-foundry-non-openai' },
  ])
})

promise(['make.providers.unknown'], 'unknown providers and those of others are not there', async () => {
  const { body: made } = await server.call(
    'POST',
    '/native/v1/connections',
    { name: 'Of another team', provider: 'openai', credential: 'sk-other' },
    { key: other.key },
  )
  expect(made.id).toMatch(/^conn_/)
  const theirs = (await other.call('GET', `/ai-agents/v1/llm-providers?teamId=${other.teamId}`)).body
  const { id } = theirs.find(({ accountName }: { accountName: string }) => accountName === 'Of another team')
  for (const unknown of [id, 999_999, 0, 'one'])
    for (const rest of ['', '/models'])
      expect(await team.call('GET', providers(`/${unknown}${rest}`))).toMatchObject({
        status: 404,
        body: { message: 'Not found', code: 'SC404' },
      })
})
