import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { spokenDialects } from '../dialects/index.ts'
import { AppError } from '../errors.ts'
import { loadClientConfig, loadConfig, type Environment } from './load.ts'
import { spokenDialectNames } from './options.ts'

/** The sentences of the error that this environment gives. */
function problems(env: Environment): string[] {
  try {
    loadConfig(env)
  } catch (error) {
    expect(error).toBeInstanceOf(AppError)
    const { code, message } = error as AppError // the line above says so
    expect(code).toBe('invalid_configuration')
    return message.split('\n')
  }
  return []
}

test('an empty environment gives the documented defaults', () => {
  const config = loadConfig({}, { terminal: false })
  expect(config).toMatchObject({
    host: '127.0.0.1',
    port: 4870,
    publicUrl: null,
    dataDir: resolve('.parley'),
    databaseUrl: null,
    ownerKey: null,
    secretKey: null,
    defaultModel: null,
    allowPrivateEgress: '0',
    modelAliases: [],
    dialectDefault: 'native',
    hostDialects: {},
    examples: true,
    retentionDays: null,
    logLevel: 'info',
    logFormat: 'json',
    tls: null,
    fault: null,
    vendor: {},
    warnings: [],
  })
})

test('every option is read', () => {
  const config = loadConfig(
    {
      PARLEY_HOST: 'localhost',
      PARLEY_PORT: '80',
      PARLEY_PUBLIC_URL: 'https://agents.example/base/',
      PARLEY_DATA_DIR: '/var/lib/parley',
      DATABASE_URL: 'postgresql://user:password@host/parley',
      PARLEY_OWNER_KEY: 'pk_0123456789_long_enough',
      PARLEY_SECRET_KEY: '0'.repeat(64),
      PARLEY_DEFAULT_MODEL: 'ollama/qwen3:8b',
      PARLEY_ALLOW_PRIVATE_EGRESS: 'crm.internal, 10.0.0.7',
      PARLEY_MODEL_ALIASES: 'anthropic/*=ollama/qwen3, gpt-4=openai/gpt-5.2',
      PARLEY_DIALECT_DEFAULT: 'make',
      PARLEY_HOST_DIALECTS: 'Make.Example.com=make, [::1]=xai,localhost=native',
      PARLEY_EXAMPLES: 'false',
      PARLEY_RETENTION_DAYS: '30',
      PARLEY_LOG_LEVEL: 'debug',
      PARLEY_LOG_FORMAT: 'pretty',
      PARLEY_FAULT: 'effect.after_call:3',
      PARLEY_FAULT_ALLOWED: '1',
      OPENAI_API_KEY: 'sk-1',
      UNRELATED_API_KEY: 'sk-2',
    },
    { vendorVariables: ['OPENAI_API_KEY', 'OPENAI_BASE_URL'] },
  )
  expect(config).toMatchObject({
    host: 'localhost',
    port: 80,
    publicUrl: 'https://agents.example/base',
    dataDir: '/var/lib/parley',
    databaseUrl: 'postgresql://user:password@host/parley',
    ownerKey: 'pk_0123456789_long_enough',
    secretKey: '0'.repeat(64),
    defaultModel: 'ollama/qwen3:8b',
    allowPrivateEgress: ['crm.internal', '10.0.0.7'],
    modelAliases: [
      { pattern: 'anthropic/*', target: 'ollama/qwen3' },
      { pattern: 'gpt-4', target: 'openai/gpt-5.2' },
    ],
    dialectDefault: 'make',
    hostDialects: { 'make.example.com': 'make', '[::1]': 'xai', localhost: 'native' },
    examples: false,
    retentionDays: 30,
    logLevel: 'debug',
    logFormat: 'pretty',
    fault: { point: 'effect.after_call', hit: 3 },
  })
  expect(config.vendor).toEqual({ OPENAI_API_KEY: 'sk-1' })
})

test('PORT is read when PARLEY_PORT is not set, and not otherwise', () => {
  expect(loadConfig({ PORT: '8080' }).port).toBe(8080)
  expect(loadConfig({ PORT: '8080', PARLEY_PORT: '8081' }).port).toBe(8081)
})

test('an empty variable counts as not set', () => {
  expect(loadConfig({ PARLEY_PORT: '', PARLEY_DEFAULT_MODEL: ' ' })).toMatchObject({
    port: 4870,
    defaultModel: null,
  })
})

test('all problems are reported at once, each in a sentence that says what would be right', () => {
  expect(
    problems({
      PARLEY_PORT: '70000',
      PARLEY_LOG_LEVEL: 'loud',
      DATABASE_URL: 'mysql://user:hunter2@host/parley',
    }),
  ).toEqual([
    'PARLEY_PORT is "70000"; it must be a TCP port from 0 to 65535 (0: any free one).',
    'DATABASE_URL cannot be used; it must be a PostgreSQL URL, such as postgresql://user:password@host:5432/parley.',
    'PARLEY_LOG_LEVEL is "loud"; it must be trace, debug, info, warn, error or silent.',
  ])
})

test('a secret is in no problem and in no printed setting', () => {
  expect(
    problems({
      PARLEY_SECRET_KEY: 'hunter2',
      PARLEY_OWNER_KEY: 'short_long_enough',
      DATABASE_URL: 'hunter2',
    }).join(),
  ).not.toMatch(/hunter2|short/)
  const { settings } = loadConfig(
    {
      PARLEY_OWNER_KEY: 'pk_hunter2hunter2_long_enough',
      DATABASE_URL: 'postgresql://u:hunter2@host/parley',
      OPENAI_API_KEY: 'hunter2',
      OPENAI_BASE_URL: 'https://user:hunter2@models.example/v1?key=hunter2',
    },
    { vendorVariables: ['OPENAI_API_KEY', 'OPENAI_BASE_URL'] },
  )
  expect(JSON.stringify(settings)).not.toContain('hunter2')
  expect(settings).toContainEqual({
    env: 'OPENAI_BASE_URL',
    shown: 'https://models.example/v1',
    source: 'environment',
  })
})

test('a host that other machines can reach is refused without TLS and without a proxy', () => {
  expect(problems({ PARLEY_HOST: '0.0.0.0' })[0]).toMatch(
    /^PARLEY_HOST is 0\.0\.0\.0, which other machines can reach/,
  )
  expect(problems({ PARLEY_HOST: '::' })).toHaveLength(1)
  expect(problems({ PARLEY_HOST: '0.0.0.0', PARLEY_TRUST_PROXY: '1' })).toEqual([])
  for (const host of ['localhost', '127.0.0.2', '::1', '[::1]'])
    expect(problems({ PARLEY_HOST: host })).toEqual([])
})

test('a certificate needs its key, and both must be readable files', () => {
  const directory = mkdtempSync(join(tmpdir(), 'parley-config-'))
  const file = join(directory, 'file.pem')
  writeFileSync(file, '')
  try {
    expect(problems({ PARLEY_TLS_CERT: file })).toEqual([
      'PARLEY_TLS_CERT is set but PARLEY_TLS_KEY is not; set both, or neither for plain HTTP.',
    ])
    expect(problems({ PARLEY_TLS_KEY: file })[0]).toMatch(/^PARLEY_TLS_KEY is set but PARLEY_TLS_CERT is not/)
    expect(problems({ PARLEY_TLS_CERT: file, PARLEY_TLS_KEY: join(directory, 'missing.pem') })).toEqual([
      `PARLEY_TLS_KEY is ${join(directory, 'missing.pem')}, which cannot be read; it must be the path of a PEM file with the private key.`,
    ])
    const tls = { PARLEY_TLS_CERT: file, PARLEY_TLS_KEY: file, PARLEY_HOST: '0.0.0.0' }
    expect(loadConfig(tls).tls).toEqual({ cert: file, key: file, selfSigned: false, port: null })
    const beside = loadConfig({ ...tls, PARLEY_TLS_PORT: '4871' })
    expect(beside.tls).toEqual({ cert: file, key: file, selfSigned: false, port: 4871 })
    expect(beside.warnings[0]).toMatch(/^The plain listener on 0\.0\.0\.0 can be reached by other machines/)
    expect(problems({ PARLEY_TLS_PORT: '4871' })[0]).toMatch(
      /^PARLEY_TLS_PORT is set but there is no certificate/,
    )
    expect(problems({ ...tls, PARLEY_TLS_PORT: '4870' })[0]).toMatch(
      /^PARLEY_TLS_PORT and PARLEY_PORT are both 4870/,
    )
  } finally {
    rmSync(directory, { recursive: true })
  }
})

test('a self-signed certificate is kept in the data directory and allows any host', () => {
  const env = { PARLEY_TLS: 'self-signed', PARLEY_HOST: '0.0.0.0', PARLEY_DATA_DIR: '/var/lib/parley' }
  const files = { cert: '/var/lib/parley/tls/cert.pem', key: '/var/lib/parley/tls/key.pem' }
  expect(loadConfig(env).tls).toEqual({ ...files, selfSigned: true, port: null })
  expect(loadConfig({ ...env, PARLEY_TLS_PORT: '4871' }).tls).toEqual({
    ...files,
    selfSigned: true,
    port: 4871,
  })
})

test('a self-signed certificate and one of the operator exclude each other', () => {
  const own = { PARLEY_TLS_CERT: import.meta.filename, PARLEY_TLS_KEY: import.meta.filename }
  expect(problems({ PARLEY_TLS: 'self-signed', ...own })).toEqual([
    'PARLEY_TLS=self-signed makes a certificate, and PARLEY_TLS_CERT names another; set one or the other.',
  ])
})

test.each(['make', 'make.example.com:443=make', 'a=make=xai', '=make', 'a.example='])(
  'PARLEY_HOST_DIALECTS=%s is no list of hosts and dialects',
  (text) => {
    expect(problems({ PARLEY_HOST_DIALECTS: text })).toEqual([
      `PARLEY_HOST_DIALECTS is ${JSON.stringify(text)}; it must be a comma list of host=dialect, hosts without a port, such as make.example.com=make.`,
    ])
  },
)

test('the dialects that configuration may name are those that are spoken', () => {
  expect(spokenDialectNames).toEqual(spokenDialects)
})

test.each([
  [
    { PARLEY_HOST_DIALECTS: 'a.example=make,b.example=acme' },
    'PARLEY_HOST_DIALECTS names the dialect "acme", which is not available in this version; use native, make, talkifai, xai or xpander.',
  ],
  [
    { PARLEY_DIALECT_DEFAULT: 'acme' },
    'PARLEY_DIALECT_DEFAULT is "acme"; it must be one of native, make, talkifai, xai, xpander.',
  ],
  [{ PARLEY_PUBLISH_MODE: 'later' }, 'PARLEY_PUBLISH_MODE is "later"; it must be live or staged.'],
])('what this version does not do is refused, not ignored: %j', (env, sentence) => {
  expect(problems(env)).toEqual([sentence])
})

test('a fault is armed only where it is allowed', () => {
  expect(problems({ PARLEY_FAULT: 'journal.before_commit:1' })).toEqual([
    'PARLEY_FAULT would kill this server on purpose; it takes effect only with PARLEY_FAULT_ALLOWED=1.',
  ])
  expect(problems({ PARLEY_FAULT: 'journal.before_lunch:1', PARLEY_FAULT_ALLOWED: '1' })[0]).toMatch(
    /^PARLEY_FAULT is "journal\.before_lunch:1"; it must be point:hit/,
  )
})

test('an unknown PARLEY_ variable is a warning that names the option which was probably meant', () => {
  const { warnings } = loadConfig({
    PARLEY_DATADIR: '/x',
    PARLEY_WEATHER_IN_SPRING: '1',
    OTHER: '1',
    PARLEY_URL: 'http://a',
  })
  expect(warnings).toEqual([
    'PARLEY_DATADIR is not an option of Parley and is ignored; did you mean PARLEY_DATA_DIR?',
    'PARLEY_WEATHER_IN_SPRING is not an option of Parley and is ignored.',
  ])
})

test('the command line reads only what it needs', () => {
  const env = {
    PARLEY_URL: 'https://agents.example/',
    PARLEY_KEY: 'pk_1',
    PARLEY_LOG_LEVEL: 'loud',
    NO_COLOR: '1',
  }
  expect(loadClientConfig(env)).toEqual({
    url: 'https://agents.example',
    key: 'pk_1',
    dataDir: resolve('.parley'),
    port: 4870,
    ownerKey: null,
    noColor: true,
  })
})
