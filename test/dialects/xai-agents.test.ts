import { afterAll, beforeAll, expect } from 'vitest'
import { emptyDefinition } from '../../src/core/agents/definition.ts'
import { printId } from '../../src/lib/ids.ts'
import { xaiRequirements } from '../../src/dialects/xai/requirements.ts'
import { verifies } from '../support/verifies.ts'
import { startXaiServer, type XaiServer } from '../support/xai-server.ts'

let xai: XaiServer
beforeAll(async () => {
  xai = await startXaiServer()
})
afterAll(async () => await xai[Symbol.asyncDispose]())

const invalid = 'Client specified an invalid argument'

async function refused(body: object, error: string) {
  const reply = await xai.call('POST', '/v1/agents', body)
  expect(reply.status).toBe(400)
  expect(reply.body).toEqual({ code: invalid, error })
}

async function accepted(body: object) {
  const reply = await xai.call('POST', '/v1/agents', body)
  expect(reply.body).toHaveProperty('agent')
  expect(reply.status).toBe(200)
  return reply.body.agent
}

verifies(
  xaiRequirements,
  ['xai.agents.create', 'xai.agents.collections.kept'],
  'a bicycle workshop gets the agent back that it made',
  async () => {
    const sent = {
      name: 'Bike shop desk',
      instructions: 'Answer calls for a bicycle workshop. Keep every reply under two sentences.',
      tools: [
        {
          type: 'function',
          function: {
            name: 'find_repair',
            description: 'Look up a repair ticket',
            parameters: { type: 'object', properties: { ticket: { type: 'string' } }, required: ['ticket'] },
          },
        },
        { type: 'web_search' },
      ],
      voice: { voice_id: 'ara', vad_threshold: 0.45, vad_silence_duration_ms: 350 },
      collection_ids: ['collection_6f1d0c1e-2f55-4b0f-9a51-4d2a5b0a9a11'],
    }
    const { agent_id: id, created_at: created, updated_at: updated, ...agent } = await accepted(sent)
    expect(JSON.stringify(agent)).toBe(JSON.stringify(sent))
    const got = await xai.call('GET', `/v1/agents/${id}`)
    expect(got.body).toEqual({ agent: { agent_id: id, ...sent, created_at: created, updated_at: updated } })
  },
)

verifies(
  xaiRequirements,
  ['xai.agents.create.minimal', 'xai.agents.create.unknown_keys', 'xai.agents.create.duplicate_names'],
  'an agent that has only a name is printed with every field, and unknown keys are ignored',
  async () => {
    const first = await accepted({ name: 'Desk' })
    expect(Object.keys(first)).toEqual([
      'agent_id',
      'name',
      'instructions',
      'tools',
      'voice',
      'collection_ids',
      'created_at',
      'updated_at',
    ])
    expect(first).toMatchObject({ instructions: null, tools: [], voice: null, collection_ids: [] })
    const second = await accepted({ name: 'Desk', greeting: 'Hi', voice: { voice_id: 'eve', pitch: 3 } })
    expect(second.voice).toEqual({ voice_id: 'eve' })
    expect(second.agent_id).not.toBe(first.agent_id)
  },
)

verifies(
  xaiRequirements,
  ['xai.agents.spelling'],
  'keys in camelCase are understood and answered in snake_case',
  async () => {
    const agent = await accepted({
      name: 'Desk',
      collectionIds: ['c1'],
      voice: { voiceId: 'eve', vadSilenceDurationMs: 200 },
    })
    expect(agent.collection_ids).toEqual(['c1'])
    expect(agent.voice).toEqual({ voice_id: 'eve', vad_silence_duration_ms: 200 })
    const both = await accepted({ name: 'Desk', collectionIds: ['c1'], collection_ids: ['c2'] })
    expect(both.collection_ids).toEqual(['c2'])
  },
)

verifies(
  xaiRequirements,
  ['xai.agents.idempotency'],
  'a create that is repeated with its key makes no second agent',
  async () => {
    const options = { headers: { 'idempotency-key': 'agent-1' } }
    const first = await xai.call('POST', '/v1/agents', { name: 'Once' }, options)
    const again = await xai.call('POST', '/v1/agents', { name: 'Once' }, options)
    expect(again.status).toBe(200)
    expect(again.body).toEqual(first.body)
    const { body } = await xai.call('GET', '/v1/agents')
    expect(body.agents.filter(({ name }: { name: string }) => name === 'Once')).toHaveLength(1)
    const other = await xai.call('POST', '/v1/agents', { name: 'Twice' }, options)
    expect(other.status).toBe(400)
  },
)

verifies(
  xaiRequirements,
  ['xai.agents.get.missing', 'xai.agents.id', 'xai.agents.delete.twice'],
  'an agent that is not there is 404, whatever stands for its id',
  async () => {
    const gone = await xai.agent()
    expect((await xai.call('DELETE', `/v1/agents/${gone}`)).status).toBe(204)
    const patch = { agent: {}, field_mask: { paths: [] } }
    const id = 'agent_abc123def456'
    for (const path of [gone, id, 'agent_', 'phone_xyz789', 'x', encodeURIComponent('agent_/../x')]) {
      for (const method of ['GET', 'PATCH', 'DELETE']) {
        const body = method === 'PATCH' ? patch : undefined
        const reply = await xai.call(method, `/v1/agents/${path}`, body)
        expect(reply.status, `${method} ${path}`).toBe(404)
        expect(reply.body.code).toBe('Some requested entity was not found')
      }
    }
  },
)

verifies(
  xaiRequirements,
  ['xai.agents.tenancy'],
  'another team finds nothing of ours and lists nothing of ours',
  async () => {
    const id = await xai.agent({ name: 'Ours' })
    const other = { key: xai.otherTeam }
    const patch = { agent: { name: 'Theirs' }, field_mask: { paths: ['name'] } }
    expect((await xai.call('GET', `/v1/agents/${id}`, undefined, other)).status).toBe(404)
    expect((await xai.call('PATCH', `/v1/agents/${id}`, patch, other)).status).toBe(404)
    expect((await xai.call('DELETE', `/v1/agents/${id}`, undefined, other)).status).toBe(404)
    expect((await xai.call('GET', '/v1/agents', undefined, other)).body).toEqual({ agents: [] })
    expect((await xai.call('GET', `/v1/agents/${id}`)).body.agent.name).toBe('Ours')
  },
)

verifies(
  xaiRequirements,
  [
    'xai.agents.list.order',
    'xai.agents.list.limit',
    'xai.agents.list.limit.clamped',
    'xai.agents.list.parameters',
  ],
  'a list is newest first and as long as it may be',
  async () => {
    const ids: string[] = []
    for (const name of ['a', 'b', 'c']) ids.push(await xai.agent({ name }))
    const list = async (query: string) => {
      const { status, body } = await xai.call('GET', `/v1/agents${query}`)
      return status === 200 ? body.agents.map((agent: { agent_id: string }) => agent.agent_id) : body.error
    }
    expect(await list('?limit=3')).toEqual(ids.toReversed())
    expect(await list('?limit=1')).toEqual([ids[2]])
    const all = await list('?limit=1000')
    expect(all.length).toBeGreaterThan(3)
    expect(await list('?limit=1001')).toEqual(all)
    expect(await list('?limit=123456789&pagination_token=x&order=asc')).toEqual(all)
    expect(await list('?limit=0')).toBe('limit: must be a whole number of 1 or more')
    expect(await list('?limit=-1')).toBe('limit: must be a whole number of 1 or more')
    expect(await list('?limit=1.5')).toBe('limit: must be a whole number of 1 or more')
    expect(await list('?limit=ten')).toBe('limit: must be a whole number of 1 or more')
    expect(await list('?limit=1&limit=2')).toBe('limit: must be a whole number of 1 or more')
  },
)

verifies(xaiRequirements, ['xai.agents.list'], 'a list without a limit has 100 agents at most', async () => {
  const many = Array.from({ length: 101 }, () => xai.agent({ name: 'Many' }))
  await Promise.all(many)
  expect((await xai.call('GET', '/v1/agents')).body.agents).toHaveLength(100)
  expect((await xai.call('GET', '/v1/agents?limit=101')).body.agents).toHaveLength(101)
})

verifies(
  xaiRequirements,
  ['xai.agents.name.limit', 'xai.agents.name.required', 'xai.agents.characters'],
  'a name has 1 to 255 characters, counted as code points',
  async () => {
    await accepted({ name: 'x'.repeat(255) })
    const waves = '👋'.repeat(255)
    expect((await accepted({ name: waves })).name).toBe(waves)
    await refused({ name: 'x'.repeat(256) }, 'name: use at most 255 characters')
    await refused({ name: `${waves}x` }, 'name: use at most 255 characters')
    await refused({ name: '' }, 'name: must have 1 to 255 characters')
    await refused({ name: '  ' }, 'name: must have 1 to 255 characters')
    await refused({}, 'name: is required')
    await refused({ name: null }, 'name: must be a string')
  },
)

verifies(
  xaiRequirements,
  ['xai.agents.instructions.limit', 'xai.agents.body.large'],
  'instructions have at most 256,000 characters, which a body has room for',
  async () => {
    const words = '話'.repeat(256_000)
    expect((await accepted({ name: 'Long', instructions: words })).instructions).toBe(words)
    await refused({ name: 'Long', instructions: `${words}x` }, 'instructions: use at most 256,000 characters')
    const tool = (index: number) => ({
      type: 'function',
      name: `tool_${index}`,
      description: 'x'.repeat(4_000),
      parameters: {
        type: 'object',
        properties: { note: { type: 'string', description: '話'.repeat(9_000) } },
      },
    })
    const tools = Array.from({ length: 200 }, (_, index) => tool(index))
    const agent = await accepted({ name: 'Large', instructions: words, tools })
    expect(agent.tools).toEqual(tools)
    const reply = await xai.call('POST', '/v1/agents', {
      name: 'x',
      instructions: 'x'.repeat(8 * 1024 * 1024),
    })
    expect(reply.status).toBe(413)
    expect(reply.body.code).toBe(invalid)
  },
)

verifies(
  xaiRequirements,
  ['xai.agents.collections.limit'],
  'an agent has at most 10 collections',
  async () => {
    const ids = Array.from({ length: 10 }, (_, index) => `collection_${index}`)
    expect((await accepted({ name: 'Desk', collection_ids: ids })).collection_ids).toEqual(ids)
    await refused(
      { name: 'Desk', collection_ids: [...ids, 'one_more'] },
      'collection_ids: must have at most 10 items',
    )
    await refused({ name: 'Desk', collection_ids: 'c1' }, 'collection_ids: must be an array')
  },
)

verifies(
  xaiRequirements,
  ['xai.agents.voice', 'xai.agents.voice.partial'],
  'a voice prints what was set and is refused outside its ranges',
  async () => {
    const voiceOf = async (voice: object) => (await accepted({ name: 'Desk', voice })).voice
    for (const voice of [
      {},
      { vad_threshold: 0 },
      { vad_threshold: 1, vad_silence_duration_ms: 10_000 },
      { voice_id: 'custom01', vad_silence_duration_ms: 0 },
    ])
      expect(await voiceOf(voice)).toEqual(voice)
    expect(await voiceOf({ voice_id: 'eve', vad_threshold: null })).toEqual({ voice_id: 'eve' })
    const threshold = (value: unknown) => ({ name: 'Desk', voice: { vad_threshold: value } })
    await refused(threshold(-0.1), 'voice.vad_threshold: must be at least 0')
    await refused(threshold(1.01), 'voice.vad_threshold: must be at most 1')
    await refused(threshold('0.5'), 'voice.vad_threshold: must be a number')
    const silence = (value: unknown) => ({ name: 'Desk', voice: { vad_silence_duration_ms: value } })
    await refused(silence(10_001), 'voice.vad_silence_duration_ms: must be at most 10000')
    await refused(silence(-1), 'voice.vad_silence_duration_ms: must be at least 0')
    await refused(silence(1.5), 'voice.vad_silence_duration_ms: must be a whole number')
    await refused({ name: 'Desk', voice: 'eve' }, 'voice: must be an object')
  },
)

verifies(
  xaiRequirements,
  ['xai.agents.voice.realtime', 'xai.agents.voice.runs_as_text'],
  'an agent with a voice is a realtime one that can still be run as text',
  async () => {
    const id = await xai.agent({ name: 'Desk', voice: { voice_id: 'eve' } })
    expect((await xai.native('GET', `/v1/agents/${id}`)).body).toMatchObject({
      modality: 'realtime',
      voice: { voice_id: 'eve', vad_threshold: null, vad_silence_ms: null },
    })
    const run = await xai.native('POST', `/v1/agents/${id}/runs`, { input: 'Hello' })
    expect(run.body.state).toBe('completed')
    await xai.call('PATCH', `/v1/agents/${id}`, { agent: {}, field_mask: { paths: ['voice'] } })
    expect((await xai.native('GET', `/v1/agents/${id}`)).body).toMatchObject({
      modality: 'text',
      voice: null,
    })
  },
)

verifies(
  xaiRequirements,
  ['xai.agents.voice.realtime'],
  'an agent that was made to speak through a pipeline stays so, with a voice and without',
  async () => {
    const { services } = xai.test.server
    const owner = await services.access.authenticate(xai.test.ownerKey)
    const definition = { ...emptyDefinition('Pipeline'), modality: 'pipeline' as const }
    const id = printId('agent', (await services.agents.create(owner, { definition })).id)
    const modality = async (agent: object) => {
      await xai.call('PATCH', `/v1/agents/${id}`, { agent, field_mask: { paths: ['voice'] } })
      return (await xai.native('GET', `/v1/agents/${id}`)).body.modality
    }
    expect(await modality({ voice: { voice_id: 'eve' } })).toBe('pipeline')
    expect(await modality({})).toBe('pipeline')
  },
)

verifies(
  xaiRequirements,
  ['xai.agents.other_apis'],
  'an agent of the native API is listed, read and changed here, and keeps what this API does not know',
  async () => {
    const made = await xai.native('POST', '/v1/agents', {
      name: 'Native',
      description: 'Made elsewhere',
      model: 'demo/demo',
      limits: { steps: 7 },
      metadata: { team: 'blue' },
    })
    const { id } = made.body
    expect((await xai.call('GET', '/v1/agents?limit=1')).body.agents[0].agent_id).toBe(id)
    const change = { agent: { name: 'Renamed' }, field_mask: { paths: ['name', 'collection_ids'] } }
    expect((await xai.call('PATCH', `/v1/agents/${id}`, change)).status).toBe(200)
    const after = await xai.native('GET', `/v1/agents/${id}`)
    expect(after.body).toMatchObject({
      name: 'Renamed',
      description: 'Made elsewhere',
      limits: { steps: 7 },
      metadata: { team: 'blue' },
      version: 2,
    })
    expect(after.body.extensions).toEqual({})
    await xai.native('PATCH', `/v1/agents/${id}`, { instructions: 'Be kind.' })
    expect((await xai.call('GET', `/v1/agents/${id}`)).body.agent.instructions).toBe('Be kind.')
  },
)

verifies(xaiRequirements, ['xai.agents.delete.number'], 'the number of a deleted agent is free', async () => {
  const id = await xai.agent()
  const number = await xai.phoneNumber()
  const assign = { agent: {}, field_mask: { paths: [] }, phone_number_id: number }
  expect((await xai.call('PATCH', `/v1/agents/${id}`, assign)).status).toBe(200)
  expect((await xai.call('DELETE', `/v1/agents/${id}`)).status).toBe(204)
  expect((await xai.call('GET', `/v1/phone-numbers/${number}`)).body.phone_number.agent_id).toBeNull()
})

verifies(xaiRequirements, ['xai.agents.bad_text'], 'text that no database can hold is refused', async () => {
  await refused({ name: 'a\0b' }, 'name: must not contain NUL characters (U+0000)')
  const reply = await xai.call('POST', '/v1/agents', { name: 'a\ud800b', collection_ids: ['\udfff'] })
  expect(reply.status).toBe(200)
})
