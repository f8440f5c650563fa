import { afterAll, beforeAll, expect } from 'vitest'
import { xaiRequirements } from '../../src/dialects/xai/requirements.ts'
import { verifies } from '../support/verifies.ts'
import { startXaiServer, type XaiServer } from '../support/xai-server.ts'

let xai: XaiServer
beforeAll(async () => {
  xai = await startXaiServer()
})
afterAll(async () => await xai[Symbol.asyncDispose]())

verifies(
  xaiRequirements,
  ['xai.frame.mount', 'xai.frame.key'],
  'any key works at /xai, a key of the vendor’s form at the bare paths too',
  async () => {
    const id = await xai.agent({ name: 'Desk' })
    const mounted = await xai.test.call('GET', `/xai/v1/agents/${id}`)
    expect(mounted.body.agent.agent_id).toBe(id)
    expect((await xai.call('GET', `/xai/v1/agents/${id}`)).body).toEqual(mounted.body)
    const key = (await xai.native('POST', '/v1/keys', { name: 'k', dialect: 'xai' })).body.key
    expect(key).toMatch(/^xai-/)
    expect((await xai.call('GET', `/v1/agents/${id}`, undefined, { key })).body).toEqual(mounted.body)
  },
)

verifies(
  xaiRequirements,
  ['xai.errors.shape', 'xai.errors.unauthenticated', 'xai.errors.request_id'],
  'a request without a key, or with one that is unknown, is 401',
  async () => {
    const unknown = await xai.test.call('GET', '/v1/agents', undefined, { key: 'xai-unknown' })
    expect(unknown.status).toBe(401)
    expect(unknown.headers.get('content-type')).toBe('application/json')
    expect(unknown.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
    expect(unknown.body).toEqual({
      code: 'The request does not have valid authentication credentials',
      error: 'This API key is not known, was revoked or has expired.',
    })
    const none = await fetch(`${xai.test.url}/xai/v1/agents`)
    expect(none.status).toBe(401)
    expect(await none.json()).toMatchObject({ error: 'Send an API key: Authorization: Bearer <key>.' })
    const fine = await xai.call('GET', '/v1/agents')
    expect(fine.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
    expect(fine.headers.get('content-type')).toBe('application/json')
  },
)

verifies(
  xaiRequirements,
  ['xai.errors.forbidden'],
  'a key without the right to agents is 403, for agents and for numbers',
  async () => {
    const runsOnly = { key: await xai.createKey({ scopes: ['runs:write'] }) }
    const readOnly = { key: await xai.createKey({ scopes: ['agents:read'] }) }
    const phrase = 'The caller does not have permission to execute the specified operation'
    for (const path of ['/v1/agents', '/v1/phone-numbers']) {
      const read = await xai.call('GET', path, undefined, runsOnly)
      expect(read.status).toBe(403)
      expect(read.body).toEqual({ code: phrase, error: 'This API key lacks the scope agents:read.' })
      const write = await xai.call('POST', path, { name: 'x', area_code: '415' }, readOnly)
      expect(write.status).toBe(403)
      expect((await xai.call('GET', path, undefined, readOnly)).status).toBe(200)
    }
  },
)

verifies(
  xaiRequirements,
  ['xai.errors.method', 'xai.errors.unknown_route', 'xai.errors.shape'],
  'another method is 405, another path 404, and what is not JSON 400',
  async () => {
    const method = await xai.call('PUT', '/v1/agents', {})
    expect(method.status).toBe(405)
    expect(method.body.code).toBe('Operation is not implemented or not supported')
    const path = await xai.call('GET', '/v2/agents')
    expect(path.status).toBe(404)
    expect(path.body).toEqual({
      code: 'Some requested entity was not found',
      error: 'There is nothing at this path.',
    })
    const broken = await xai.call('POST', '/v1/agents', '{"name":')
    expect(broken.status).toBe(400)
    expect(broken.body.code).toBe('Client specified an invalid argument')
    expect(broken.body.error).toContain('not valid JSON')
    expect((await xai.call('POST', '/v1/agents')).body.error).toBe('This request needs a JSON body.')
  },
)

/** Each kind of route that is not done: some of it, and a piece of the sentence. */
const unavailable: [string, [string, string][], string][] = [
  [
    'xai.unavailable.realtime',
    [
      ['GET', '/v1/realtime?model=grok-voice-latest'],
      ['POST', '/v1/realtime/client_secrets'],
      ['POST', '/v1/realtime/calls'],
    ],
    'Live voice conversations',
  ],
  [
    'xai.unavailable.own_numbers',
    [
      ['POST', '/v2/phone-numbers'],
      ['GET', '/v2/phone-numbers'],
      ['DELETE', '/v2/phone-numbers/phone_8d1f'],
    ],
    'Numbers of your own carrier',
  ],
  [
    'xai.unavailable.collections',
    [
      ['POST', '/v1/collections'],
      ['GET', '/v1/collections?limit=3'],
      ['PUT', '/v1/collections/collection_1'],
      ['GET', '/v1/collections/collection_1/documents/file_1'],
      ['GET', '/v1/collections/collection_1/documents:batchGet?file_ids=file_1'],
      ['POST', '/v1/documents/search'],
    ],
    'Collections are not available',
  ],
  [
    'xai.unavailable.files',
    [
      ['POST', '/v1/files'],
      ['GET', '/v1/files/file_1/content'],
    ],
    'Files are not available',
  ],
  [
    'xai.unavailable.speech',
    [
      ['POST', '/v1/tts'],
      ['GET', '/v1/tts/voices'],
      ['POST', '/v1/stt'],
      ['PATCH', '/v1/custom-voices/abcd1234'],
    ],
    'Speech and voices are not available',
  ],
  [
    'xai.unavailable.models',
    [
      ['GET', '/v1/models'],
      ['GET', '/v1/api-key'],
    ],
    'Models and accounts are not available',
  ],
]

for (const [id, requests, sentence] of unavailable) {
  verifies(xaiRequirements, [id], `what is documented and not done is 501: ${sentence}`, async () => {
    for (const [method, path] of requests) {
      const reply = await xai.call(method, path, method === 'GET' ? undefined : { any: 'thing' })
      expect(reply.status, `${method} ${path}`).toBe(501)
      expect(reply.body.code).toBe('Operation is not implemented or not supported')
      expect(reply.body.error).toContain(sentence)
      const stranger = await xai.call(method, path, undefined, { key: 'xai-unknown' })
      expect(stranger.status).toBe(401)
    }
  })
}

verifies(
  xaiRequirements,
  ['xai.frame.parameters'],
  'an unknown query parameter changes nothing',
  async () => {
    const id = await xai.agent()
    expect((await xai.call('GET', `/v1/agents/${id}?expand=tools`)).body.agent.agent_id).toBe(id)
    expect((await xai.call('POST', '/v1/agents?dry_run=1', { name: 'Desk' })).status).toBe(200)
    expect((await xai.call('DELETE', `/v1/agents/${id}?force`)).status).toBe(204)
  },
)
