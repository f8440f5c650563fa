import { afterAll, beforeAll, expect } from 'vitest'
import { xaiRequirements } from '../../src/dialects/xai/requirements.ts'
import { verifies } from '../support/verifies.ts'
import { startXaiServer, type XaiServer } from '../support/xai-server.ts'

let xai: XaiServer
beforeAll(async () => {
  xai = await startXaiServer()
})
afterAll(async () => await xai[Symbol.asyncDispose]())

const full = {
  name: 'Desk',
  instructions: 'Answer calls.',
  tools: [{ type: 'web_search' }],
  voice: { voice_id: 'eve', vad_threshold: 0.5, vad_silence_duration_ms: 300 },
  collection_ids: ['c1', 'c2'],
}

const patch = (id: string, body: object) => xai.call('PATCH', `/v1/agents/${id}`, body)
const read = async (id: string) => (await xai.call('GET', `/v1/agents/${id}`)).body.agent
const assigned = async (number: string) =>
  (await xai.call('GET', `/v1/phone-numbers/${number}`)).body.phone_number.agent_id

/** PATCHes an agent that has everything and answers what it became. */
async function patched(body: object) {
  const id = await xai.agent(full)
  const reply = await patch(id, body)
  expect(reply.body).toHaveProperty('agent')
  expect(reply.status).toBe(200)
  expect(await read(id)).toEqual(reply.body.agent)
  return reply.body.agent
}

/** The sentence that a PATCH of an agent that has everything is refused with; nothing of it is written. */
async function refusal(body: unknown) {
  const id = await xai.agent(full)
  const reply = await xai.call('PATCH', `/v1/agents/${id}`, body)
  expect(reply.status).toBe(400)
  expect(reply.body.code).toBe('Client specified an invalid argument')
  expect(await read(id)).toMatchObject(full)
  return reply.body.error
}

verifies(
  xaiRequirements,
  ['xai.agents.update', 'xai.agents.mask.whole'],
  'each masked field is written whole, and nothing else',
  async () => {
    const agent = {
      name: 'New',
      instructions: 'Be brief.',
      tools: [{ type: 'x_search' }],
      voice: { vad_threshold: 0.65 },
      collection_ids: ['c3'],
    }
    for (const path of ['name', 'instructions', 'tools', 'voice', 'collection_ids'] as const) {
      const changed = await patched({ agent: { [path]: agent[path] }, field_mask: { paths: [path] } })
      expect(changed).toMatchObject({ ...full, [path]: agent[path] })
      expect(changed[path]).toEqual(agent[path])
    }
    const all = await patched({ agent, field_mask: { paths: Object.keys(agent) } })
    expect(all).toMatchObject(agent)
  },
)

verifies(
  xaiRequirements,
  ['xai.agents.mask.unmasked', 'xai.agents.mask.unmasked.unchecked'],
  'what is not masked is ignored, however wrong it is',
  async () => {
    const agent = { name: 'New', instructions: 5, tools: [{ type: 'nonsense' }], voice: { vad_threshold: 9 } }
    expect(await patched({ agent, field_mask: { paths: ['name'] } })).toMatchObject({ ...full, name: 'New' })
  },
)

verifies(
  xaiRequirements,
  [
    'xai.agents.mask.clears.instructions',
    'xai.agents.mask.clears.voice',
    'xai.agents.mask.clears.lists',
    'xai.agents.mask.name_stays',
  ],
  'what is masked and not there, or null, is cleared; the name stays',
  async () => {
    const paths = ['name', 'instructions', 'tools', 'voice', 'collection_ids']
    const cleared = { name: 'Desk', instructions: null, tools: [], voice: null, collection_ids: [] }
    expect(await patched({ agent: {}, field_mask: { paths } })).toMatchObject(cleared)
    const nulls = Object.fromEntries(paths.map((path) => [path, null]))
    expect(await patched({ agent: nulls, field_mask: { paths } })).toMatchObject(cleared)
    for (const path of ['instructions', 'tools', 'voice', 'collection_ids'] as const) {
      const changed = await patched({ agent: {}, field_mask: { paths: [path] } })
      expect(changed).toMatchObject({ ...full, [path]: cleared[path] })
    }
    const empty = { agent: { name: '' }, field_mask: { paths: ['name'] } }
    expect(await refusal(empty)).toBe('agent.name: must have 1 to 255 characters')
  },
)

verifies(
  xaiRequirements,
  ['xai.agents.mask.unknown_path', 'xai.agents.mask.nested_path', 'xai.agents.update.atomic_checks'],
  'paths that cannot be written are named, every one of them',
  async () => {
    const agent = { name: 'New', voice: { voice_id: 'leo' } }
    const mask = (...paths: unknown[]) => ({ agent, field_mask: { paths } })
    expect(await refusal(mask('greeting'))).toBe(
      "field_mask.paths[0]: 'greeting' is not an updatable field; use name, instructions, tools, voice, collection_ids",
    )
    expect(await refusal(mask('name', 'voice.voice_id'))).toBe(
      "field_mask.paths[1]: 'voice.voice_id' is not an updatable field; fields are written whole, so use voice",
    )
    const both = await refusal(mask('phone_number_id', 'agent_id'))
    expect(both).toMatch(/^field_mask\.paths\[0\]: 'phone_number_id' .*; field_mask\.paths\[1\]: 'agent_id' /)
    expect(await refusal(mask(''))).toMatch(/^field_mask\.paths\[0\]: '' is not/)
    expect(await refusal(mask('toString'))).toMatch(/^field_mask\.paths\[0\]: 'toString' is not/)
    expect(await refusal(mask('NAME'))).toMatch(/^field_mask\.paths\[0\]: 'NAME' is not/)
    expect(await refusal({ agent, field_mask: 'name,greeting' })).toMatch(/^field_mask: 'greeting' is not/)
  },
)

verifies(
  xaiRequirements,
  ['xai.agents.mask.required', 'xai.agents.update.agent_required'],
  'a PATCH without its mask or its agent is refused',
  async () => {
    const field_mask = { paths: ['name'] }
    expect(await refusal({ agent: {} })).toMatch(/^field_mask: is required/)
    expect(await refusal({ agent: {}, field_mask: null })).toMatch(/^field_mask: must be/)
    expect(await refusal({ agent: {}, field_mask: ['name'] })).toMatch(/^field_mask: must be/)
    expect(await refusal({ agent: {}, field_mask: {} })).toBe('field_mask.paths: is required')
    expect(await refusal({ agent: {}, field_mask: { paths: 'name' } })).toBe(
      'field_mask.paths: must be an array',
    )
    expect(await refusal({ agent: {}, field_mask: { paths: [1] } })).toBe(
      'field_mask.paths[0]: must be a string',
    )
    expect(await refusal({ field_mask })).toBe('agent: is required')
    expect(await refusal({ agent: null, field_mask })).toBe('agent: must be an object')
    expect(await refusal({ agent: [], field_mask })).toBe('agent: must be an object')
    expect(await refusal({ agent: {}, field_mask, phone_number_id: 5 })).toBe(
      'phone_number_id: must be a string',
    )
    expect(await refusal([])).toBe('body: must be an object')
  },
)

verifies(
  xaiRequirements,
  ['xai.agents.mask.empty', 'xai.agents.mask.text', 'xai.agents.mask.duplicates', 'xai.agents.spelling'],
  'an empty mask writes nothing, a text is a list, a path twice counts once',
  async () => {
    const agent = { name: 'New', instructions: 'New', collectionIds: ['c9'] }
    expect(await patched({ agent, field_mask: { paths: [] } })).toMatchObject(full)
    expect(await patched({ agent, field_mask: '' })).toMatchObject(full)
    const written = { ...full, name: 'New', collection_ids: ['c9'] }
    expect(await patched({ agent, field_mask: 'name, collectionIds' })).toMatchObject(written)
    expect(await patched({ agent, fieldMask: { paths: ['name', 'name', 'collection_ids'] } })).toMatchObject(
      written,
    )
  },
)

verifies(
  xaiRequirements,
  ['xai.agents.update.atomic_checks', 'xai.errors.field'],
  'every masked value that is wrong is named, and none is written',
  async () => {
    const agent = {
      name: 'x'.repeat(256),
      instructions: 7,
      voice: { vadThreshold: 2 },
      tools: [{ type: 'web_search' }, { type: 'shell' }],
    }
    const paths = ['name', 'instructions', 'tools', 'voice']
    expect(await refusal({ agent, field_mask: { paths } })).toBe(
      'agent.name: use at most 255 characters; agent.instructions: must be a string; ' +
        'agent.tools[1].type: must be "function", "web_search", "x_search", "file_search" or "mcp"; ' +
        'agent.voice.vad_threshold: must be at most 1',
    )
  },
)

verifies(
  xaiRequirements,
  ['xai.agents.update.touches'],
  'updated_at moves on every PATCH, and a version is made only by a change',
  async () => {
    const id = await xai.agent(full)
    const state = async () => (await xai.native('GET', `/v1/agents/${id}`)).body
    const before = await state()
    expect((await patch(id, { agent: {}, field_mask: { paths: ['name'] } })).status).toBe(200)
    const named = await state()
    expect(named.updated_at > before.updated_at).toBe(true)
    expect((await patch(id, { agent: full, field_mask: { paths: Object.keys(full) } })).status).toBe(200)
    const same = await state()
    expect(same.updated_at > named.updated_at).toBe(true)
    expect([before.version, named.version, same.version]).toEqual([1, 1, 1])
    const phone_number_id = await xai.phoneNumber()
    await patch(id, { agent: {}, field_mask: { paths: [] }, phone_number_id })
    expect((await state()).updated_at > same.updated_at).toBe(true)
    await patch(id, { agent: { name: 'New' }, field_mask: { paths: ['name'] } })
    expect((await state()).version).toBe(2)
  },
)

const nothing = { agent: {}, field_mask: { paths: [] } }

verifies(
  xaiRequirements,
  ['xai.agents.phone.assign', 'xai.agents.phone.absent', 'xai.agents.phone.same', 'xai.agents.phone.swap'],
  'an agent takes a number, keeps it, and gives it up for another',
  async () => {
    const [id, first, second] = [await xai.agent(), await xai.phoneNumber(), await xai.phoneNumber()]
    const fields = { agent: { name: 'With number' }, field_mask: { paths: ['name'] } }
    expect((await patch(id, { ...fields, phone_number_id: first })).body.agent.name).toBe('With number')
    expect(await assigned(first)).toBe(id)
    for (const more of [
      {},
      { phone_number_id: null },
      { phone_number_id: first },
      { phoneNumberId: first },
    ]) {
      expect((await patch(id, { ...nothing, ...more })).status).toBe(200)
      expect(await assigned(first)).toBe(id)
    }
    expect((await patch(id, { ...nothing, phone_number_id: second })).status).toBe(200)
    expect([await assigned(first), await assigned(second)]).toEqual([null, id])
  },
)

verifies(
  xaiRequirements,
  ['xai.agents.phone.unassign', 'xai.agents.phone.unassign.none'],
  'an empty text frees the number, and succeeds when there is none',
  async () => {
    const [id, number] = [await xai.agent(), await xai.phoneNumber()]
    await patch(id, { ...nothing, phone_number_id: number })
    expect((await patch(id, { ...nothing, phone_number_id: '' })).status).toBe(200)
    expect(await assigned(number)).toBeNull()
    expect((await patch(id, { ...nothing, phone_number_id: '' })).status).toBe(200)
  },
)

verifies(
  xaiRequirements,
  ['xai.agents.phone.taken', 'xai.agents.phone.unknown'],
  'a number that cannot be assigned leaves every field of the request unwritten',
  async () => {
    const [id, holder] = [await xai.agent(full), await xai.agent()]
    const [number, own] = [await xai.phoneNumber(), await xai.phoneNumber()]
    await patch(holder, { ...nothing, phone_number_id: number })
    await patch(id, { ...nothing, phone_number_id: own })
    const fields = {
      agent: { name: 'New', instructions: 'New' },
      field_mask: { paths: ['name', 'instructions'] },
    }
    const taken = await patch(id, { ...fields, phone_number_id: number })
    expect(taken.status).toBe(409)
    expect(taken.body).toEqual({
      code: 'Some entity that we attempted to create already exists',
      error: 'This phone number is assigned to another agent.',
    })
    for (const unknown of ['phone_xyz789', 'agent_1', `phone_${'0'.repeat(21)}1`]) {
      const reply = await patch(id, { ...fields, phone_number_id: unknown })
      expect(reply.status).toBe(404)
      expect(reply.body.error).toBe('No phone number with this id in this team.')
    }
    expect(await read(id)).toMatchObject(full)
    expect([await assigned(number), await assigned(own)]).toEqual([holder, id])
  },
)

verifies(
  xaiRequirements,
  ['xai.agents.phone.race'],
  'of eight agents that ask for one number at once one gets it, and only that one is changed',
  async () => {
    const number = await xai.phoneNumber()
    const ids = await Promise.all(Array.from({ length: 8 }, () => xai.agent({ name: 'Before' })))
    const request = { agent: { name: 'Won' }, field_mask: { paths: ['name'] }, phone_number_id: number }
    const replies = await Promise.all(ids.map((id) => patch(id, request)))
    const statuses = replies.map(({ status }) => status)
    expect(statuses.toSorted()).toEqual([200, 409, 409, 409, 409, 409, 409, 409])
    const winner = ids[statuses.indexOf(200)]
    expect(await assigned(number)).toBe(winner)
    for (const id of ids) expect((await read(id)).name).toBe(id === winner ? 'Won' : 'Before')
  },
)
