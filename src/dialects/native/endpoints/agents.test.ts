import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { agentServices } from '../../../../test/support/agent-services.ts'
import { testDatabase } from '../../../../test/support/database.ts'
import { startHttpServer, type HttpTestServer } from '../../../../test/support/http-server.ts'
import type { Database } from '../../../storage/database.ts'
import { agentEndpoints } from './agents.ts'
import { connectionEndpoints } from './connections.ts'
import { modelEndpoints } from './models.ts'
import { toolEndpoints } from './tools.ts'

let database: Database
let server: HttpTestServer
let services: ReturnType<typeof agentServices>

beforeAll(async () => {
  database = await testDatabase()
  services = agentServices(database, { listModels: async () => ['demo'] })
  const endpoints = [agentEndpoints, toolEndpoints, connectionEndpoints, modelEndpoints].flatMap((make) =>
    make(services),
  )
  server = await startHttpServer(database, { endpoints })
})
afterAll(async () => {
  await server.close()
  await database[Symbol.asyncDispose]()
})

/** What these tests look at in a reply; that it is all there is checked by the server, against the schemas. */
interface Body {
  id: string
  name: string
  code: string
  owner_id: string
  version: number
  draft: object | null
  created_at: string
  updated_at: string
  headers: object
  tools: object[]
  model: { connection_id: string } | null
  errors: { field: string }[]
  data: Body[]
}

interface Reply {
  status: number
  text: string
  body: Body
}

async function call(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Reply> {
  const response = await fetch(`${server.url}/v1${path}`, {
    method,
    headers: {
      authorization: `Bearer ${server.ownerKey}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  return { status: response.status, text, body: text === '' ? null : JSON.parse(text) }
}

const lookup = {
  type: 'http',
  name: 'lookup_order',
  description: 'Look up order status by order ID',
  parameters: { type: 'object', properties: { order_id: { type: 'string' } }, required: ['order_id'] },
  method: 'GET',
  url: 'https://shop.example/orders/{order_id}',
  headers: {},
  approval: 'never',
  effects: 'none',
}

const documented = {
  name: 'Order Support',
  description: null,
  instructions: 'You are a friendly order support agent.',
  model: {
    provider: 'openai',
    name: 'gpt-5.2',
    connection_id: null,
    temperature: null,
    max_output_tokens: null,
    reasoning_effort: null,
    fallbacks: [],
    prompt_caching: false,
    endpoint: null,
  },
  tools: [lookup, { type: 'function', name: 'open_ticket', description: '…', parameters: {} }],
  output: { format: 'text', schema: null },
  limits: { steps: 50, seconds: 600 },
  history: { runs: 10 },
  metadata: {},
}

async function create(change: object = {}): Promise<Reply['body']> {
  const reply = await call('POST', '/agents', { ...documented, ...change })
  expect(reply.status, reply.text).toBe(201)
  return reply.body
}

describe('agents', () => {
  test('the documented agent is accepted and printed with every field', async () => {
    const agent = await create()
    expect(agent).toEqual({
      ...documented,
      id: expect.stringMatching(/^agent_[0-9A-Za-z]{22}$/),
      modality: 'text',
      voice: null,
      tools: [
        { ...lookup, check_url: null, timeout_seconds: 60 },
        { type: 'function', name: 'open_ticket', description: '…', parameters: {}, approval: 'never' },
      ],
      limits: {
        steps: 50,
        tool_calls: null,
        at_tool_calls: 'fail',
        seconds: 600,
        step_seconds: null,
        tokens: null,
        runs_per_day: null,
      },
      history: { runs: 10, tool_calls: null },
      strategies: { retry: null, iterate: null, stop: null, deduplicate: null },
      supervised: false,
      notices: { on_success: [], on_error: [] },
      extensions: {},
      slug: null,
      visibility: 'workspace',
      enabled: true,
      owner_id: expect.stringMatching(/^user_/),
      version: 1,
      draft: null,
      created_at: '2026-01-01T00:00:00.000Z',
      updated_at: '2026-01-01T00:00:00.000Z',
    })
    expect((await call('GET', `/agents/${agent.id}`)).body).toEqual(agent)
  })

  test('a name is enough; a model may be a text', async () => {
    const bare = await call('POST', '/agents', { name: 'Bare' })
    expect(bare.body).toMatchObject({ model: null, tools: [], instructions: null, limits: { steps: 50 } })
    expect((await create({ model: 'openrouter/openai/gpt-5.2' })).model).toMatchObject({
      provider: 'openrouter',
      name: 'openai/gpt-5.2',
    })
    expect((await create({ model: 'gpt-5.2' })).model).toMatchObject({ provider: null, name: 'gpt-5.2' })
  })

  test('what is printed may be sent back as it is', async () => {
    const {
      id,
      owner_id: _,
      version: __,
      draft: ___,
      created_at: ____,
      updated_at: _____,
      ...rest
    } = await create({
      tools: [{ ...lookup, headers: { 'X-Key': 'canary-value' } }, { type: 'get_current_time' }],
    })
    const again = await call('PATCH', `/agents/${id}`, rest)
    expect(again.status, again.text).toBe(200)
    expect(again.body.version).toBe(1)
  })

  test('a patch is a merge patch: absent stays, null is the default, a list is replaced', async () => {
    const { id } = await create({ metadata: { a: 1, b: { c: 2 } } })
    const patched = await call('PATCH', `/agents/${id}`, {
      metadata: { a: null, b: { d: 3 } },
      model: { temperature: 0.5 },
      limits: { steps: null, tokens: 100 },
      tools: [{ type: 'get_current_time' }],
    })
    expect(patched.body).toMatchObject({
      version: 2,
      metadata: { b: { c: 2, d: 3 } },
      model: { provider: 'openai', name: 'gpt-5.2', temperature: 0.5 },
      limits: { steps: 50, seconds: 600, tokens: 100 },
      tools: [{ type: 'get_current_time', approval: 'never' }],
    })
    expect((await call('PATCH', `/agents/${id}`, { model: null })).body.model).toBeNull()
    expect((await call('PATCH', `/agents/${id}`, {})).body.version).toBe(3)
  })

  test('drafts, publishing, versions, differences and restoring', async () => {
    const { id } = await create()
    const drafted = await call('PATCH', `/agents/${id}?draft=true`, {
      instructions: 'Draft.',
      model: { temperature: 1 },
    })
    expect(drafted.body).toMatchObject({
      version: 1,
      instructions: documented.instructions,
      draft: { instructions: 'Draft.' },
    })
    expect((await call('POST', `/agents/${id}/publish`)).body).toMatchObject({
      version: 2,
      instructions: 'Draft.',
    })
    expect((await call('POST', `/agents/${id}/publish`)).body.code).toBe('nothing_to_publish')
    expect((await call('GET', `/agents/${id}/versions/1/diff/2`)).body.data).toEqual([
      { path: 'instructions', before: documented.instructions, after: 'Draft.' },
      { path: 'model.temperature', before: null, after: 1 },
    ])
    const patch = { tools: [{ ...lookup, url: 'https://shop.example/v2/{order_id}' }] }
    await call('PATCH', `/agents/${id}`, patch)
    expect((await call('GET', `/agents/${id}/versions/2/diff/3`)).body.data).toEqual([
      { path: 'tools.lookup_order.url', before: lookup.url, after: 'https://shop.example/v2/{order_id}' },
      {
        path: 'tools.open_ticket',
        before: { type: 'function', description: '…', parameters: {}, approval: 'never' },
        after: null,
      },
    ])
    expect((await call('POST', `/agents/${id}/versions/1/restore`)).body).toMatchObject({
      version: 4,
      instructions: documented.instructions,
    })
    const first = await call('GET', `/agents/${id}/versions?limit=3`)
    expect(first.body).toMatchObject({ has_more: true, next_cursor: '2' })
    expect(first.body.data.map(({ version }: { version: number }) => version)).toEqual([4, 3, 2])
    const rest = await call('GET', `/agents/${id}/versions?limit=3&after=2`)
    expect(rest.body).toMatchObject({ has_more: false, next_cursor: null, data: [{ version: 1 }] })
    expect((await call('GET', `/agents/${id}/versions/1`)).body).toMatchObject({
      version: 1,
      name: 'Order Support',
    })
    for (const number of ['5', '0', 'x', '99999999999', '1.0']) {
      expect((await call('GET', `/agents/${id}/versions/${number}`)).body.code).toBe('version_not_found')
    }
  })

  test('a change of what was read is refused when somebody else was faster, and changes nothing', async () => {
    const { id, updated_at: read } = await create()
    const at = (path: string, since: string) =>
      `/agents/${id}${path}${path.includes('?') ? '&' : '?'}if_unchanged_since=${encodeURIComponent(since)}`
    const first = await call('PATCH', at('?draft=true', read), { instructions: 'First.' })
    expect(first.status, first.text).toBe(200)
    const second = await call('PATCH', at('?draft=true', read), { instructions: 'Second.' })
    expect(second).toMatchObject({ status: 409, body: { code: 'agent_changed' } })
    const published = await call('POST', at('/publish', read))
    expect(published).toMatchObject({ status: 409, body: { code: 'agent_changed' } })
    const { body } = await call('GET', `/agents/${id}`)
    expect(body).toMatchObject({ version: 1, draft: { instructions: 'First.' } })
    const again = await call('PATCH', at('?draft=true', body.updated_at), { instructions: 'Second.' })
    expect(again.body.draft).toMatchObject({ instructions: 'Second.' })
    const elsewhere = again.body.updated_at.replace('Z', '+00:00')
    expect((await call('POST', at('/publish', elsewhere))).body.version).toBe(2)
    const wrong = await call('PATCH', at('', 'yesterday'), {})
    expect(wrong.status).toBe(400)
    expect(wrong.body.errors[0]?.field).toBe('if_unchanged_since')
  })

  test('a list may say of each agent only what a list shows', async () => {
    const { id, owner_id: owner } = await create({ name: 'In short', model: 'openai/gpt-5.2' })
    await call('PATCH', `/agents/${id}?draft=true`, { instructions: 'Later.' })
    const { body } = await call('GET', '/agents?view=summary&search=in%20short')
    expect(body.data).toEqual([
      {
        id,
        name: 'In short',
        description: null,
        model: 'openai/gpt-5.2',
        tool_count: 2,
        slug: null,
        visibility: 'workspace',
        enabled: true,
        owner_id: owner,
        version: 1,
        has_draft: true,
        created_at: '2026-01-01T00:00:00.000Z',
        updated_at: '2026-01-01T00:00:00.001Z',
      },
    ])
    const unknown = await call('GET', '/agents?view=short')
    expect(unknown.status).toBe(400)
    expect(unknown.body.errors[0]?.field).toBe('view')
  })

  test('lists are paged newest first and filtered', async () => {
    const first = await create({ slug: 'listed-1', name: 'Listed' })
    const second = await create({ slug: 'listed-2', name: 'Listed', enabled: false })
    const page = await call('GET', '/agents?limit=1&name=Listed')
    expect(page.body).toMatchObject({ has_more: true, next_cursor: second.id, data: [{ id: second.id }] })
    const next = await call('GET', `/agents?limit=1&name=Listed&after=${second.id}`)
    expect(next.body).toMatchObject({ has_more: false, next_cursor: null, data: [{ id: first.id }] })
    expect((await call('GET', '/agents?slug=listed-1')).body.data).toHaveLength(1)
    expect((await call('GET', '/agents?name=Listed&enabled=true')).body.data).toHaveLength(1)
    await create({ name: '100% of_ listed\\' })
    const named = async (search: string) => {
      const found = await call('GET', `/agents?search=${encodeURIComponent(search)}`)
      return found.body.data.map(({ name }) => name)
    }
    expect(await named('LISTE')).toEqual(['100% of_ listed\\', 'Listed', 'Listed'])
    expect(await named('0%')).toEqual(['100% of_ listed\\'])
    expect(await named('f_ l')).toEqual(['100% of_ listed\\'])
    expect(await named('d\\')).toEqual(['100% of_ listed\\'])
    expect(await named('%e%')).toEqual([])
  })

  test('deleting answers 204, then 404, and leaves the versions', async () => {
    const { id } = await create()
    expect(await call('DELETE', `/agents/${id}`)).toEqual({ status: 204, text: '', body: null })
    expect((await call('GET', `/agents/${id}`)).status).toBe(404)
    expect((await call('DELETE', `/agents/${id}`)).status).toBe(404)
    expect((await call('GET', `/agents/${id}/versions`)).body.data).toHaveLength(1)
  })

  test.each<[object, number, string, string]>([
    [{ colour: 'red' }, 400, 'unknown_field', 'colour'],
    [{ model: { colour: 'red' } }, 400, 'unknown_field', 'model.colour'],
    [{ tools: [{ ...lookup, colour: 'red' }] }, 400, 'unknown_field', 'tools[0].colour'],
    [{ model: { temperature: 3 } }, 400, 'invalid_request', 'model.temperature'],
    [{ limits: { runs_per_day: 0 } }, 400, 'invalid_request', 'limits.runs_per_day'],
    [{ tools: [{ ...lookup, url: 'https://{x}/' }] }, 400, 'invalid_request', 'tools[0].url'],
    [{ tools: [lookup, lookup] }, 400, 'invalid_request', 'tools[1].name'],
    [{ output: { format: 'text', schema: {} } }, 400, 'invalid_request', 'output.schema'],
    [{ output: { format: 'json', schema: { type: 'x' } } }, 400, 'invalid_request', 'output.schema'],
    [{ metadata: { long: 'x'.repeat(17_000) } }, 400, 'invalid_request', 'metadata'],
    [{ slug: 'Not a slug' }, 400, 'invalid_request', 'slug'],
    [{ model: 'nobody/x' }, 400, 'unknown_model', 'model.provider'],
    [{ model: { fallbacks: ['nobody/x'] } }, 400, 'unknown_model', 'model.fallbacks[0]'],
    [{ modality: 'pipeline' }, 501, 'feature_unavailable', 'modality'],
    [{ tools: [{ type: 'web_search' }] }, 501, 'feature_unavailable', 'tools[0].type'],
    [{ tools: [{ type: 'mcp', server: 'x' }] }, 501, 'feature_unavailable', 'tools[0].type'],
  ])('%j is refused by name', async (change, status, code, field) => {
    for (const [method, path, body] of [
      ['POST', '/agents', { ...documented, ...change }],
      ['PATCH', `/agents/${(await create()).id}`, change],
    ] as const) {
      const reply = await call(method, path, body)
      expect([reply.status, reply.body.code], reply.text).toEqual([status, code])
      expect(reply.body.errors.map((error: { field: string }) => error.field)).toContain(field)
    }
  })
})

describe('shared tools', () => {
  test('a tool is made, changed by revisions, used by reference and kept while used', async () => {
    const made = await call('POST', '/tools', { ...lookup, headers: { 'X-Key': 'canary-value' } })
    expect(made.status, made.text).toBe(201)
    expect(made.body).toMatchObject({ revision: 1, type: 'http', headers: { 'X-Key': '***' } })
    const { id } = made.body
    const changed = await call('PATCH', `/tools/${id}`, { description: 'New' })
    expect(changed.body).toMatchObject({ revision: 2, description: 'New', headers: { 'X-Key': '***' } })
    expect((await call('PATCH', `/tools/${id}`, { headers: { 'X-Key': null } })).body.headers).toEqual({})
    const agent = await create({ tools: [{ type: 'reference', tool_id: id }] })
    expect(agent.tools).toEqual([{ type: 'reference', tool_id: id, revision: null, approval: null }])
    expect((await call('DELETE', `/tools/${id}`)).body).toMatchObject({ status: 409, code: 'tool_in_use' })
    await call('DELETE', `/agents/${agent.id}`)
    expect((await call('DELETE', `/tools/${id}`)).status).toBe(204)
    expect((await call('GET', `/tools/${id}/revisions?limit=2`)).body).toMatchObject({
      data: [{ revision: 3 }, { revision: 2 }],
      has_more: true,
      next_cursor: '2',
    })
  })

  test('a tool changes its type, and keeps what both have', async () => {
    const { id } = (await call('POST', '/tools', lookup)).body
    const changed = await call('PATCH', `/tools/${id}`, { type: 'function' })
    expect(changed.body, changed.text).toMatchObject({ type: 'function', name: 'lookup_order', revision: 2 })
    expect((await call('PATCH', `/tools/${id}`, { url: 'https://x.example/' })).body.code).toBe(
      'unknown_field',
    )
    expect((await call('POST', '/tools', { type: 'get_current_time' })).status).toBe(400)
    expect((await call('POST', '/tools', { type: 'code' })).status).toBe(501)
  })
})

describe('connections and models', () => {
  test('a connection is made, changed, tested and deleted', async () => {
    const made = await call('POST', '/connections', {
      name: 'Ours',
      provider: 'openai',
      credential: 'sk-canary-1234',
      headers: { 'X-Org': 'canary-org' },
    })
    expect(made.body).toMatchObject({
      credential_hint: '1234',
      source: 'stored',
      headers: { 'X-Org': '***' },
    })
    const { id } = made.body
    const changed = await call('PATCH', `/connections/${id}`, { name: 'New', headers: { 'X-Team': 'blue' } })
    expect(changed.body).toMatchObject({ name: 'New', headers: { 'X-Org': '***', 'X-Team': '***' } })
    expect((await call('PATCH', `/connections/${id}`, { headers: { 'X-Org': null } })).body.headers).toEqual({
      'X-Team': '***',
    })
    expect((await call('POST', `/connections/${id}/test`)).body).toEqual({
      ok: true,
      latency_ms: 0,
      error: null,
      models: ['demo'],
    })
    const agent = await create({ model: { connection_id: id, name: 'gpt-x' } })
    expect(agent.model?.connection_id).toBe(id)
    expect((await call('DELETE', `/connections/${id}`)).status).toBe(204)
    expect((await call('GET', `/connections/${id}`)).status).toBe(404)
  })

  test('the demo model is a connection that cannot be changed, and is said to be rules', async () => {
    const [demo] = (await call('GET', '/connections?limit=1')).body.data
    expect(demo).toMatchObject({ provider: 'demo', source: 'built_in', created_at: null })
    expect((await call('PATCH', `/connections/${demo?.id}`, { name: 'x' })).body.code).toBe(
      'read_only_connection',
    )
    const [first] = (await call('GET', '/models')).body.data
    expect(first).toMatchObject({
      name: 'demo/demo',
      default: true,
      reachable: true,
      is_language_model: false,
    })
  })
})

test('a repeated Idempotency-Key makes one agent', async () => {
  const headers = { 'idempotency-key': 'once-and-only-once' }
  const first = await call('POST', '/agents', documented, headers)
  const second = await call('POST', '/agents', documented, headers)
  expect(second.body.id).toBe(first.body.id)
})

test('no secret is in any reply, event or row', async () => {
  const canaries = ['canary-header', 'canary-credential', 'canary-org', 'canary-draft', 'canary-second']
  const texts: string[] = []
  const record = async (...request: Parameters<typeof call>) => {
    const reply = await call(...request)
    texts.push(reply.text)
    return reply.body
  }
  const tool = { ...lookup, headers: { Authorization: 'Bearer canary-header' } }
  const agent = await record('POST', '/agents', { ...documented, tools: [tool] })
  await record('PATCH', `/agents/${agent.id}`, {
    tools: [{ ...tool, headers: { Authorization: 'canary-second' } }],
  })
  const drafted = { tools: [{ ...tool, headers: { Authorization: 'canary-draft' } }] }
  await record('PATCH', `/agents/${agent.id}?draft=true`, drafted)
  const shared = await record('POST', '/tools', tool)
  const connection = await record('POST', '/connections', {
    name: 'Ours',
    provider: 'openai',
    credential: 'sk-canary-credential-tail',
    headers: { 'X-Org': 'canary-org' },
  })
  for (const path of [
    '/agents',
    `/agents/${agent.id}`,
    `/agents/${agent.id}/versions`,
    `/agents/${agent.id}/versions/2`,
    `/agents/${agent.id}/versions/1/diff/2`,
    '/tools',
    `/tools/${shared.id}`,
    `/tools/${shared.id}/revisions`,
    '/connections',
    `/connections/${connection.id}`,
    '/models',
  ]) {
    await record('GET', path)
  }
  await record('POST', `/agents/${agent.id}/publish`)
  await record('POST', `/agents/${agent.id}/versions/1/restore`)
  await record('PATCH', `/agents/${agent.id}`, {
    tools: [{ ...tool, name: 'other', headers: { Authorization: '***' } }],
  })
  for (const table of [
    'agents',
    'agent_versions',
    'tool_revisions',
    'connections',
    'events',
    'idempotency',
  ] as const) {
    texts.push(JSON.stringify(await database.kysely.selectFrom(table).selectAll().execute()))
  }
  texts.push(JSON.stringify(services.published))
  expect(texts.length).toBeGreaterThan(20)
  for (const canary of canaries) expect(texts.filter((text) => text.includes(canary))).toEqual([])
})
