import { afterAll, beforeAll, expect } from 'vitest'
import { talkifaiRequirements } from '../../src/dialects/talkifai/requirements.ts'
import { startTalkifaiServer, textAgent, type TalkifaiServer } from '../support/talkifai-server.ts'
import { verifies } from '../support/verifies.ts'

// The bodies are the vendor's documented ones.

let talkifai: TalkifaiServer
beforeAll(async () => {
  talkifai = await startTalkifaiServer()
})
afterAll(async () => await talkifai[Symbol.asyncDispose]())

const promise = (ids: string[], sentence: string, run: () => Promise<void>) =>
  verifies(talkifaiRequirements, ids, sentence, run)

const pipeline = {
  name: 'Sales Bot',
  agentArchitecture: 'pipeline',
  model: 'gpt-4o',
  stt: 'deepgram',
  tts: 'cartesia',
  voiceId: 'some-cartesia-voice-id',
  systemPrompt: 'You are a helpful sales agent for Acme Corp...',
  language: 'en',
  mode: 'private',
  temperature: 0.7,
}
const realtime = {
  name: 'Low Latency Support',
  agentArchitecture: 'realtime',
  realtimeProvider: 'openai',
  voiceId: 'alloy',
  systemPrompt: 'You are a support agent...',
  language: 'en',
  mode: 'public',
}
const nested = {
  name: 'Clinic intake',
  description: 'Asks before the visit.',
  sysMsg: 'Collect name and symptoms.',
  agentArchitecture: 'pipeline',
  model: 'gpt_4o_mini',
  stt: 'deepgram',
  voiceId: 'gemini-leda-en',
  greetingType: 'userFirst',
  greetingMessage: 'Hello.',
  lastMessage: 'Goodbye.',
  temperature: 0.5,
  inactivityTimeout: 30,
  languages: ['english', 'ur'],
  mode: 'private',
}

const create = (body: object) => talkifai.call('POST', '/v1/agents', body)
const read = async (id: string) => (await talkifai.call('GET', `/v1/agents/${id}`)).body.data
const patch = (id: string, body: object) => talkifai.call('PATCH', `/v1/agents/${id}`, body)

const documented = [pipeline, realtime, textAgent]

promise(
  [
    'talkifai.agents.create',
    'talkifai.agents.create.inactive',
    'talkifai.agents.get',
    'talkifai.agents.voice',
  ],
  'each documented example makes an agent that reads back as it was written',
  async () => {
    for (const body of documented) {
      const made = await create(body)
      expect([made.status, made.body.success]).toEqual([201, true])
      const { data } = made.body
      expect(data).toMatchObject({ ...body, active: false, enabledFunctions: [], enabledCustomFunctions: [] })
      expect(data.id).toMatch(/^agent_[0-9A-Za-z]{22}$/)
      expect(data.createdAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
      expect(await read(data.id)).toEqual(data)
    }
    const { body } = await create(textAgent)
    expect(body.data).toMatchObject({ stt: null, tts: null, voiceId: null, realtimeProvider: null })
    expect((await create(realtime)).body.data).toMatchObject({ model: null, stt: null, tts: null })
  },
)

promise(
  ['talkifai.agents.create.required'],
  'only the required fields are needed, and one that is missing is named',
  async () => {
    const least = [
      ['name', 'agentArchitecture', 'systemPrompt', 'model', 'stt', 'tts'],
      ['name', 'agentArchitecture', 'systemPrompt', 'realtimeProvider'],
      ['name', 'agentArchitecture', 'systemPrompt', 'model'],
    ]
    for (const [index, required] of least.entries()) {
      const example: Record<string, unknown> = documented[index] ?? {}
      const body = Object.fromEntries(required.map((field) => [field, example[field]]))
      const made = await create(body)
      expect([made.status, made.body.data?.active, made.body]).toEqual([201, false, made.body])
      for (const field of required) {
        const { [field]: _missing, ...rest } = body
        const refused = await create(rest)
        expect([field, refused.status, refused.body.code]).toEqual([field, 400, 'VALIDATION_ERROR'])
        expect(refused.body.details).toMatchObject([{ field }])
      }
    }
    const empty = await create({ ...textAgent, model: '', systemPrompt: ' ' })
    expect(empty.body.error).toBe(
      'systemPrompt: is required for text agents; model: is required for text agents',
    )
  },
)

promise(
  ['talkifai.agents.create.nested_active', 'talkifai.agents.create.private'],
  'a body of the detailed pages makes an active agent, and one without a mode a private one',
  async () => {
    const { mode: _mode, ...body } = nested
    expect((await create(body)).body.data).toMatchObject({ active: true, mode: 'private' })
    expect((await create({ ...textAgent, active: true })).body.data.active).toBe(true)
  },
)

promise(
  [
    'talkifai.agents.both_profiles',
    'talkifai.agents.superset',
    'talkifai.agents.conversation',
    'talkifai.agents.languages',
    'talkifai.agents.voice.implied',
  ],
  'an agent that is written in one way is answered in both',
  async () => {
    const { data } = (await create(nested)).body
    expect(data).toEqual({
      id: data.id,
      name: 'Clinic intake',
      agentArchitecture: 'pipeline',
      model: 'gpt-4o-mini',
      stt: 'deepgram',
      tts: 'gemini',
      voiceId: 'gemini-leda-en',
      realtimeProvider: null,
      systemPrompt: 'Collect name and symptoms.',
      language: 'en',
      mode: 'private',
      active: true,
      temperature: 0.5,
      enabledFunctions: [],
      enabledCustomFunctions: [],
      createdAt: data.createdAt,
      updatedAt: data.updatedAt,
      agent: {
        id: data.id,
        name: 'Clinic intake',
        description: 'Asks before the visit.',
        sysMsg: 'Collect name and symptoms.',
        agentArchitecture: 'pipeline',
        model: 'gpt_4o_mini',
        stt: 'deepgram',
        voiceId: 'gemini-leda-en',
        realtimeProvider: null,
        greetingType: 'userFirst',
        greetingMessage: 'Hello.',
        lastMessage: 'Goodbye.',
        temperature: 0.5,
        inactivityTimeout: 30,
        mode: 'private',
        languages: [
          { id: 'lang_en', language: 'en' },
          { id: 'lang_ur', language: 'ur' },
        ],
        functionCallingEnabled: false,
        enabledFunctions: [],
        enabledCustomFunctions: [],
        userId: expect.stringMatching(/^user_/),
        organizationId: expect.stringMatching(/^org_/),
        createdAt: data.createdAt,
        updatedAt: data.updatedAt,
      },
    })
    const both = await talkifai.agent({ sysMsg: 'Second.', systemPrompt: 'First.' })
    expect(both.systemPrompt).toBe('First.')
    const changed = await talkifai.call('PUT', `/v1/agents/${data.id}`, {
      languages: data.agent.languages,
      language: 'urdu',
      greetingMessage: null,
    })
    expect(changed.body.data.agent).toMatchObject({
      languages: [
        { id: 'lang_ur', language: 'ur' },
        { id: 'lang_en', language: 'en' },
      ],
      greetingMessage: null,
      lastMessage: 'Goodbye.',
    })
    const { voiceId: _voiceId, ...silent } = nested
    expect((await create(silent)).body.details).toMatchObject([{ field: 'voiceId' }])
    expect((await create({ ...nested, voiceId: 'v-123' })).body.data.tts).toBe('cartesia')
  },
)

promise(['talkifai.agents.limits'], 'bodies of the detailed pages have their own limits', async () => {
  const long = 'a'.repeat(5_001)
  for (const [field, value] of [
    ['name', 'a'],
    ['name', 'a'.repeat(51)],
    ['sysMsg', long],
    ['temperature', 0.05],
    ['temperature', 1.1],
    ['description', 'a'.repeat(201)],
    ['lastMessage', 'a'.repeat(101)],
    ['inactivityTimeout', 9],
    ['inactivityTimeout', 61],
    ['languages', []],
  ] as const) {
    const refused = await create({ ...nested, [field]: value })
    expect([field, refused.status, refused.body.details?.[0]?.field]).toEqual([field, 400, field])
  }
  const wide = { name: 'a'.repeat(200), systemPrompt: 'a'.repeat(100_000), temperature: 2 }
  expect((await create({ ...textAgent, ...wide })).status).toBe(201)
  expect((await create({ ...textAgent, name: 'a', systemPrompt: long, temperature: 0 })).status).toBe(201)
  const over = await create({ ...textAgent, systemPrompt: 'a'.repeat(100_001) })
  expect(over.body.details).toEqual([{ field: 'systemPrompt', message: 'use at most 100,000 characters' }])
})

promise(
  ['talkifai.agents.idempotency'],
  'a create that is repeated with its key makes one agent',
  async () => {
    const headers = { 'idempotency-key': 'create-once' }
    const first = await talkifai.agent({}, { headers })
    expect((await talkifai.agent({}, { headers })).id).toBe(first.id)
  },
)

promise(
  ['talkifai.agents.update', 'talkifai.agents.active'],
  'PATCH and PUT change the documented three fields and nothing else',
  async () => {
    for (const method of ['PATCH', 'PUT']) {
      const before = await talkifai.agent()
      const body = { systemPrompt: 'Updated instructions...', temperature: 0.5, active: true }
      const reply = await talkifai.call(method, `/v1/agents/${before.id}`, body)
      expect(reply.status).toBe(200)
      const { data } = reply.body
      expect(data).toEqual({
        ...before,
        ...body,
        updatedAt: data.updatedAt,
        agent: {
          ...before.agent,
          sysMsg: 'Updated instructions...',
          temperature: 0.5,
          updatedAt: data.updatedAt,
        },
      })
      expect(Date.parse(data.updatedAt)).toBeGreaterThan(Date.parse(before.updatedAt))
      expect(await read(before.id)).toEqual(data)
      expect((await talkifai.native('GET', `/v1/agents/${before.id}`)).body.enabled).toBe(true)
    }
  },
)

promise(
  ['talkifai.agents.update.architecture', 'talkifai.agents.update.required'],
  'an update changes no architecture and clears nothing that it needs',
  async () => {
    const { id } = (await create(pipeline)).body.data
    const other = await patch(id, { agentArchitecture: 'text' })
    expect([other.status, other.body.error]).toEqual([
      400,
      'agentArchitecture: cannot change after creation; this agent is "pipeline"',
    ])
    expect((await patch(id, { agentArchitecture: 'pipeline' })).status).toBe(200)
    for (const field of ['systemPrompt', 'model', 'stt', 'tts']) {
      const cleared = await patch(id, { [field]: null })
      expect([field, cleared.status, cleared.body.details]).toEqual([
        field,
        400,
        [{ field, message: 'cannot be cleared: pipeline agents need it' }],
      ])
    }
    expect((await patch(id, { sysMsg: '' })).body.details).toMatchObject([{ field: 'sysMsg' }])
    expect((await patch(id, { voiceId: null, temperature: null })).body.data).toMatchObject({
      voiceId: null,
      temperature: null,
      stt: 'deepgram',
    })
  },
)

promise(
  ['talkifai.agents.delete', 'talkifai.agents.delete.runs', 'talkifai.agents.get.missing'],
  'a deleted agent is gone with its functions, and its runs stay',
  async () => {
    const { id } = await talkifai.agent({ model: 'demo/demo', active: true })
    const definition = { name: 'check_order_status', endpoint: 'https://shop.example/orders' }
    expect((await talkifai.call('POST', `/api/custom-functions/${id}`, definition)).status).toBe(201)
    const run = (await talkifai.native('POST', `/v1/agents/${id}/runs`, { input: 'Hello' })).body
    const gone = await talkifai.call('DELETE', `/v1/agents/${id}`)
    expect([gone.status, gone.body]).toEqual([
      200,
      { success: true, data: { message: 'Agent deleted successfully' } },
    ])
    for (const method of ['GET', 'PATCH', 'DELETE']) {
      const body = method === 'PATCH' ? { name: 'x' } : undefined
      const reply = await talkifai.call(method, `/v1/agents/${id}`, body)
      expect([method, reply.status, reply.body.code]).toEqual([method, 404, 'AGENT_NOT_FOUND'])
    }
    const { data: tools } = (await talkifai.native('GET', '/v1/tools')).body
    expect(tools.map((tool: { name: string }) => tool.name)).not.toContain('check_order_status')
    expect((await talkifai.native('GET', `/v1/runs/${run.id}`)).status).toBe(200)
    const { id: mine } = await talkifai.agent()
    const foreign = await talkifai.call('GET', `/v1/agents/${mine}`, undefined, { key: talkifai.otherKey })
    expect([foreign.status, foreign.body.code]).toEqual([404, 'AGENT_NOT_FOUND'])
    expect((await talkifai.call('GET', '/v1/agents/any-id')).status).toBe(404)
  },
)
