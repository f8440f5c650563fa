import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { problemSchema } from '../../src/dialects/native/errors.ts'
import { startTestServer, type TestServer } from '../support/server.ts'

let server: TestServer
let agentId: string
let toolId: string
let connectionId: string
let runPath: string
let before: unknown
const unknownUuid = '0'.repeat(22)

beforeAll(async () => {
  server = await startTestServer({ env: { PARLEY_DEFAULT_MODEL: 'demo/demo' } })
  const agent = await server.call('POST', '/v1/agents', { name: 'Shop', instructions: 'Stay.' })
  agentId = agent.body.id
  runPath = `/v1/agents/${agentId}/runs`
  toolId = (await server.call('POST', '/v1/tools', { type: 'function', name: 'open_ticket' })).body.id
  const connection = { name: 'Vendor', provider: 'openai', credential: 'sk-0123456789' }
  connectionId = (await server.call('POST', '/v1/connections', connection)).body.id
  before = await stored()
})

afterAll(async () => await server[Symbol.asyncDispose]())

/** All that there is: what is refused changes none of it. */
async function stored(): Promise<unknown> {
  const paths = ['agents', 'tools', 'connections', 'keys', 'members', 'threads', 'runs']
  const lists = await Promise.all(paths.map((name) => server.call('GET', `/v1/${name}`)))
  return lists.map(({ body }) => body.data)
}

/** The status and the problem; throws unless it is a problem document without traces of our code. */
async function problemOf(response: Response) {
  const content = await response.text()
  expect(response.headers.get('content-type')).toBe('application/problem+json')
  expect(content).not.toMatch(/\\n\s+at |\bat \S+ \(|node_modules|\.ts:\d/)
  const problem = problemSchema.parse(JSON.parse(content))
  expect(problem.request_id).toBe(response.headers.get('x-request-id'))
  return problem
}

async function refusal(method: string, path: string, body?: unknown) {
  const { status, code, detail, errors } = await problemOf(await server.open(method, path, body))
  return { status, code, detail, fields: errors.map(({ field }) => field) }
}

describe('JSON that is not JSON', () => {
  test.each([
    [
      '{"name": }',
      'The request body is not valid JSON: at line 1, column 10, a value was expected and there is something else.',
    ],
    ['{"name": "x"', /^The request body is not valid JSON: at line 1, column 13, .* and the body ends\.$/],
    ['{\n  "name": "x",\n}', /at line 3, column 1, /],
    ["{'name': 'x'}", /at line 1, column 2, /],
    ['', 'This request needs a JSON body.'],
    ['{"name": "\u0001"}', /at line 1, column 10, /],
    ['NaN', /at line 1, column 1, /],
  ])('%j is refused with the place', async (body, detail) => {
    expect(await refusal('POST', '/v1/agents', body)).toEqual({
      status: 400,
      code: 'invalid_json',
      detail: typeof detail === 'string' ? detail : expect.stringMatching(detail),
      fields: [],
    })
  })

  test('bytes that are not UTF-8 are refused', async () => {
    const problem = await problemOf(
      await fetch(`${server.url}/v1/agents`, {
        method: 'POST',
        headers: { authorization: `Bearer ${server.ownerKey}`, 'content-type': 'application/json' },
        body: new Uint8Array([0x22, 0xff, 0x22]),
      }),
    )
    expect(problem).toMatchObject({ status: 400, detail: 'The request body is not valid UTF-8.' })
  })

  test.each([
    ['text/plain', 'Send the body as application/json.'],
    ['application/x-www-form-urlencoded', 'Send the body as application/json.'],
    ['application/json; charset=latin1', 'Send the body in UTF-8.'],
  ])('the type %s is refused', async (type, detail) => {
    const options = { headers: { 'content-type': type } }
    expect(await problemOf(await server.open('POST', '/v1/agents', '{"name":"x"}', options))).toMatchObject({
      status: 415,
      code: 'unsupported_media_type',
      detail,
    })
  })
})

describe('a value that does not fit', () => {
  const httpTool = { type: 'http', name: 'look_up', url: 'https://shop.example/' }
  const long = (length: number) => 'x'.repeat(length)
  test.each<[string, string, unknown, string, string]>([
    ['a wrong type', '/v1/agents', { name: 7 }, 'name', 'must be a string'],
    ['nothing where something is needed', '/v1/agents', {}, 'name', 'is required'],
    ['a list for an object', '/v1/agents', [], 'body', 'must be an object'],
    [
      'a wrong type inside',
      '/v1/agents',
      { name: 'x', limits: { steps: '9' } },
      'limits.steps',
      'must be a number',
    ],
    [
      'a number beyond its range',
      '/v1/agents',
      { name: 'x', limits: { steps: 0 } },
      'limits.steps',
      'must be ',
    ],
    [
      'a fraction',
      '/v1/agents',
      { name: 'x', limits: { steps: 1.5 } },
      'limits.steps',
      'must be a whole number',
    ],
    ['an unknown field', '/v1/agents', { name: 'x', colour: 'red' }, 'colour', 'is not a field here'],
    [
      'an unknown field inside',
      '/v1/agents',
      { name: 'x', model: { nam: 'x' } },
      'model.nam',
      'is not a field here',
    ],
    [
      'an unknown word',
      '/v1/agents',
      { name: 'x', visibility: 'secret' },
      'visibility',
      'must be "workspace", "private" or "managed"',
    ],
    ['a name that is too long', '/v1/agents', { name: long(256) }, 'name', 'must have 1 to 255 characters'],
    [
      'instructions that are too long',
      '/v1/agents',
      { name: 'x', instructions: long(256_001) },
      'instructions',
      'use at most 256000 characters',
    ],
    [
      'metadata that is too large',
      '/v1/agents',
      { name: 'x', metadata: { a: long(16_385) } },
      'metadata',
      'at most',
    ],
    ['a NUL character', '/v1/agents', { name: 'a\0b' }, 'name', 'must not contain NUL characters (U+0000)'],
    [
      'a NUL character in a name',
      '/v1/agents',
      { name: 'x', metadata: { 'a\0': 1 } },
      'metadata.a\\u0000',
      'must not contain NUL',
    ],
    [
      'a NUL character deep inside',
      '/v1/agents',
      { name: 'x', tools: [{ ...httpTool, headers: { a: '\0' } }] },
      'tools[0].headers.a',
      'must not contain NUL',
    ],
    [
      'a tool name with a space',
      '/v1/agents',
      { name: 'x', tools: [{ ...httpTool, name: 'look up' }] },
      'tools[0].name',
      'letters',
    ],
    ['a tool URL that is none', '/v1/tools', { ...httpTool, url: 'shop' }, 'url', 'must be'],
    [
      'a tool URL of another scheme',
      '/v1/tools',
      { ...httpTool, url: 'file:///etc/passwd' },
      'url',
      'must be',
    ],
    [
      'a header with a line break',
      '/v1/tools',
      { ...httpTool, headers: { a: 'x\r\nhost: y' } },
      'headers.a',
      'cannot carry',
    ],
    ['a schema that is none', '/v1/tools', { ...httpTool, parameters: { type: 'objekt' } }, 'parameters', ''],
    [
      'a credential with a space',
      '/v1/connections',
      { name: 'x', provider: 'openai', credential: 'a b' },
      'credential',
      'without spaces',
    ],
    [
      'an unknown provider',
      '/v1/connections',
      { name: 'x', provider: 'nobody' },
      'provider',
      'must be one of ',
    ],
    [
      'a key that expires at no time',
      '/v1/keys',
      { name: 'x', expires_at: 'soon' },
      'expires_at',
      'must be a time like',
    ],
    ['a scope that does not exist', '/v1/keys', { name: 'x', scopes: ['root'] }, 'scopes[0]', 'must be'],
    [
      'an e-mail address that is none',
      '/v1/members',
      { name: 'x', email: 'ada' },
      'email',
      'must be an e-mail address',
    ],
  ])('%s is refused by its name', async (_, path, body, field, message) => {
    const { status, fields, detail } = await refusal('POST', path, body)
    expect({ status, fields }).toEqual({ status: 400, fields: expect.arrayContaining([field]) })
    expect(detail).toContain(message)
  })

  test.each<[string, unknown, string]>([
    ['no input', {}, 'input'],
    ['an empty input', { input: '' }, 'input'],
    ['an input that is too long', { input: long(1_000_001) }, 'input'],
    ['a part without its bytes', { input: [{ type: 'image', media_type: 'image/png' }] }, 'input[0]'],
    [
      'bytes that are not base64',
      { input: [{ type: 'file', media_type: 'a/b', data: '*' }] },
      'input[0].data',
    ],
    ['a part of an unknown type', { input: [{ type: 'smell' }] }, 'input[0].type'],
    ['a version that is none', { input: 'x', version: 0 }, 'version'],
    ['metadata that is too large', { input: 'x', metadata: { a: long(16_385) } }, 'metadata'],
    ['streamed and in the background', { input: 'x', stream: true, background: true }, 'background'],
    ['a tool that is wrong', { input: 'x', tools: [httpTool, { type: 'http', name: 'x' }] }, 'tools[1].url'],
  ])('a run with %s is refused by its name', async (_, body, field) => {
    const { status, fields } = await refusal('POST', runPath, body)
    expect({ status, fields }).toEqual({ status: 400, fields: [field] })
  })

  test.each([
    ['/v1/agents?limit=0', 'limit'],
    ['/v1/agents?limit=x', 'limit'],
    ['/v1/agents?limit=1&limit=2', 'limit'],
    ['/v1/agents?colour=red', 'colour'],
    ['/v1/agents?after=agent_1', 'after'],
    ['/v1/runs?state=asleep', 'state'],
    ['/v1/runs?agent_id=x', 'agent_id'],
    ['/v1/me?x=1', 'x'],
    ['/v1/agents?name=%00', 'name'],
  ])('%s is refused by the name of the parameter', async (path, field) => {
    const { status, fields } = await refusal('GET', path)
    expect({ status, fields }).toEqual({ status: 400, fields: [field] })
  })

  test('several wrong fields are all named', async () => {
    const { fields, detail } = await refusal('POST', '/v1/agents', { name: '', slug: 7, tools: 'none' })
    expect(fields).toEqual(['tools', 'slug'])
    expect(detail).toContain('(and 1 more)')
  })

  test('nesting without end is refused', async () => {
    const body = `{"name":"x","metadata":${'{"a":'.repeat(5000)}1${'}'.repeat(5001)}`
    expect(await refusal('POST', '/v1/agents', body)).toMatchObject({
      status: 400,
      detail: 'must not be nested deeper than 64 levels',
    })
  })
})

describe('an id that names nothing here', () => {
  test.each([
    'agent_1',
    `agent_${unknownUuid}`,
    `run_${unknownUuid}`,
    '%00',
    '..%2F..%2Fetc',
    'x'.repeat(201),
    '%F0%9F%92%A5',
  ])('%s is 404', async (id) => {
    const { status, code } = await refusal('GET', `/v1/agents/${id}`)
    expect([400, 404]).toContain(status)
    expect(['agent_not_found', 'nul_character', 'invalid_request', 'route_not_found']).toContain(code)
  })

  test.each<[string, string, unknown, number, string]>([
    ['POST', `/v1/agents/agent_${unknownUuid}/runs`, { input: 'x' }, 404, 'agent_not_found'],
    ['POST', 'RUN', { input: 'x', thread_id: `thread_${unknownUuid}` }, 404, 'thread_not_found'],
    ['POST', 'RUN', { input: 'x', version: 99 }, 404, 'version_not_found'],
    ['POST', '/v1/threads', { agent_id: `agent_${unknownUuid}` }, 404, 'agent_not_found'],
    [
      'POST',
      '/v1/agents',
      { name: 'x', model: { name: 'm', connection_id: `conn_${unknownUuid}` } },
      404,
      'connection_not_found',
    ],
    [
      'POST',
      '/v1/agents',
      { name: 'x', tools: [{ type: 'reference', tool_id: `tool_${unknownUuid}` }] },
      400,
      'invalid_request',
    ],
    ['POST', '/v1/agents', { name: 'x', model: 'nobody/nothing' }, 400, 'unknown_model'],
    ['POST', '/v1/keys', { name: 'x', user_id: `user_${unknownUuid}` }, 404, 'member_not_found'],
    ['GET', `/v1/runs/run_${unknownUuid}/events`, undefined, 404, 'run_not_found'],
    ['POST', `/v1/approvals/approval_${unknownUuid}`, { decision: 'approve' }, 404, 'approval_not_found'],
    ['GET', '/v1/nothing', undefined, 404, 'route_not_found'],
  ])('%s %s %j', async (method, path, body, status, code) => {
    expect(await refusal(method, path.replace('RUN', runPath), body)).toMatchObject({ status, code })
  })

  test('a method that a path does not have is 405 with those that it has', async () => {
    const response = await server.open('PUT', '/v1/agents', { name: 'x' })
    expect(response.headers.get('allow')).toBe('GET, POST, HEAD, OPTIONS')
    expect(await problemOf(response)).toMatchObject({ status: 405 })
  })
})

test('another workspace cannot be reached through the ids in a body or a query', async () => {
  const { access } = server.server.services
  const owner = await access.authenticate(server.ownerKey)
  const { organizationId, userId: ownerId } = owner
  const other = await access.members.createWorkspace({ organizationId, ownerId, name: 'Other' })
  const { secret } = await access.keys.create({ ...owner, workspaceId: other.id }, { name: 'other' })
  const key = secret ?? ''
  const call = (method: string, path: string, body?: unknown) => server.call(method, path, body, { key })
  const own = (await call('POST', '/v1/agents', { name: 'Mine' })).body.id
  const member = (await server.call('POST', '/v1/members', { name: 'Theirs' })).body.id
  const thread = (await server.call('POST', '/v1/threads', { agent_id: agentId })).body.id

  const attempts: [string, string, unknown, number, string][] = [
    [
      'POST',
      '/v1/agents',
      { name: 'x', model: { name: 'm', connection_id: connectionId } },
      404,
      'connection_not_found',
    ],
    [
      'PATCH',
      `/v1/agents/${own}`,
      { model: { name: 'm', connection_id: connectionId } },
      404,
      'connection_not_found',
    ],
    [
      'PATCH',
      `/v1/agents/${own}`,
      { tools: [{ type: 'reference', tool_id: toolId }] },
      400,
      'invalid_request',
    ],
    ['PATCH', `/v1/agents/${own}`, { owner_id: member }, 404, 'member_not_found'],
    ['POST', `/v1/agents/${own}/runs`, { input: 'x', thread_id: thread }, 404, 'thread_not_found'],
    ['POST', '/v1/threads', { agent_id: agentId }, 404, 'agent_not_found'],
    ['POST', '/v1/keys', { name: 'x', user_id: member }, 404, 'member_not_found'],
  ]
  for (const [method, path, body, status, code] of attempts) {
    const reply = await call(method, path, body)
    expect({ status: reply.status, code: reply.body.code }, `${method} ${path}`).toEqual({ status, code })
  }
  for (const query of [`agent_id=${agentId}`, `thread_id=${thread}`]) {
    expect((await call('GET', `/v1/runs?${query}`)).body.data).toEqual([])
  }
  expect((await call('GET', `/v1/threads?agent_id=${agentId}`)).body.data).toEqual([])
  expect(
    (await call('GET', `/v1/agents?after=${agentId}`)).body.data.map(({ id }: { id: string }) => id),
  ).not.toContain(agentId)
  await server.call('DELETE', `/v1/threads/${thread}`)
  await server.call('DELETE', `/v1/members/${member}`)
})

describe('a body over the limit', () => {
  const limit = 4 * 1024 * 1024

  test('is refused by what it declares, before it is sent', async () => {
    const answer = await raw(
      `POST /v1/agents HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${server.ownerKey}\r\ncontent-length: ${limit + 1}\r\n\r\n`,
    )
    expect(answer).toMatch(/^HTTP\/1\.1 413 /)
    expect(answer).toContain('"code":"body_too_large"')
    expect(answer).toContain(`The request body is larger than ${limit} bytes.`)
  })

  test('is refused when it turns out too large while it arrives', async () => {
    const chunk = 'x'.repeat(65_536)
    async function* endless() {
      for (let sent = 0; sent <= limit; sent += chunk.length) yield Buffer.from(chunk)
    }
    const response = await fetch(`${server.url}/v1/agents`, {
      method: 'POST',
      headers: { authorization: `Bearer ${server.ownerKey}`, 'content-type': 'application/json' },
      body: ReadableStream.from(endless()),
      duplex: 'half',
    })
    expect(await problemOf(response)).toMatchObject({
      status: 413,
      code: 'body_too_large',
      facts: { max_bytes: limit },
    })
  })

  test('a run takes files up to its own, larger limit', async () => {
    const data = Buffer.alloc(limit).toString('base64')
    const input = [{ type: 'file', media_type: 'text/plain', data }]
    expect((await server.call('POST', runPath, { input })).body.state).toBe('completed')
  })
})

test('a body that ends before its end is no request, and no harm', async () => {
  const head = `POST /v1/agents HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${server.ownerKey}\r\ncontent-length: 100\r\n\r\n`
  expect(await raw(`${head}{"name":"Half`, { end: true })).not.toMatch(/ 5\d\d /)
  expect(await raw('GET / HTTP/1.1\r\nhost: x\r\nx: \x01\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /)
  expect(await raw('nonsense\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /)
  expect((await fetch(`${server.url}/readyz`)).status).toBe(200)
})

test('nothing that was refused has left anything behind', async () => {
  const after = (await stored()) as { id: string }[][] // lists of what has an id
  const runs = after.pop()
  const expected = before as unknown[][]
  expected.pop()
  expect(runs?.length).toBe(1)
  expect(after.slice(0, 5)).toEqual(expected.slice(0, 5))
})

/** What a server answers to these bytes, until it closes the connection or has sent a whole reply. */
async function raw(bytes: string, options: { end?: boolean } = {}): Promise<string> {
  const { hostname, port } = new URL(server.url)
  const socket = connect(Number(port), hostname)
  socket.write(bytes)
  if (options.end) socket.end()
  else socket.setTimeout(2000, () => socket.destroy())
  return await text(socket)
}
