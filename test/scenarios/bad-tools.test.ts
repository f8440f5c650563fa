import type { RequestListener } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { closeAll, site, type Site } from '../support/egress-site.ts'
import { callsTools, says, startScenario, type Scenario } from '../support/scenario.ts'

let scenario: Scenario
let strange: Site

const answers: Record<string, RequestListener> = {
  '/to-metadata': (_, response) =>
    response.writeHead(302, { location: 'http://169.254.169.254/latest/meta-data' }).end(),
  '/to-metadata-name': (_, response) =>
    response.writeHead(307, { location: 'http://metadata.google.internal/computeMetadata/v1' }).end(),
  '/to-private': (_, response) => response.writeHead(301, { location: 'http://10.0.0.1/' }).end(),
  '/to-file': (_, response) => response.writeHead(302, { location: 'file:///etc/passwd' }).end(),
  '/round-and-round': (_, response) => response.writeHead(302, { location: '/round-and-round' }).end(),
  '/hangs': () => {},
  '/half': (_, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': 100 })
    response.write('{"half":', () => setImmediate(() => response.socket?.resetAndDestroy()))
  },
  '/not-json': (_, response) => response.writeHead(200, { 'content-type': 'application/json' }).end('{"a":'),
  '/bytes': (_, response) =>
    response.writeHead(200, { 'content-type': 'image/png' }).end(Buffer.from([0x89, 0xff, 0])),
  '/nul': (_, response) =>
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"a\\u0000":"b\\u0000"}'),
  '/nested': (_, response) =>
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end('['.repeat(20_000) + ']'.repeat(20_000)),
  '/endless': (_, response) => {
    response.writeHead(200, { 'content-type': 'text/plain' })
    const more = (): void => {
      while (response.write('x'.repeat(65_536)));
    }
    response.on('drain', more)
    more()
  },
  '/error': (_, response) =>
    response.writeHead(500, { 'content-type': 'application/json' }).end('{"error":"out of lamps"}'),
}

beforeAll(async () => {
  scenario = await startScenario()
  strange = await site((request, response) => answers[request.url ?? '']?.(request, response))
})

afterAll(async () => {
  await scenario[Symbol.asyncDispose]()
  await closeAll()
})

/** A run whose model calls a tool at this URL once: what it got, and that the run went on with it. */
async function resultOf(url: string, seconds = 60) {
  const tool = { type: 'http', name: 'look', description: 'Looks.', url, timeout_seconds: seconds }
  const agent = await scenario.agent([callsTools(['call_1', 'look', {}]), says('Noted.')], { tools: [tool] })
  const run = await scenario.run(agent, 'Look.')
  expect(run).toMatchObject({ state: 'completed', output: 'Noted.' })
  const events = await scenario.events(run.id)
  expect(JSON.stringify(events)).not.toMatch(/\\n\s+at |\bat \S+ \(|node_modules|\.ts:\d/)
  const { status, output } = events.find(({ type }) => type === 'tool.completed')?.data ?? {}
  // The model is told the same.
  const told = JSON.stringify(agent.requests()[1]?.body?.['messages'])
  return { status, output, told }
}

describe('a tool whose URL', () => {
  test.each([
    ['redirects to a metadata address', '/to-metadata', '169.254.169.254 is a cloud metadata address.'],
    ['redirects to a private address', '/to-private', '10.0.0.1 is a loopback, private or reserved address'],
    ['redirects to a file', '/to-file', 'http'],
    ['redirects for ever', '/round-and-round', /redirected more than \d+ times\.$/],
    ['redirects to the name of a metadata service', '/to-metadata-name', 'metadata.google.internal'],
  ])('%s is not followed there', async (_, path, message) => {
    const { status, output, told } = await resultOf(strange.url + path)
    expect(status).toBe('error')
    if (typeof message === 'string') expect(output).toContain(message)
    else expect(output).toMatch(message)
    expect(told).toContain(String(output).slice(0, 20))
  })

  test.each([
    'http://169.254.169.254/latest/meta-data/iam',
    'http://2852039166/',
    'http://0xa9fea9fe/',
    'http://[::ffff:169.254.169.254]/',
    'http://[fd00:ec2::254]/latest',
  ])('is the metadata address %s is not called', async (url) => {
    const { status, output } = await resultOf(url)
    expect({ status, output }).toEqual({
      status: 'error',
      output: expect.stringMatching(/is a cloud metadata address\.$/),
    })
  })

  test.each([
    'http://10.1.2.3/',
    'http://192.168.0.1/',
    'http://[::1]/',
    'http://0.0.0.0/',
    'http://127.0.0.2/',
  ])('is the private address %s, which the operator did not allow, is not called', async (url) => {
    const { status, output } = await resultOf(url)
    expect({ status, output }).toEqual({
      status: 'error',
      output: expect.stringContaining('is a loopback, private or reserved address'),
    })
  })
})

describe('a tool that', () => {
  test('does not answer in its time does not stop the run', async () => {
    const { status, output } = await resultOf(`${strange.url}/hangs`, 1)
    expect([status, output]).toEqual(['error', 'It did not answer within 1 s.'])
  })

  test.each<[string, string, string, unknown]>([
    ['breaks off', '/half', 'error', expect.stringMatching(/^127\.0\.0\.1:\d+ /)],
    [
      'fails',
      '/error',
      'error',
      expect.objectContaining({ output: { status: 500, body: { error: 'out of lamps' } } }),
    ],
    ['answers what is not JSON', '/not-json', 'ok', '{"a":'],
    ['answers bytes', '/bytes', 'ok', '[3 bytes of image/png, not text]'],
    ['answers NUL characters', '/nul', 'ok', { 'a\uFFFD': 'b\uFFFD' }],
    ['nests its answer beyond all bounds', '/nested', 'ok', '['.repeat(20_000) + ']'.repeat(20_000)],
    [
      'answers without end',
      '/endless',
      'ok',
      expect.stringMatching(/^x{262144}\n\[cut: the answer is longer than 262144 bytes\]$/),
    ],
  ])('%s does not stop the run', async (_, path, status, output) => {
    const result = await resultOf(strange.url + path)
    expect(result.status).toBe(status)
    expect(result.output).toEqual(output)
  })

  test('is called with wrong arguments is not called, and the model is told what is wrong', async () => {
    const parameters = { type: 'object', properties: { order: { type: 'integer' } }, required: ['order'] }
    const tool = {
      type: 'http',
      name: 'look',
      description: 'Looks.',
      url: `${strange.url}/error`,
      parameters,
    }
    const before = strange.requests.length
    const agent = await scenario.agent(
      [
        callsTools(['call_1', 'look', { order: 'seven' }]),
        { pieces: [{ toolCalls: [{ id: 'call_2', name: 'look', arguments: '{"order":' }] }] },
        callsTools(['call_3', 'no_such_tool', {}]),
        says('I give up.'),
      ],
      { tools: [tool] },
    )
    const run = await scenario.run(agent, 'Look.')
    expect(run).toMatchObject({ state: 'completed', output: 'I give up.' })
    const results = (await scenario.events(run.id)).filter(({ type }) => type === 'tool.completed')
    expect(results.map(({ data }) => data.output)).toEqual([
      expect.stringContaining('order'),
      'The arguments are not valid JSON. Send them again as a JSON object.',
      expect.stringContaining('no_such_tool'),
    ])
    expect(strange.requests.length).toBe(before)
  })
})
