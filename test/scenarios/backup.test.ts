import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { postgresServer, temporaryDirectory } from '../support/database.ts'
import { startFakeOpenAi } from '../support/fake-openai.ts'
import { startTestServer, type TestServer } from '../support/server.ts'

const launcher = join(import.meta.dirname, '../../bin/parley')
const credential = 'sk-backup-canary-0123456789'
const headerTool = {
  type: 'http',
  name: 'look_up',
  url: 'https://shop.example/',
  headers: { 'x-key': credential },
}
const picture = Buffer.from('not really a picture, but bytes all the same')

/** One command line in a process of its own. */
async function parley(
  words: string[],
  dataDir: string,
  more: Record<string, string> = {},
): Promise<{ code: number; output: string; error: string }> {
  const { PATH = '' } = process.env
  const env = { PATH, PARLEY_DATA_DIR: dataDir, ...more }
  return await new Promise((resolve) => {
    execFile(process.execPath, [launcher, ...words], { env }, (failure, output, error) =>
      resolve({ code: Number(failure?.code ?? 0), output, error }),
    )
  })
}

const postgres = await postgresServer()
let vendor: Awaited<ReturnType<typeof startFakeOpenAi>>
const from = await temporaryDirectory()
const file = join(await temporaryDirectory(), 'parley.backup')
let keys: { owner: string; made: string }
let agentId: string
let connectionId: string
let threadId: string
let runId: string
let waitingId: string
let before: unknown

/** What a client can read of everything that the first server held. */
async function everything(server: TestServer): Promise<unknown> {
  const paths = [
    '/v1/agents',
    `/v1/agents/${agentId}/versions`,
    '/v1/connections',
    '/v1/tools',
    '/v1/runs',
    `/v1/runs/${runId}/events`,
    `/v1/runs/${waitingId}/events`,
    '/v1/approvals',
    '/v1/threads',
    `/v1/threads/${threadId}/messages`,
    '/v1/members',
  ]
  const replies = await Promise.all(
    paths.map((path) => server.call('GET', path, undefined, { key: keys.made })),
  )
  return replies.map(({ status, body }, index) => ({ path: paths[index], status, body }))
}

beforeAll(async () => {
  vendor = await startFakeOpenAi({
    respond: ({ body }) => {
      const asksForMore = JSON.stringify(body?.['messages']).includes('Refund')
      const call = { id: 'call_1', name: 'refund', arguments: '{"order":"ORD-1"}' }
      return { pieces: [asksForMore ? { toolCalls: [call] } : { text: 'Seen.' }] }
    },
  })
  await using server = await startTestServer({ dataDir: from })
  const key = await server.call('POST', '/v1/keys', { name: 'made' })
  keys = { owner: server.ownerKey, made: key.body.key }
  const connection = { name: 'Vendor', provider: 'openai', base_url: vendor.url, credential }
  connectionId = (await server.call('POST', '/v1/connections', connection)).body.id
  const refund = { type: 'function', name: 'refund', description: 'Refunds an order.', approval: 'always' }
  const shared = await server.call('POST', '/v1/tools', refund)
  await server.call('POST', '/v1/tools', headerTool)
  await server.call('POST', '/v1/agents', { name: 'Header', tools: [headerTool] })
  const agent = await server.call('POST', '/v1/agents', {
    name: 'Keeper',
    model: { name: 'fake-model', connection_id: connectionId },
    tools: [{ type: 'reference', tool_id: shared.body.id }],
  })
  agentId = agent.body.id
  await server.call('PATCH', `/v1/agents/${agentId}`, { instructions: 'Second version.' })
  const input = [
    { type: 'text', text: 'Look.' },
    { type: 'image', media_type: 'image/png', data: picture.toString('base64') },
  ]
  const run = await server.call('POST', `/v1/agents/${agentId}/runs`, { input })
  expect(run.body).toMatchObject({ state: 'completed', output: 'Seen.' })
  runId = run.body.id
  threadId = run.body.thread_id
  const waiting = await server.call('POST', `/v1/agents/${agentId}/runs`, { input: 'Refund ORD-1.' })
  expect(waiting.body).toMatchObject({ state: 'waiting', waiting_for: { type: 'approval' } })
  waitingId = waiting.body.id
  before = await everything(server)
})

afterAll(async () => {
  await vendor.close()
  await postgres?.stop()
})

describe('a backup on the command line', () => {
  test('is refused while a server has the data directory open', async () => {
    await using _server = await startTestServer({ dataDir: from })
    const { code, error } = await parley(['backup', file], from)
    expect([code, error]).toEqual([
      1,
      `parley: Another Parley process is using the data directory ${from}; stop it, or set PARLEY_DATA_DIR to another directory.\n`,
    ])
    expect(existsSync(file)).toBe(false)
  })

  test('is refused where there is nothing, and makes nothing there', async () => {
    const empty = join(await temporaryDirectory(), 'none')
    const { code, error } = await parley(['backup', file], empty)
    expect([code, error]).toEqual([
      2,
      `parley: There is nothing to back up: ${empty} holds no database. Set PARLEY_DATA_DIR to the data directory of the server.\n`,
    ])
    expect(existsSync(empty)).toBe(false)
  })

  test('writes one file, which holds neither the keys nor the credential', async () => {
    expect(await parley(['backup', file], from)).toMatchObject({
      code: 0,
      error: '',
      output: expect.stringMatching(/^Wrote .*parley\.backup \(\d+.*\)\.\n$/),
    })
    const content = gunzipSync(await readFile(file)).toString()
    const secretKey = (await readFile(join(from, 'secret-key'), 'utf8')).trim()
    expect(content).toContain('Second version.')
    expect(content).toContain(picture.toString('base64'))
    for (const secret of [keys.owner, keys.made, credential, secretKey]) expect(content).not.toContain(secret)
    expect(content).not.toContain(Buffer.from(secretKey, 'base64').toString('hex'))
  })

  test('does not replace a file unless told to', async () => {
    expect(await parley(['backup', file], from)).toMatchObject({
      code: 2,
      error: `parley: ${file} exists already.\nChoose another name, or replace it with --force.\n`,
    })
    expect((await parley(['backup', '--force', file], from)).code).toBe(0)
  })
})

/** The backup that the tests below restore. */
let whole: string
beforeAll(async () => {
  whole = join(await temporaryDirectory(), 'whole.backup')
  expect(await parley(['backup', whole], from)).toMatchObject({ code: 0 })
})

describe('a restored server', () => {
  test('with the same secret key holds the same, and goes on with it', async () => {
    const into = join(await temporaryDirectory(), 'restored')
    expect(await parley(['restore', whole], into)).toEqual({
      code: 0,
      error: '',
      output: `Restored ${whole}. Start the server with \`parley start\`.\n`,
    })
    expect(await readdir(into)).not.toContain('owner-key')
    await copyFile(join(from, 'secret-key'), join(into, 'secret-key'))
    await using server = await startTestServer({ dataDir: into })
    expect(await everything(server)).toEqual(before)

    // The owner has a new key, because the old one is not in the backup; it is not valid any more.
    expect(server.ownerKey).not.toBe(keys.owner)
    expect((await server.call('GET', '/v1/me', undefined, { key: keys.owner })).status).toBe(401)

    // The picture comes from the restored blobs, the credential opens.
    const run = await server.call('POST', `/v1/agents/${agentId}/runs`, {
      input: 'And now?',
      thread_id: threadId,
    })
    expect(run.body).toMatchObject({ state: 'completed', output: 'Seen.', agent_version: 2 })
    const request = vendor.requests.at(-1)
    expect(request?.headers['authorization']).toBe(`Bearer ${credential}`)
    expect(JSON.stringify(request?.body)).toContain(picture.toString('base64'))

    // The run that waited is answered here.
    const { body: approvals } = await server.call('GET', `/v1/approvals?run_id=${waitingId}`)
    const path = `/v1/approvals/${approvals.data[0].id}`
    expect((await server.call('POST', path, { decision: 'approve' })).status).toBe(200)
    await expect
      .poll(async () => (await server.call('GET', `/v1/runs/${waitingId}`)).body.waiting_for?.type)
      .toBe('tool_outputs')
  })

  test.skipIf(postgres === null)(
    'on PostgreSQL holds the same, and goes back to the embedded database',
    async () => {
      const url = { DATABASE_URL: (await postgres?.createDatabase()) ?? '' }
      const into = await temporaryDirectory()
      expect(await parley(['restore', whole], into, url)).toMatchObject({ code: 0, error: '' })
      expect(await parley(['restore', whole], into, url)).toMatchObject({ code: 1 })
      await copyFile(join(from, 'secret-key'), join(into, 'secret-key'))
      {
        await using server = await startTestServer({ dataDir: into, env: url })
        expect(await everything(server)).toEqual(before)
        // With PostgreSQL the server may run meanwhile.
        expect(await parley(['backup', `${whole}.2`], into, url)).toMatchObject({ code: 0, error: '' })
      }
      const back = join(await temporaryDirectory(), 'back')
      expect(await parley(['restore', `${whole}.2`], back)).toMatchObject({ code: 0, error: '' })
      await using server = await startTestServer({ dataDir: back })
      expect(await everything(server)).toEqual(before)
    },
  )

  test('with another secret key says what is missing when a credential is needed', async () => {
    const into = join(await temporaryDirectory(), 'restored')
    expect((await parley(['restore', whole], into)).code).toBe(0)
    await using server = await startTestServer({ dataDir: into })
    const run = await server.call('POST', `/v1/agents/${agentId}/runs`, { input: 'Hello?' })
    expect(run.body).toMatchObject({
      state: 'failed',
      error: {
        code: 'invalid_configuration',
        message: expect.stringMatching(
          /^A stored credential was sealed with another secret key .* Set PARLEY_SECRET_KEY/,
        ),
      },
    })
    // It can be entered again; nothing is lost in silence.
    const renamed = await server.call('PATCH', `/v1/connections/${connectionId}`, { name: 'Renamed' })
    expect(renamed.body).toMatchObject({
      status: 400,
      detail: 'credential: the stored value was sealed with another secret key; send it again',
    })
    const change = { credential: 'sk-new-0123456789' }
    expect((await server.call('PATCH', `/v1/connections/${connectionId}`, change)).status).toBe(200)
    const again = await server.call('POST', `/v1/agents/${agentId}/runs`, { input: 'Hello?' })
    expect(again.body).toMatchObject({ state: 'completed' })

    const old = (await server.call('GET', '/v1/agents?name=Header')).body.data[0]
    const kept = await server.call('PATCH', `/v1/agents/${old.id}`, { instructions: 'x' })
    expect(kept.body).toMatchObject({
      status: 400,
      detail: 'tools[0].headers.x-key: the stored value was sealed with another secret key; send it again',
    })
    const tools = [{ ...headerTool, headers: { 'x-key': 'entered again' } }]
    expect((await server.call('PATCH', `/v1/agents/${old.id}`, { tools })).status).toBe(200)
    const { body: shared } = await server.call('GET', '/v1/tools')
    const sharedPath = `/v1/tools/${shared.data.find((one: { name: string }) => one.name === 'look_up').id}`
    expect((await server.call('PATCH', sharedPath, { description: 'x' })).status).toBe(400)
    expect((await server.call('PATCH', sharedPath, { headers: { 'x-key': 'entered again' } })).status).toBe(
      200,
    )
  })
})

describe('a restore is refused', () => {
  test('into a place that holds data, which stays as it is', async () => {
    const { code, error } = await parley(['restore', whole], from)
    expect([code, error]).toEqual([1, 'parley: The place to restore into is not empty; choose a new one.\n'])
    await using server = await startTestServer({ dataDir: from })
    expect(await everything(server)).toEqual(before)
  })

  test('while a server has the place open', async () => {
    await using server = await startTestServer()
    const { code, error } = await parley(['restore', whole], server.dataDir)
    expect([code, error]).toEqual([
      1,
      expect.stringContaining('Another Parley process is using the data directory'),
    ])
  })

  test('from a file that is cut, altered, newer, or none, and the place is good for the whole one', async () => {
    const directory = await temporaryDirectory()
    const into = join(directory, 'restored')
    await mkdir(into)
    const bytesOfWhole = await readFile(whole)
    const text = gunzipSync(bytesOfWhole).toString()
    const [head = ''] = text.split('\n', 1)
    const manifest = JSON.parse(head)
    const newer = { ...manifest, migrations: [...manifest.migrations, '9999-from-the-future'] }
    const damages: [string, Buffer, RegExp][] = [
      [
        'cut',
        bytesOfWhole.subarray(0, bytesOfWhole.length - 20),
        /^parley: The backup ends too early: .*\n$/,
      ],
      [
        'altered',
        gzipSync(text.replace('Second version.', 'Third version!!')),
        /^parley: The checksum of the backup is wrong/,
      ],
      [
        'newer',
        gzipSync(reseal(text.replace(head, JSON.stringify(newer)))),
        /^parley: The backup was made by a newer Parley \(it has 9999-from-the-future\)/,
      ],
      ['none', Buffer.from('hello'), /^parley: This file is not a backup of Parley/],
    ]
    for (const [name, bytes, sentence] of damages) {
      const damaged = join(directory, name)
      await writeFile(damaged, bytes)
      const { code, error } = await parley(['restore', damaged], into)
      expect([code, error], name).toEqual([1, expect.stringMatching(sentence)])
    }
    expect(await parley(['restore', join(directory, 'missing')], into)).toMatchObject({ code: 2 })
    expect(await parley(['restore', whole], into)).toMatchObject({ code: 0, error: '' })
  })
})

/** The text of a backup with the checksum that it should have. */
function reseal(text: string): string {
  const body = text.slice(0, text.trimEnd().lastIndexOf('\n') + 1)
  return `${body}${JSON.stringify({ end: true, sha256: createHash('sha256').update(body).digest('hex') })}\n`
}
