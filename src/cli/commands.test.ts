import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import {
  createPerson,
  replyJson,
  runCli,
  startFakeParley,
  type FakeParley,
  type FakeRequest,
} from '../../test/support/cli.ts'
import type { JsonValue } from '../lib/json.ts'
import { expiry } from './keys.ts'

const key = {
  id: 'key_1',
  name: 'ci',
  role: 'member',
  scopes: ['agents:read'],
  dialect: 'native',
  allowed_origins: null,
  hint: 'pk_…wxyz',
  created_at: '2030-01-01T00:00:00.000Z',
  expires_at: null,
}
const model = { connection_id: null, reachable: false, why: 'Set OPENAI_API_KEY.', default: false }
const models = [
  { ...model, name: 'demo/demo', provider: 'demo', reachable: true, why: 'It is built in.', default: true },
  { ...model, name: 'openai/gpt-5.2', provider: 'openai' },
  { ...model, name: null, provider: 'together', why: 'Set TOGETHER_API_KEY or add a connection.' },
  { ...model, name: 'ollama/qwen3', provider: 'ollama', why: 'It did not answer within 3 seconds.' },
]

let directory: string
let server: FakeParley
let replies: Record<string, { status: number; body: JsonValue }>

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'parley-cli-'))
  vi.stubEnv('PARLEY_DATA_DIR', directory)
  replies = {
    'GET /readyz': { status: 200, body: { status: 'ready', degraded: [], version: '1.2.3' } },
    'GET /native/v1/models': { status: 200, body: { data: models } },
  }
  server = await startFakeParley((request, response) => {
    const reply = replies[`${request.method} ${request.path}`]
    if (reply === undefined)
      replyJson(response, 404, { status: 404, code: 'route_not_found', title: 'Nothing here.' })
    else replyJson(response, reply.status, reply.body)
  })
})

afterEach(async () => {
  vi.unstubAllEnvs()
  await server.kill()
  rmSync(directory, { recursive: true, force: true })
})

const writeBackup = async (path: string) => writeFileSync(path, 'new backup')

function requested(method: string): FakeRequest | undefined {
  return server.requests.find((request) => request.method === method)
}

test('keys create prints the key alone on the standard output', async () => {
  replies['POST /native/v1/keys'] = { status: 201, body: { ...key, key: 'pk_secret' } }
  const person = createPerson()
  const flags = [
    '--name',
    'ci',
    '--role',
    'member',
    '--scopes',
    'agents:read, runs:write',
    '--url',
    server.url,
    '--key',
    'pk_o',
  ]
  expect(await runCli(person, ['keys', 'create', ...flags])).toBe(0)
  expect(person.output()).toBe('pk_secret\n')
  expect(person.errors()).toBe('Created key_1 (ci). The key is shown this once:\n')
  expect(requested('POST')?.body).toEqual({
    name: 'ci',
    role: 'member',
    scopes: ['agents:read', 'runs:write'],
  })
})

test('keys create makes a key for the pages of some sites', async () => {
  const made = { ...key, dialect: 'talkifai', allowed_origins: ['example.org'], key: 'tk_widget_1' }
  replies['POST /native/v1/keys'] = { status: 201, body: made }
  const person = createPerson()
  const flags = ['--name', 'widget', '--dialect', 'talkifai', '--origins', 'example.org, https://a.example']
  const target = ['--url', server.url, '--key', 'pk_o']
  expect(await runCli(person, ['keys', 'create', ...flags, ...target])).toBe(0)
  expect(person.output()).toBe('tk_widget_1\n')
  expect(requested('POST')?.body).toEqual({
    name: 'widget',
    dialect: 'talkifai',
    allowed_origins: ['example.org', 'https://a.example'],
  })
})

test('keys list prints a table', async () => {
  const longer = { ...key, id: 'key_2', name: 'a longer name', expires_at: '9999-02-01T00:00:00.000Z' }
  const data = [key, { ...longer, allowed_origins: ['example.org'] }]
  replies['GET /native/v1/keys?limit=1000'] = {
    status: 200,
    body: { data, has_more: false, next_cursor: null },
  }
  const person = createPerson()
  expect(await runCli(person, ['keys', 'list', '--url', server.url, '--key', 'pk_o'])).toBe(0)
  expect(person.output()).toBe(
    [
      'ID     NAME           KEY       ROLE    DIALECT  CREATED     STATE',
      'key_1  ci             pk_…wxyz  member  native   2030-01-01  active',
      'key_2  a longer name  pk_…wxyz  public  native   2030-01-01  until 9999-02-01',
      '',
    ].join('\n'),
  )
})

test('keys revoke deletes the key', async () => {
  replies['DELETE /native/v1/keys/key_1'] = { status: 204, body: null }
  const person = createPerson()
  expect(await runCli(person, ['keys', 'revoke', 'key_1', '--url', server.url, '--key', 'pk_o'])).toBe(0)
  expect(person.output()).toBe('Revoked key_1.\n')
})

test('a time of expiry is a number of days or a date, in the future', () => {
  const now = Date.parse('2030-01-01T00:00:00Z')
  expect(expiry('30d', now)).toBe('2030-01-31T00:00:00.000Z')
  expect(expiry('2030-02-01', now)).toBe('2030-02-01T00:00:00.000Z')
  expect(() => expiry('2029-12-31', now)).toThrow('--expires 2029-12-31 is not in the future.')
  expect(() => expiry('soon', now)).toThrow('--expires soon is not a time.')
})

test('the owner key of this machine is used for this machine', async () => {
  writeFileSync(join(directory, 'owner-key'), 'pk_owner\n')
  replies['GET /native/v1/keys?limit=1000'] = {
    status: 200,
    body: { data: [], has_more: false, next_cursor: null },
  }
  await runCli(createPerson(), ['keys', 'list', '--url', server.url])
  expect(requested('GET')?.headers.authorization).toBe('Bearer pk_owner')
})

test('the owner key of this machine is never sent to another one', async () => {
  writeFileSync(join(directory, 'owner-key'), 'pk_owner\n')
  replies['GET /native/v1/keys?limit=1000'] = {
    status: 401,
    body: { status: 401, code: 'missing_key', detail: 'Send a key.' },
  }
  // A name that leads here but does not say that it is this machine.
  const elsewhere = server.url.replace('127.0.0.1', '[::ffff:127.0.0.1]')
  expect(await runCli(createPerson(), ['keys', 'list', '--url', elsewhere])).toBe(4)
  expect(requested('GET')?.headers.authorization).toBeUndefined()
})

test('backup refuses to replace a file unless it is told to', async () => {
  const file = join(directory, 'a.backup')
  writeFileSync(file, 'old')
  const person = createPerson()
  expect(await runCli(person, ['backup', file], { backup: writeBackup })).toBe(2)
  expect(person.errors()).toBe(
    `parley: ${file} exists already.\nChoose another name, or replace it with --force.\n`,
  )
  expect(await runCli(person, ['backup', file, '--force'], { backup: writeBackup })).toBe(0)
  expect(person.output()).toBe(`Wrote ${file} (10 bytes).\n`)
})

test('restore needs a file that exists', async () => {
  const person = createPerson()
  const file = join(directory, 'missing.backup')
  expect(await runCli(person, ['restore', file])).toBe(2)
  expect(existsSync(file)).toBe(false)
})

test('doctor says what is configured and exits with 0 when nothing is broken', async () => {
  vi.stubEnv('PARLEY_PORT', '5000')
  vi.stubEnv('OPENAI_API_KEY', 'sk-hunter2')
  const person = createPerson()
  const words = ['doctor', '--url', server.url, '--key', 'pk_o']
  expect(await runCli(person, words, { vendorVariables: ['OPENAI_API_KEY'] })).toBe(0)
  expect(person.output()).toMatch(/^PARLEY_PORT +5000$/m)
  expect(person.output()).toMatch(/^OPENAI_API_KEY +\*\*\*$/m)
  expect(person.output()).toContain('✓ models          The default model demo/demo is reachable.\n')
  expect(person.output()).toContain('✓ models          demo answers with one model.\n')
  expect(person.output()).toContain(
    '! models          ollama is not reachable: It did not answer within 3 seconds.\n',
  )
  expect(person.output()).toContain('· models          Without a credential: openai, together.\n')
  expect(person.output()).toContain('Nothing is broken.')
  expect(person.output()).not.toContain('hunter2')
})

test('doctor names what is degraded and exits with 1 when the server is not ready', async () => {
  const degraded = ['LISTEN connection is down; following by polling.']
  replies['GET /readyz'] = { status: 503, body: { status: 'starting', degraded, version: '1.2.2' } }
  const person = createPerson()
  expect(await runCli(person, ['doctor', '--json', '--url', server.url, '--key', 'pk_o'])).toBe(1)
  const report = JSON.parse(person.output()) as { healthy: boolean; findings: JsonValue[] } // what --json promises
  expect(report.healthy).toBe(false)
  expect(report.findings).toContainEqual({
    topic: 'server',
    health: 'broken',
    sentence: `${server.url} answers: starting, version 1.2.2.`,
  })
  expect(report.findings).toContainEqual({ topic: 'server', health: 'warn', sentence: degraded[0] })
})

test('doctor reports every problem of the configuration', async () => {
  vi.stubEnv('PARLEY_PORT', 'many')
  vi.stubEnv('PARLEY_LOG_LEVEL', 'loud')
  const person = createPerson()
  expect(await runCli(person, ['doctor', '--url', server.url])).toBe(1)
  expect(person.output()).toContain('✗ configuration   PARLEY_PORT is "many"')
  expect(person.output()).toContain('✗ configuration   PARLEY_LOG_LEVEL is "loud"')
  expect(person.output()).toContain('2 things are broken.')
})

test('doctor describes the data directory', async () => {
  writeFileSync(join(directory, 'format.json'), '{"format":1,"postgres":18}')
  writeFileSync(join(directory, 'lock.db'), '')
  writeFileSync(join(directory, 'owner-key'), 'pk_owner')
  chmodSync(join(directory, 'owner-key'), 0o644)
  const person = createPerson()
  await runCli(person, ['doctor', '--url', server.url], { lockState: () => 'held' })
  expect(person.output()).toContain(
    `${directory}: 34 bytes, written by PostgreSQL 18, format 1, in use by a running process.`,
  )
  expect(person.output()).toContain('! data directory  ')
  expect(person.output()).toContain(
    'owner-key can be read by other users of this machine; run chmod 600 on it.',
  )
})
