import { afterAll, beforeAll, expect } from 'vitest'
import { toolRequirements } from '../../src/dialects/xpander/requirements/requirements-tools.ts'
import { checkReply } from '../support/http-reply.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { verifies } from '../support/verifies.ts'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer({ hooks: { onReply: checkReply } })
})
afterAll(async () => server?.[Symbol.asyncDispose]())

const promise = (ids: string[], sentence: string, run: () => Promise<void>) =>
  verifies(toolRequirements, ids, sentence, run)

const call = (method: string, path: string, body?: unknown) => server.call(method, `/xpander${path}`, body)

promise(['xpander.catalogue.llm_providers'], 'every provider that agents may name is listed', async () => {
  const { status, body } = await call('GET', '/v1/misc/llm_providers')
  expect(status).toBe(200)
  expect(body.map((one: { internal_identifier: string }) => one.internal_identifier)).toEqual([
    'openai',
    'nim',
    'amazon_bedrock',
    'azure_ai_foundary',
    'huggingFace',
    'friendlyAI',
    'anthropic',
    'gemini',
    'fireworks',
    'google_ai_studio',
    'helicone',
    'bytedance',
    'tzafon_lightcone',
    'open_router',
    'nebius',
    'cloudflare_ai_gw',
  ])
  expect(body[1]).toEqual({
    id: 'nim',
    name: 'NVIDIA NIM',
    internal_identifier: 'nim',
    logo: null,
    description: 'Models of NVIDIA NIM.',
  })
  expect((await call('GET', '/v1/llm_providers')).body).toEqual(body)
})

promise(['xpander.catalogue.models'], 'the known models of a provider are listed', async () => {
  const { status, body } = await call('GET', '/v1/misc/llm_providers/openai/models')
  expect(status).toBe(200)
  expect(body).toContainEqual({ model_id: 'gpt-5.2', display_name: 'gpt-5.2', tier: 1, description: '' })
  expect((await call('GET', '/v1/llm_providers/OpenAI/models')).body).toEqual(body)
  const unknown = await call('GET', '/v1/misc/llm_providers/acme/models')
  expect([unknown.status, unknown.body]).toEqual([
    404,
    { detail: 'LLM provider not found', message: 'LLM provider not found' },
  ])
})

promise(['xpander.catalogue.environments'], 'there is one environment', async () => {
  const { status, body } = await call('GET', '/v1/environments')
  expect(status).toBe(200)
  expect(body).toEqual([{ id: expect.stringMatching(/^[0-9a-f-]{36}$/), name: 'default', is_default: true }])
})

promise(['xpander.catalogue.database'], 'there is no database for clients', async () => {
  const { status, body } = await call('GET', '/v1/misc/db')
  expect([status, typeof body.detail]).toEqual([404, 'string'])
})

promise(['xpander.unavailable.areas'], 'what is not done says so in a sentence', async () => {
  const cases: [string, string, string][] = [
    ['GET', '/v1/knowledge', 'Knowledge bases'],
    ['POST', '/v1/knowledge/kb/documents', 'Knowledge bases'],
    ['GET', '/v1/toolkits', 'Toolkits and connectors'],
    ['GET', '/v1/connectors', 'Toolkits and connectors'],
    ['GET', '/v1/tools/search?query=mail', 'Toolkits and connectors'],
    ['POST', '/v1/workflows', 'Workflows'],
    ['POST', '/v1/workflows/w/invoke', 'Workflows'],
    ['POST', '/v1/agents/a/export', 'Templates'],
    ['POST', '/v1/agents/template_import/t', 'Templates'],
    ['POST', '/v1/agents/a/workspace/bash', 'Workspaces of agents'],
    ['POST', '/mcp', 'The MCP server'],
    ['GET', '/agents/list', 'The API of the Python SDK'],
    ['DELETE', '/knowledge_bases/kb', 'The API of the Python SDK'],
    ['POST', '/agents-crud/tools/crud/create', 'The API of the management commands'],
  ]
  for (const [method, path, beginning] of cases) {
    const { status, body } = await call(method, path, method === 'GET' ? undefined : {})
    expect([status, body.detail], path).toEqual([501, body.message])
    expect(body.message).toMatch(new RegExp(`^${beginning}.* not available in this version`))
  }
})
