import { afterAll, expect, test } from 'vitest'
import { z } from 'zod'
import { testDatabase } from '../../test/support/database.ts'
import { startHttpServer } from '../../test/support/http-server.ts'
import { dialectRows } from '../dialects/index.ts'
import type { Dialect } from '../dialects/dialect.ts'
import { endpoint } from './endpoint.ts'

const [, make] = dialectRows

/** A dialect with an envelope of its own, at a path of its own. */
const other: Dialect = {
  ...make,
  base: '/api/v2',
  authorizationScheme: 'Token',
  endpoints: [
    endpoint({
      id: 'whoami',
      method: 'GET',
      path: '/whoami',
      summary: 'Who',
      tag: 'Test',
      scope: 'any',
      reply: { status: 200, body: z.strictObject({ dialect: z.string() }) },
      errors: [],
      handle: async ({ dialect }) => ({ dialect }),
    }),
  ],
  errorSchema: z.strictObject({ wrong: z.string() }),
  printError: ({ code, category }, { status }) => ({
    status: status ?? (category === 'unauthenticated' ? 403 : 404),
    contentType: 'application/vnd.other+json',
    body: JSON.stringify({ wrong: code }),
    headers: { 'x-other': 'yes' },
  }),
  printStreamError: () => ({ data: '' }),
}

const database = await testDatabase()
const server = await startHttpServer(database, { dialects: [other], publicUrl: 'https://parley.example' })
afterAll(async () => {
  await server.close()
  await database[Symbol.asyncDispose]()
})

async function get(path: string, headers: Record<string, string> = {}) {
  const reply = await fetch(server.url + path, { headers })
  const body = (await reply.json()) as Record<string, unknown> // every reply here is an object
  return { status: reply.status, headers: reply.headers, body }
}

test.each(['/make/api/v2/whoami', '/api/v2/whoami'])('answers %s in its dialect', async (path) => {
  const { status, body } = await get(path, { authorization: `Token ${server.ownerKey}` })
  expect({ status, body }).toEqual({ status: 200, body: { dialect: 'make' } })
})

test('refuses in the envelope, with the status and with the headers of the dialect', async () => {
  const { status, body, headers } = await get('/make/api/v2/whoami')
  expect({ status, body }).toEqual({ status: 403, body: { wrong: 'missing_key' } })
  expect(headers.get('content-type')).toBe('application/vnd.other+json')
  expect(headers.get('x-other')).toBe('yes')
  expect(headers.get('www-authenticate')).toBe('Bearer realm="parley"')
  const unknown = await get('/api/v2/nothing')
  expect({ status: unknown.status, body: unknown.body }).toEqual({
    status: 404,
    body: { wrong: 'route_not_found' },
  })
  const reply = await fetch(`${server.url}/api/v2/whoami`, { method: 'DELETE' })
  expect(reply.status).toBe(405)
  expect(reply.headers.get('allow')).toBe('GET, HEAD, OPTIONS')
  expect(reply.headers.get('content-type')).toBe('application/vnd.other+json')
})

test.each(['/make/openapi.json', '/make/api/v2/openapi.json', '/api/v2/openapi.json'])(
  'describes the dialect at %s',
  async (path) => {
    const { status, headers, body } = await get(path)
    expect(status).toBe(200)
    expect(headers.get('content-type')).toBe('application/json')
    expect(body['servers']).toEqual([{ url: 'https://parley.example/make' }])
    expect(Object.keys(body['paths'] ?? {})).toEqual(['/api/v2/whoami'])
    expect(body).toHaveProperty(
      ['paths', '/api/v2/whoami', 'get', 'responses', '403', 'content', 'application/vnd.other+json'],
      { schema: expect.objectContaining({ required: ['wrong'] }) },
    )
  },
)

test('describes the native dialect at /openapi.json, and below its own mount', async () => {
  for (const path of ['/openapi.json', '/native/openapi.json', '/v1/openapi.json']) {
    const { status, body } = await get(path)
    expect(status).toBe(200)
    expect(Object.keys(body['paths'] ?? {})).toContain('/v1/me')
  }
})
