import { expect, test } from 'vitest'
import type { RequestHead } from '../http/api-dialect.ts'
import { dialectRows } from './index.ts'
import { resolveDialect, type ResolveTable } from './resolve.ts'

const all: ResolveTable = {
  rows: dialectRows,
  spoken: new Set(dialectRows.map((row) => row.name)),
  hosts: { 'voice.example.com': 'xai' },
  defaultDialect: 'native',
}
const nativeOnly: ResolveTable = { ...all, spoken: new Set(['native']), hosts: {} }

function head(path: string, rest: Partial<RequestHead> = {}): RequestHead {
  return {
    path,
    query: '',
    host: 'localhost:4870',
    authorization: undefined,
    apiKey: undefined,
    dialect: undefined,
    ...rest,
  }
}

const uuidV4 = '3f2b8c1e-5d4a-4c6b-9e7f-0a1b2c3d4e5f'

test.each([
  ['the default', head('/v1/agents'), 'native', '/v1/agents'],
  ['a mount', head('/xai/v1/agents'), 'xai', '/v1/agents'],
  ['a bare mount', head('/native'), 'native', '/'],
  [
    'a mount before all else',
    head('/native/v1/x', { authorization: 'Bearer xai-1', dialect: 'make' }),
    'native',
    '/v1/x',
  ],
  ['a name that only begins like a mount', head('/xaiv1/agents'), 'native', '/xaiv1/agents'],
  [
    "a path that is one dialect's own",
    head('/api/v2/agents', { authorization: 'Bearer pk_1' }),
    'make',
    '/api/v2/agents',
  ],
  [
    'the host',
    head('/v1/agents', { host: 'Voice.Example.com:443', authorization: 'Bearer pk_1' }),
    'xai',
    '/v1/agents',
  ],
  ['a prefixed key', head('/v1/agents', { authorization: 'Bearer xai-abc' }), 'xai', '/v1/agents'],
  ['a UUID token', head('/v1/agents', { authorization: `token ${uuidV4}` }), 'make', '/v1/agents'],
  ['a UUID key', head('/v1/agents', { apiKey: uuidV4 }), 'make', '/v1/agents'],
  ['a key in the query', head('/v1/agents', { query: 'api_key=tk_live_1' }), 'talkifai', '/v1/agents'],
  ['a public key', head('/v1/agents', { apiKey: 'tk_widget_1' }), 'talkifai', '/v1/agents'],
  [
    'a key before the header',
    head('/v1/a', { authorization: 'Bearer xp_1', dialect: 'xai' }),
    'xpander',
    '/v1/a',
  ],
  ['the header', head('/v1/agents', { dialect: 'talkifai' }), 'talkifai', '/v1/agents'],
])('decides by %s', (_by, request, dialect, path) => {
  expect(resolveDialect(request, all)).toEqual({ kind: 'found', dialect, path })
})

test('decides by the configured default when nothing else does', () => {
  expect(resolveDialect(head('/v1/agents'), { ...all, defaultDialect: 'xai' })).toMatchObject({
    dialect: 'xai',
  })
})

test.each(['/xai/v1/agents', '/make/api/v2/agents', '/api/v2/agents', '/talkifai/x', '/xpander/v1/agents'])(
  'says that %s is in a dialect that this server does not speak',
  (path) => {
    expect(resolveDialect(head(path), nativeOnly)).toMatchObject({ kind: 'unavailable' })
  },
)

test('does not take a credential for that of a dialect that is not spoken', () => {
  expect(resolveDialect(head('/v1/agents', { apiKey: 'xai-abc' }), nativeOnly)).toMatchObject({
    dialect: 'native',
  })
})

test('says so when the header asks for a dialect that is not spoken', () => {
  expect(resolveDialect(head('/v1/agents', { dialect: 'xai' }), nativeOnly)).toEqual({
    kind: 'unavailable',
    dialect: 'xai',
  })
})
