import { execFile } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { temporaryDirectory } from '../support/database.ts'
import { startFakeOpenAi } from '../support/fake-openai.ts'
import type { RecordedRequest, ScriptedAnswer } from '../support/scripted-answer.ts'
import { recordingLog, startTestServer, type TestServer } from '../support/server.ts'

/**
 * Every secret that is put into the server, each with characters that other programs write in another way: JSON
 * libraries escape `+` and `/`, URLs encode both.
 */
const canaries = Object.fromEntries(
  [
    'environment',
    'credential',
    'rotated',
    'connectionHeader',
    'connectionAuthorization',
    'inlineTool',
    'inlineAuthorization',
    'sharedTool',
    'runTool',
    'gatewayPassword',
    'mistyped',
    'endpointKey',
    'endpointHeader',
    'noticeHeader',
    'vendorAgentKey',
    'vendorAgentHeader',
    'vendorAgentNotice',
  ].map((name) => [name, `canary-${name}-${randomBytes(9).toString('hex')}+/end`]),
)
const ownerKey = `pk_canary-owner-${randomBytes(12).toString('hex')}`
const secretKey = randomBytes(32)
/** Not a secret: it shows that what is searched would find one. */
const marker = `marker-${randomBytes(9).toString('hex')}`

/** What came out of the server, by where. */
const seen: { where: string; content: string }[] = []
const { log, lines } = recordingLog()
const madeKeys: string[] = []
let server: TestServer
let vendor: Awaited<ReturnType<typeof startFakeOpenAi>>
let site: { url: string; close: () => Promise<void> }

/** Everything that was sent, as a server in debug mode would show it. */
function echoOf(request: RecordedRequest): string {
  const { authorization = '', 'x-authorization': other = '' } = request.headers
  const bare = `${authorization} ${other}`.replaceAll(/Bearer |Token /g, '')
  return `bad keys ${bare} in ${JSON.stringify(request.headers)}`
}

/** A vendor whose answers hold what it was sent; how it fails is the name of the model. */
function respond(request: RecordedRequest): ScriptedAnswer {
  const echo = echoOf(request)
  switch (request.body?.['model']) {
    case 'refuses':
      return { status: 401, body: { error: { message: echo, code: 'invalid_api_key' } } }
    case 'refuses-plainly':
      return { status: 403, body: echo }
    case 'limits':
      return {
        status: 429,
        headers: { 'retry-after': '3600' },
        body: { detail: { headers: request.headers } },
      }
    case 'breaks-off':
      return {
        pieces: [
          { text: 'I was ' },
          { bytes: `data: ${JSON.stringify({ error: { message: echo, code: 'invalid_request' } })}\n\n` },
        ],
      }
    case 'garbles':
      return { pieces: [{ bytes: `data: ${echo}\n\n` }] }
    default:
      return callEachToolOnce(request)
  }
}

function callEachToolOnce({ body }: RecordedRequest): ScriptedAnswer {
  const messages = JSON.stringify(body?.['messages'])
  const tools = (body?.['tools'] ?? []) as { function: { name: string } }[] // what the server under test sends
  if (tools.length === 0 || messages.includes('"tool_calls"'))
    return { pieces: [{ text: `Done, ${marker}.` }] }
  const calls = tools.map(({ function: { name } }, index) => ({ id: `call_${index}`, name, arguments: '{}' }))
  return { pieces: [{ toolCalls: calls }] }
}

/** Answers with the headers it got, written in the way that the path says. */
async function startEchoSite(): Promise<typeof site> {
  const echo = createServer((request, response) => {
    const plain = JSON.stringify({ headers: request.headers, marker })
    const way = request.url?.split(/[/?]/)[1]
    if (way === 'refused-models') response.writeHead(401, { 'content-type': 'application/json' })
    if (way === 'fails') response.writeHead(500, { 'content-type': 'text/html' })
    if (way === 'text') response.writeHead(200, { 'content-type': 'text/plain' })
    if (way === 'moved') {
      const { authorization = '' } = request.headers
      return response.writeHead(302, { location: `/text?key=${encodeURIComponent(authorization)}` }).end()
    }
    if (way === 'refused-models') return response.end(JSON.stringify({ error: { message: plain } }))
    const secrets = JSON.stringify(Object.values(request.headers).join(' '))
    const escaped = secrets.replaceAll('+', '\\u002B').replaceAll('/', '\\/')
    if (way === 'escaped') return response.end(`{"seen":${escaped},${escaped}:1}`)
    response.end(way === 'text' ? `${request.url} ${plain}` : plain)
  })
  await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(echo.address() as AddressInfo).port}`, // a TCP server's address is an object
    close: () =>
      new Promise((resolve) => {
        echo.close(() => resolve())
        echo.closeAllConnections()
      }),
  }
}

/** A request whose reply is kept, whatever it is. */
async function call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
  const response = await server.open(method, path, body, { headers })
  const content = await response.text()
  seen.push({ where: `${method} ${path}`, content: JSON.stringify([...response.headers]) + content })
  const isJson = /json/.test(response.headers.get('content-type') ?? '')
  return { status: response.status, body: isJson ? JSON.parse(content) : content }
}

const tool = (name: string, path: string, headers: Record<string, string>) => ({
  type: 'http',
  name,
  description: `Calls ${name}.`,
  method: 'GET',
  url: `${site.url}/${path}`,
  headers,
})

beforeAll(async () => {
  vendor = await startFakeOpenAi({ respond })
  site = await startEchoSite()
  server = await startTestServer({
    env: {
      PARLEY_OWNER_KEY: ownerKey,
      PARLEY_SECRET_KEY: secretKey.toString('hex'),
      OPENAI_API_KEY: canaries['environment'] ?? '',
      OPENAI_BASE_URL: vendor.url.replace(
        '//',
        `//gateway:${encodeURIComponent(canaries['gatewayPassword'] ?? '')}@`,
      ),
    },
    log,
  })
  await server.server.recovered
})

afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await vendor.close()
  await site.close()
})

function found(content: string): string[] {
  const forms = Object.entries({ ...canaries, owner: ownerKey }).flatMap(([name, canary]) => [
    { name, form: canary.replace(/\+\/end$/, '') },
    { name: `${name} in base64`, form: Buffer.from(canary.slice(0, 24)).toString('base64').slice(0, 30) },
  ])
  const keys = madeKeys.map((form, index) => ({ name: `created key ${index}`, form }))
  const secrets = ['hex', 'base64', 'base64url'] as const
  const own = secrets.map((encoding) => ({ name: 'secret key', form: secretKey.toString(encoding) }))
  return [...forms, ...keys, ...own].filter(({ form }) => content.includes(form)).map(({ name }) => name)
}

function leaks(sources: { where: string; content: string }[]): string[] {
  return sources.flatMap(({ where, content }) => found(content).map((name) => `${name} in ${where}`))
}

describe('secrets', () => {
  let connectionId: string
  let agentId: string

  test('go in with connections, tools, keys and the environment', async () => {
    const created = await call('POST', '/v1/connections', {
      name: `Vendor ${marker}`,
      provider: 'openai',
      base_url: vendor.url,
      credential: canaries['credential'],
      headers: {
        'x-organization': canaries['connectionHeader'],
        'x-authorization': `Token ${canaries['connectionAuthorization']}`,
      },
    })
    expect(created.status).toBe(201)
    connectionId = created.body.id
    const shared = await call(
      'POST',
      '/v1/tools',
      tool('shared', 'text', { 'x-key': canaries['sharedTool'] ?? '' }),
    )
    expect(shared.status).toBe(201)
    const headers = {
      'x-key': canaries['inlineTool'] ?? '',
      authorization: `Bearer ${canaries['inlineAuthorization']}`,
    }
    const agent = await call(
      'POST',
      '/v1/agents',
      {
        name: 'Keeper',
        instructions: marker,
        model: { name: 'works', connection_id: connectionId },
        tools: [
          ...['json', 'text', 'fails', 'escaped', 'moved'].map((way) => tool(way, way, headers)),
          { type: 'reference', tool_id: shared.body.id },
        ],
      },
      { 'idempotency-key': 'make-the-agent' },
    )
    expect(agent.status).toBe(201)
    agentId = agent.body.id
    for (const role of ['member', 'owner']) {
      const key = await call('POST', '/v1/keys', { name: 'made', role }, { 'idempotency-key': `key-${role}` })
      expect(key.status).toBe(201)
      madeKeys.push(key.body.key)
      seen.pop() // the one reply that shows it
      expect(
        (await call('POST', '/v1/keys', { name: 'made', role }, { 'idempotency-key': `key-${role}` })).status,
      ).toBe(409)
    }
  })

  test('are not read back through lists, versions, differences and changes', async () => {
    const paths = [
      '/v1/me',
      '/v1/members',
      '/v1/keys',
      '/v1/connections',
      '/v1/tools',
      '/v1/agents',
      '/v1/models',
    ]
    for (const path of paths) expect((await call('GET', path)).status).toBe(200)
    const patch = { name: 'Vendor', credential: canaries['rotated'], headers: { 'x-organization': '***' } }
    expect((await call('PATCH', `/v1/connections/${connectionId}`, patch)).body.name).toBe('Vendor')
    await call('GET', `/v1/connections/${connectionId}`)
    await call('PATCH', `/v1/agents/${agentId}`, { instructions: `again ${marker}` })
    await call('PATCH', `/v1/agents/${agentId}?draft=true`, { instructions: 'draft' })
    for (const path of ['', '/versions', '/versions/1', '/versions/2', '/versions/1/diff/2']) {
      expect((await call('GET', `/v1/agents/${agentId}${path}`)).status).toBe(200)
    }
    const { body } = await call('GET', '/v1/tools')
    await call('GET', `/v1/tools/${body.data[0].id}`)
    await call('GET', `/v1/tools/${body.data[0].id}/revisions`)
    await call('GET', '/openapi.json')
    await call('GET', '/readyz')
  })

  test('are not in what a connection test says, though the vendor says them', async () => {
    expect((await call('POST', `/v1/connections/${connectionId}/test`)).body).toMatchObject({ ok: true })
    const moved = { base_url: `${site.url}/refused-models`, credential: canaries['rotated'], headers: null }
    const refused = await call('POST', '/v1/connections', {
      ...moved,
      name: 'Refusing',
      provider: 'openai',
      headers: { 'x-authorization': `Token ${canaries['connectionAuthorization']}` },
    })
    const { body } = await call('POST', `/v1/connections/${refused.body.id}/test`)
    expect(body).toMatchObject({ ok: false, error: expect.stringContaining('OpenAI answered 401: ') })
    expect(body.error).toContain('***')
    const environment = (await call('GET', '/v1/connections')).body.data[0]
    expect(environment).toMatchObject({ source: 'environment', provider: 'openai' })
    await call('POST', `/v1/connections/${environment.id}/test`)
  })

  test('are not in a run whose tools send them back', async () => {
    const { body: run } = await call('POST', `/v1/agents/${agentId}/runs`, {
      input: 'Call everything.',
      tools: [tool('of_this_run', 'json', { 'x-key': canaries['runTool'] ?? '' })],
    })
    expect(run).toMatchObject({ state: 'completed', output: `Done, ${marker}.` })
    const events = (await call('GET', `/v1/runs/${run.id}/events`)).body.data
    const results = events.filter((event: { type: string }) => event.type === 'tool.completed')
    expect(
      results.map(({ data }: { data: { tool: string; status: string } }) => [data.tool, data.status]),
    ).toEqual(
      expect.arrayContaining([
        ['json', 'ok'],
        ['text', 'ok'],
        ['fails', 'error'],
        ['escaped', 'ok'],
        ['moved', 'ok'],
        ['shared', 'ok'],
        ['of_this_run', 'ok'],
      ]),
    )
    await call('GET', `/v1/runs/${run.id}/events`, undefined, { accept: 'text/event-stream' })
    await call('GET', `/v1/threads/${run.thread_id}/messages`)
    await call('GET', '/v1/runs')
  })

  test.each(['refuses', 'refuses-plainly', 'limits', 'breaks-off', 'garbles'])(
    'are not in a run that fails because the vendor %s',
    async (model) => {
      for (const choice of [{ name: model, connection_id: connectionId }, `openai/${model}`]) {
        const agent = await call('POST', '/v1/agents', { name: model, model: choice })
        const path = `/v1/agents/${agent.body.id}/runs`
        const reply = await call(
          'POST',
          path,
          { input: 'Hello', stream: true },
          { accept: 'text/event-stream' },
        )
        expect(reply.body).toContain('event: run.failed')
      }
    },
  )

  test('are not in what an agent keeps about its own model and whom it tells', async () => {
    const told = { url: `${site.url}/told`, headers: { 'x-token': canaries['noticeHeader'] } }
    const made = await call('POST', '/v1/agents', {
      name: 'Own',
      instructions: marker,
      model: {
        name: 'openai/refuses',
        endpoint: {
          base_url: vendor.url,
          api_key: canaries['endpointKey'],
          headers: { 'x-authorization': canaries['endpointHeader'] },
        },
      },
      notices: { on_success: [told], on_error: [told] },
      strategies: { retry: { attempts: 1 }, deduplicate: { selectors: ['text'], minutes: 1 } },
    })
    expect(made.status).toBe(201)
    const agent = `/v1/agents/${made.body.id}`
    expect((await call('PATCH', agent, { supervised: true })).body.version).toBe(2)
    for (const path of ['', '/versions', '/versions/1/diff/2']) await call('GET', agent + path)
    const { body: run } = await call('POST', `${agent}/runs`, { input: 'Hello' })
    expect(run).toMatchObject({ state: 'failed', error: { message: expect.stringContaining('***') } })
    expect((await call('POST', `${agent}/runs`, { input: 'Hello' })).status).toBe(409)
    await call('GET', `/v1/runs/${run.id}/events`)
    await call('GET', '/v1/events')
  })

  test('are not in what an agent of a vendor keeps of them', async () => {
    const key = await call('POST', '/v1/keys', { name: 'made', dialect: 'xpander' })
    madeKeys.push(key.body.key)
    seen.pop() // the one reply that shows it
    const headers = { 'x-api-key': key.body.key, authorization: `Bearer ${key.body.key}` }
    const webhook = [{ url: `${site.url}/told`, headers: { 'x-token': canaries['vendorAgentNotice'] } }]
    const made = await call(
      'POST',
      '/xpander/v1/agents',
      {
        name: 'Vendor',
        instructions: { general: marker },
        model_provider: 'openai',
        model_name: 'refuses',
        llm_api_base: vendor.url,
        llm_credentials: { name: 'own', value: canaries['vendorAgentKey'] },
        llm_extra_headers: { 'x-authorization': canaries['vendorAgentHeader'] },
        notification_settings: { on_success: { webhook }, on_error: { webhook } },
      },
      { ...headers, 'idempotency-key': 'make-the-vendor-agent' },
    )
    expect(made.status).toBe(201)
    const agent = `/xpander/v1/agents/${made.body.id}`
    await call('GET', agent, undefined, headers)
    await call('GET', '/xpander/v1/agents', undefined, headers)
    const task = await call('POST', `${agent}/invoke`, { input: { text: 'Hello' } }, headers)
    expect(JSON.stringify(task.body)).toContain('***')
    await call('GET', `/xpander/v1/tasks/${task.body.id}`, undefined, headers)
    await call('GET', '/v1/agents')
    await call('GET', '/v1/runs')
  })

  test('are not in what is said about a request that is wrong', async () => {
    const secret = canaries['mistyped'] ?? ''
    const wrong: [string, string, unknown][] = [
      ['POST', '/v1/connections', `{"name":"x","provider":"openai","credential":"${secret}",}`],
      ['POST', '/v1/connections', `{"credential":"${secret}`],
      ['POST', '/v1/connections', { name: 'x', provider: 'openai', credential: [secret] }],
      ['POST', '/v1/connections', { name: 'x', provider: 'openai', credential: `${secret} ${secret}` }],
      ['POST', '/v1/connections', { name: 'x', provider: 'openai', headers: { 'x-a': `${secret}\n` } }],
      ['POST', '/v1/connections', { name: 'x', provider: 'openai', headers: { 'x-a': `${secret}\0` } }],
      [
        'POST',
        '/v1/connections',
        { name: 'x', provider: 'openai', base_url: `https://a:${secret}@vendor.example` },
      ],
      ['POST', '/v1/connections', { name: 'x', provider: 'openai', key: secret }],
      ['POST', '/v1/tools', tool('x', 'x', { 'x-a': `${secret}\u{1F511}` })],
      ['POST', '/v1/tools', { ...tool('x', 'x', {}), url: `https://a:${secret}@shop.example/` }],
      [
        'PATCH',
        `/v1/agents/${agentId}`,
        { tools: [{ ...tool('x', 'x', { 'x-a': secret }), method: 'BREW' }] },
      ],
      ['POST', `/v1/agents/${agentId}/runs`, { input: 'x', tools: [tool('x y', 'x', { 'x-a': secret })] }],
    ]
    for (const [method, path, body] of wrong) {
      const reply = await call(method, path, body)
      expect([reply.status, reply.body.title ?? reply.body], JSON.stringify(body)).toEqual([
        400,
        expect.anything(),
      ])
    }
    const unknown = await call('GET', '/v1/me', undefined, { authorization: `Bearer ${secret}` })
    expect(unknown.status).toBe(401)
  })

  test('are in no reply and no event', () => {
    expect(seen.length).toBeGreaterThan(60)
    expect(seen.filter(({ content }) => content.includes(marker)).length).toBeGreaterThan(10)
    expect(leaks(seen)).toEqual([])
    const hashes = [ownerKey, ...madeKeys].map((key) => createHash('sha256').update(key).digest())
    const forms = hashes.flatMap((hash) => [hash.toString('hex'), hash.toString('base64')])
    const everything = seen.map(({ content }) => content).join('\n')
    expect(forms.filter((form) => everything.includes(form))).toEqual([])
  })

  test('are in no line of the log, at its most talkative', () => {
    expect(lines.length).toBeGreaterThan(10)
    expect(leaks([{ where: 'the log', content: lines.join('\n') }])).toEqual([])
  })

  test('are not in what `parley doctor` says', async () => {
    const { stdout, stderr } = await parley(['doctor', '--json'], {
      PARLEY_URL: server.url,
      PARLEY_KEY: ownerKey,
      PARLEY_DATA_DIR: server.dataDir,
    })
    expect(JSON.parse(stdout)).toHaveProperty('settings')
    expect(stdout).toContain('OPENAI_API_KEY')
    expect(leaks([{ where: 'doctor', content: stdout + stderr }])).toEqual([])
  })

  test('are in no file of the database, and in no backup', async () => {
    await server.server.settings.replace('marker', marker)
    const { dataDir } = server
    await server[Symbol.asyncDispose]()
    const files = await contents(dataDir)
    expect(files.some(({ content }) => content.includes(marker))).toBe(true)
    expect(leaks(files)).toEqual([])

    const file = join(await temporaryDirectory(), 'secrets.backup')
    const { stderr } = await parley(['backup', file], { PARLEY_DATA_DIR: dataDir })
    expect(stderr).toBe('')
    const content = gunzipSync(await readFile(file)).toString('latin1')
    expect(content).toContain(marker)
    expect(leaks([{ where: 'the backup', content }])).toEqual([])
  })
})

/** Every file below a directory, byte by byte. */
async function contents(directory: string): Promise<{ where: string; content: string }[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  return await Promise.all(paths.map(async (where) => ({ where, content: await readFile(where, 'latin1') })))
}

async function parley(words: string[], env: Record<string, string>) {
  const launcher = join(import.meta.dirname, '../../bin/parley')
  const { PATH = '' } = process.env
  const secrets = {
    PARLEY_OWNER_KEY: ownerKey,
    PARLEY_SECRET_KEY: secretKey.toString('hex'),
    OPENAI_API_KEY: canaries['environment'] ?? '',
  }
  const options = { env: { PATH, ...secrets, ...env } }
  // `doctor` ends with 1 when it finds something broken, which is not the question here.
  const run = promisify(execFile)(process.execPath, [launcher, ...words], options)
  return await run.catch((error: { stdout: string; stderr: string }) => error)
}
