import { readFileSync } from 'node:fs'
import { request, type RequestOptions } from 'node:https'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'
import { afterAll, expect, test } from 'vitest'
import { startTestServer } from '../test/support/server.ts'
import { spokenDialects } from './dialects/index.ts'
import { supportedDialects } from './dialects/support.ts'
import { speak } from './surface.ts'

const server = await startTestServer({
  env: {
    PARLEY_DEFAULT_MODEL: 'demo/demo',
    PARLEY_TLS: 'self-signed',
    PARLEY_TLS_PORT: '0',
    PARLEY_HOST_DIALECTS: 'make.example=make',
    PARLEY_DIALECT_DEFAULT: 'xai',
  },
})
afterAll(async () => await server[Symbol.asyncDispose]())
const [plain, encrypted] = server.server.listeners
const certificate = readFileSync(join(server.dataDir, 'tls', 'cert.pem'), 'utf8')

/** Over TLS, as a client that is given the certificate as an authority. */
async function get(
  path: string,
  options: RequestOptions,
): Promise<{ status: number | undefined; body: unknown }> {
  const asked = Promise.withResolvers<{ status: number | undefined; body: unknown }>()
  const port = encrypted?.port
  request({ host: '127.0.0.1', port, path, ca: certificate, agent: false, ...options })
    .on('response', (reply) => {
      json(reply).then((body) => asked.resolve({ status: reply.statusCode, body }), asked.reject)
    })
    .on('error', asked.reject)
    .end()
  return await asked.promise
}

test('every list of dialects names the same ones', () => {
  expect(speak(server.server.services).map(({ name }) => name)).toEqual(spokenDialects)
  expect(supportedDialects.map(({ name }) => name)).toEqual(spokenDialects)
})

test('the listener with a self-signed certificate stands beside the plain one', async () => {
  expect(plain?.url).toMatch(/^http:/)
  expect(encrypted?.url).toMatch(/^https:/)
  expect(await get('/healthz', {})).toEqual({ status: 200, body: { status: 'ok' } })
  expect(await get('/healthz', { host: 'localhost' })).toEqual({ status: 200, body: { status: 'ok' } })
})

test('who is not given the certificate refuses it', async () => {
  await expect(get('/healthz', { ca: [] })).rejects.toMatchObject({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' })
})

test('a configured host speaks its dialect, and its name is in the certificate', async () => {
  const { status, body } = await get('/api/nothing', {
    servername: 'make.example',
    headers: { host: 'make.example' },
  })
  expect(status).toBe(404)
  expect(body).toMatchObject({ code: 'SC404' })
})

test('what nothing else decides is in the default dialect, and /openapi.json leads to the native one', async () => {
  const { status, body } = await get('/v1/nothing', {})
  expect({ status, body }).toMatchObject({
    status: 404,
    body: { code: 'Some requested entity was not found' },
  })
  const description = await get('/openapi.json', {})
  expect(description.body).toMatchObject({ servers: [{ url: '/native' }] })
})
