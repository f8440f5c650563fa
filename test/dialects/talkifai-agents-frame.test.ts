import { afterAll, beforeAll, expect } from 'vitest'
import { talkifaiRequirements } from '../../src/dialects/talkifai/requirements.ts'
import { startTalkifaiServer, textAgent, type TalkifaiServer } from '../support/talkifai-server.ts'
import { verifies } from '../support/verifies.ts'

let talkifai: TalkifaiServer
beforeAll(async () => {
  talkifai = await startTalkifaiServer()
})
afterAll(async () => await talkifai[Symbol.asyncDispose]())

const promise = (ids: string[], sentence: string, run: () => Promise<void>) =>
  verifies(talkifaiRequirements, ids, sentence, run)

promise(
  ['talkifai.frame.mount', 'talkifai.frame.key', 'talkifai.frame.success'],
  'any key works at /talkifai in either header, a key of the vendor’s form at the bare paths too',
  async () => {
    const { id } = await talkifai.agent()
    const mounted = await talkifai.call('GET', `/v1/agents/${id}`)
    expect(mounted.status).toBe(200)
    expect(mounted.body).toMatchObject({ success: true, data: { id } })
    const key = await talkifai.createKey({})
    expect(key).toMatch(/^tk_live_/)
    const bare = await talkifai.test.call('GET', `/v1/agents/${id}`, undefined, { key })
    expect(bare.body).toEqual(mounted.body)
    for (const url of [`/v1/agents/${id}`, `/talkifai/v1/agents/${id}`]) {
      const reply = await fetch(talkifai.test.url + url, { headers: { 'X-API-Key': key } })
      expect(await reply.json()).toEqual(mounted.body)
    }
  },
)

promise(['talkifai.frame.rate_limits'], 'requests per minute are not counted', async () => {
  const { headers } = await talkifai.call('GET', '/v1/agents')
  expect([...headers.keys()].filter((name) => name.startsWith('x-ratelimit'))).toEqual([])
})

promise(
  ['talkifai.errors.shape', 'talkifai.errors.unauthenticated', 'talkifai.errors.forbidden'],
  'a missing or unknown key is 401, and a key without the scope 403',
  async () => {
    const unknown = await talkifai.call('GET', '/v1/agents', undefined, { key: 'tk_live_unknown' })
    expect([unknown.status, unknown.body]).toEqual([
      401,
      {
        success: false,
        error: 'This API key is not known, was revoked or has expired.',
        code: 'UNAUTHORIZED',
      },
    ])
    const none = await fetch(`${talkifai.test.url}/talkifai/v1/agents`)
    expect(none.status).toBe(401)
    const key = await talkifai.createKey({ scopes: ['runs:read'] })
    const without = await talkifai.call('GET', '/v1/agents', undefined, { key })
    expect([without.status, without.body]).toEqual([
      403,
      { success: false, error: 'This API key lacks the scope agents:read.', code: 'FORBIDDEN' },
    ])
  },
)

promise(
  ['talkifai.errors.field', 'talkifai.frame.parameters'],
  'every wrong field is named, and what is unknown is ignored',
  async () => {
    const wrong = { ...textAgent, name: '', temperature: 3, mode: 'secret', unknown: 1 }
    const { status, body } = await talkifai.call('POST', '/v1/agents?unknown=1', wrong)
    expect(status).toBe(400)
    expect(body).toEqual({
      success: false,
      error:
        'name: must have 1 to 200 characters; mode: must be "public", "private" or "commercial"; temperature: must be at most 2',
      code: 'VALIDATION_ERROR',
      details: [
        { field: 'name', message: 'must have 1 to 200 characters' },
        { field: 'mode', message: 'must be "public", "private" or "commercial"' },
        { field: 'temperature', message: 'must be at most 2' },
      ],
    })
    const fine = await talkifai.call('POST', '/v1/agents?unknown=1', { ...textAgent, unknown: 1 })
    expect(fine.status).toBe(201)
    const broken = await talkifai.call('POST', '/v1/agents', '{"name":')
    expect([broken.status, broken.body.code]).toEqual([400, 'VALIDATION_ERROR'])
  },
)

promise(['talkifai.errors.unknown_route'], 'another path is 404 and another method 405', async () => {
  const path = await talkifai.call('GET', '/v1/unknown')
  expect([path.status, path.body]).toEqual([
    404,
    { success: false, error: 'There is nothing at this path.', code: 'NOT_FOUND' },
  ])
  const method = await talkifai.call('DELETE', '/v1/agents')
  expect([method.status, method.body.code]).toEqual([405, 'METHOD_NOT_ALLOWED'])
})

promise(
  ['talkifai.errors.detail'],
  'errors of chat and telephony have the text as detail too, and a code in small letters',
  async () => {
    const sentence = 'Telephone calls are not available in this version.'
    const reply = await talkifai.call('POST', '/telephony/outbound-call?to_number=%2B14155550100')
    expect([reply.status, reply.body]).toEqual([
      501,
      { detail: sentence, code: 'not_implemented', success: false, error: sentence },
    ])
    const rest = await talkifai.call('POST', '/batch/create')
    expect(rest.body).toEqual({
      success: false,
      error: 'Batch calling is not available in this version.',
      code: 'NOT_IMPLEMENTED',
    })
  },
)

/** Each kind of route that is not done: some of it, and a piece of the sentence. */
const unavailable: [string, [string, string][], string][] = [
  ['talkifai.unavailable.voice', [['POST', '/v1/chat/voice-sessions']], 'Voice sessions are not available'],
  [
    'talkifai.unavailable.telephony',
    [
      ['POST', '/telephony/outbound-call'],
      ['POST', '/v1/calls'],
    ],
    'Telephone calls are not available',
  ],
  [
    'talkifai.unavailable.batch',
    [
      ['POST', '/batch/create'],
      ['GET', '/batch/jobs?organizationId=org_1'],
      ['GET', '/batch/jobs/job_1'],
      ['POST', '/batch/jobs/job_1/cancel'],
    ],
    'Batch calling is not available',
  ],
  [
    'talkifai.unavailable.export',
    [
      ['POST', '/export/conversation'],
      ['POST', '/api/export/conversation/json'],
    ],
    'Exports are not available',
  ],
  [
    'talkifai.unavailable.webhooks',
    [
      ['GET', '/v1/webhooks'],
      ['PUT', '/api/agents/agent_1/webhook'],
    ],
    'Webhooks of the organization and of agents are not available',
  ],
  [
    'talkifai.unavailable.analysis',
    [
      ['PUT', '/api/post-call-analysis/model/agent_1'],
      ['GET', '/api/call-logs/check-usage'],
    ],
    'Analysis of conversations and credits are not available',
  ],
  [
    'talkifai.unavailable.keys',
    [['POST', '/api/organization/api-keys']],
    'parley keys create --dialect talkifai',
  ],
]

for (const [id, requests, sentence] of unavailable) {
  promise([id], `${requests[0]?.join(' ')} answers 501 with a sentence`, async () => {
    for (const [method, path] of requests) {
      const body = method === 'GET' ? undefined : { any: 'thing' }
      const reply = await talkifai.call(method, path, body)
      expect([path, reply.status]).toEqual([path, 501])
      expect(reply.body.error).toContain(sentence)
    }
  })
}
