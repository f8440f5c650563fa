import { afterAll, beforeAll, expect, test } from 'vitest'
import { agentServices } from '../../../../test/support/agent-services.ts'
import { testDatabase } from '../../../../test/support/database.ts'
import { startHttpServer, type HttpTestServer } from '../../../../test/support/http-server.ts'
import type { ParsedJson } from '../../../../test/support/parsed-json.ts'
import type { Database } from '../../../storage/database.ts'
import { agentEndpoints } from './agents.ts'
import { toolEndpoints } from './tools.ts'

let database: Database
let server: HttpTestServer

beforeAll(async () => {
  database = await testDatabase()
  const services = agentServices(database)
  server = await startHttpServer(database, {
    endpoints: [...agentEndpoints(services), ...toolEndpoints(services)],
  })
})
afterAll(async () => {
  await server.close()
  await database[Symbol.asyncDispose]()
})

async function call(
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; body: ParsedJson }> {
  const response = await fetch(`${server.url}/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${server.ownerKey}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  return { status: response.status, body: await response.json() }
}

const parameters = {
  type: 'object',
  properties: { title: { type: 'string' }, project: { type: 'string' }, count: { type: 'integer' } },
}
const overlay = {
  description: 'Opens a ticket for Operations.',
  instructions: null,
  input: { members: { project: { fixed: 'OPS' }, count: { hidden: true } } },
  output: null,
}

async function sharedTool(type = 'http'): Promise<string> {
  const tool =
    type === 'http'
      ? { type, name: 'open_ticket', parameters, method: 'POST', url: 'https://desk.example/tickets' }
      : { type, name: 'ask', parameters }
  const { status, body } = await call('POST', '/tools', tool)
  expect(status, JSON.stringify(body)).toBe(201)
  return body.id
}

const withOverlay = (toolId: string, said: unknown) => {
  return { tools: [{ type: 'reference', tool_id: toolId, overlay: said }] }
}

async function agentOver(said: unknown): Promise<{ id: string; toolId: string; tools: ParsedJson }> {
  const toolId = await sharedTool()
  const { status, body } = await call('POST', '/agents', { name: 'Desk', ...withOverlay(toolId, said) })
  expect(status, JSON.stringify(body)).toBe(201)
  return { id: body.id, toolId, tools: body.tools }
}

const fieldsOf = ({ status, body }: { status: number; body: ParsedJson }) => [
  status,
  body.errors.map((error: { field: string }) => error.field),
]

test('what an agent says over a shared tool is printed as it was written, without what says nothing', async () => {
  const sparse = {
    description: overlay.description,
    instructions: '',
    input: {
      hidden: false,
      members: {
        project: { fixed: 'OPS', description: null, members: {} },
        count: { hidden: true },
        title: {},
      },
      items: null,
    },
  }
  const { id, toolId, tools } = await agentOver(sparse)
  const printed = { type: 'reference', tool_id: toolId, revision: null, approval: null, overlay }
  expect(tools).toEqual([printed])
  const again = await call('PATCH', `/agents/${id}`, { tools })
  expect([again.status, again.body.version, again.body.tools]).toEqual([200, 1, [printed]])
  const { body } = await call('PATCH', `/agents/${id}`, withOverlay(toolId, { input: { members: {} } }))
  expect([body.version, body.tools]).toEqual([
    2,
    [{ type: 'reference', tool_id: toolId, revision: null, approval: null }],
  ])
})

test('two versions that differ in it alone differ', async () => {
  const { id, toolId } = await agentOver(overlay)
  const other = { ...overlay, input: { members: { project: { fixed: 'HR' } } } }
  expect((await call('PATCH', `/agents/${id}`, withOverlay(toolId, other))).body.version).toBe(2)
  expect((await call('PATCH', `/agents/${id}`, withOverlay(toolId, null))).body.version).toBe(3)
  const at = `tools.${toolId}.overlay`
  expect((await call('GET', `/agents/${id}/versions/1/diff/2`)).body.data).toEqual([
    { path: `${at}.input.members.project.fixed`, before: 'OPS', after: 'HR' },
    { path: `${at}.input.members.count`, before: { hidden: true }, after: null },
  ])
  expect((await call('GET', `/agents/${id}/versions/2/diff/3`)).body.data).toEqual([
    { path: at, before: other, after: null },
  ])
})

test('what the tool does not take is refused where it stands, in a new agent, a change and a draft', async () => {
  const { id, toolId } = await agentOver(overlay)
  const wrong = {
    input: { members: { titel: { hidden: true }, project: { fixed: 7 }, title: { fixed: 'Fire' } } },
    output: { fixed: {} },
  }
  const fields = [
    'tools[0].overlay.input.members.titel',
    'tools[0].overlay.input.members.project.fixed',
    'tools[0].overlay.output.fixed',
  ]
  const body = withOverlay(toolId, wrong)
  expect(fieldsOf(await call('POST', '/agents', { name: 'Never', ...body }))).toEqual([400, fields])
  expect(fieldsOf(await call('PATCH', `/agents/${id}`, body))).toEqual([400, fields])
  expect(fieldsOf(await call('PATCH', `/agents/${id}?draft=true`, body))).toEqual([400, fields])
  const client = withOverlay(await sharedTool('function'), overlay)
  expect(fieldsOf(await call('POST', '/agents', { name: 'Never', ...client }))).toEqual([
    400,
    ['tools[0].overlay'],
  ])
  const misspelt = withOverlay(toolId, { input: { members: { title: { fix: 'Fire' } } } })
  expect((await call('POST', '/agents', { name: 'Never', ...misspelt })).body).toMatchObject({
    code: 'unknown_field',
    errors: [{ field: 'tools[0].overlay.input.members.title.fix' }],
  })
})

test('an agent whose tool has changed is still edited, and its old overlay stays until it is written anew', async () => {
  const { id, toolId, tools } = await agentOver(overlay)
  const narrowed = { properties: { project: null, count: null } }
  expect((await call('PATCH', `/tools/${toolId}`, { parameters: narrowed })).status).toBe(200)
  const renamed = await call('PATCH', `/agents/${id}`, { name: 'Front desk', tools })
  expect([renamed.status, renamed.body.tools]).toEqual([200, tools])
  const draft = await call('PATCH', `/agents/${id}?draft=true`, { instructions: 'Be brief.' })
  expect(draft.body.draft.tools).toEqual(tools)
  expect((await call('POST', `/agents/${id}/publish`)).status).toBe(200)
  const anew = withOverlay(toolId, { ...overlay, description: null })
  expect(fieldsOf(await call('PATCH', `/agents/${id}`, anew))).toEqual([
    400,
    ['tools[0].overlay.input.members.project', 'tools[0].overlay.input.members.count'],
  ])
  const earlier = { tools: [{ ...anew.tools[0], revision: 1 }] }
  expect((await call('PATCH', `/agents/${id}`, earlier)).status).toBe(200)
  expect((await call('PATCH', `/agents/${id}`, anew)).status).toBe(400)
})
