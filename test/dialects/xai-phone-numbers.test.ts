import { afterAll, beforeAll, expect } from 'vitest'
import { xaiRequirements } from '../../src/dialects/xai/requirements.ts'
import { verifies } from '../support/verifies.ts'
import { startXaiServer, type XaiServer } from '../support/xai-server.ts'

let xai: XaiServer
beforeAll(async () => {
  xai = await startXaiServer()
})
afterAll(async () => await xai[Symbol.asyncDispose]())

const path = '/v1/phone-numbers'
const read = async (id: string) => (await xai.call('GET', `${path}/${id}`)).body.phone_number

async function purchased(body: object) {
  const reply = await xai.call('POST', path, body)
  expect(reply.status, JSON.stringify(reply.body)).toBe(200)
  return reply.body.phone_number
}

async function refusal(method: string, to: string, body: object) {
  const reply = await xai.call(method, to, body)
  expect(reply.status).toBe(400)
  expect(reply.body.code).toBe('Client specified an invalid argument')
  return reply.body.error
}

verifies(
  xaiRequirements,
  ['xai.phone.purchase', 'xai.phone.description', 'xai.agents.spelling'],
  'a number is bought in its area, without a description if there is none',
  async () => {
    const number = await purchased({ areaCode: '212', name: 'Line' })
    expect(number).toMatchObject({ area_code: '212', name: 'Line', description: null, agent_id: null })
    expect(number.phone_number).toMatch(/^\+1212555\d{4}$/)
    expect((await purchased({ area_code: '212', name: 'Line', description: null })).description).toBeNull()
    const options = { headers: { 'idempotency-key': 'number-1' } }
    const body = { area_code: '212', name: 'Once' }
    const [first, again] = [
      await xai.call('POST', path, body, options),
      await xai.call('POST', path, body, options),
    ]
    expect(again.body).toEqual(first.body)
  },
)

verifies(
  xaiRequirements,
  ['xai.phone.purchase.area_code', 'xai.phone.name', 'xai.phone.description'],
  'what is wrong with a purchase is named, at its limit and one over',
  async () => {
    const buy = (more: object) => refusal('POST', path, { area_code: '415', name: 'Line', ...more })
    for (const area_code of ['41', '4155', 'abc', '', '911'])
      expect(await buy({ area_code })).toMatch(/^area_code: must be a US area code of three digits/)
    expect(await buy({ area_code: 415 })).toBe('area_code: must be a string')
    expect(await buy({ area_code: undefined })).toBe('area_code: is required')
    expect(await buy({ name: undefined })).toBe('name: is required')
    expect(await buy({ name: '' })).toBe('name: must have 1 to 255 characters')
    expect(await buy({ name: 'x'.repeat(256) })).toBe('name: use at most 255 characters')
    expect(await buy({ description: 'x'.repeat(1_001) })).toBe('description: use at most 1,000 characters')
    const widest = { name: '☎'.repeat(255), description: '👋'.repeat(1_000) }
    expect(await purchased({ area_code: '415', ...widest })).toMatchObject(widest)
  },
)

verifies(
  xaiRequirements,
  ['xai.phone.purchase.none_left'],
  'an area code that is sold out is 404 and says so; a released number is for sale again',
  async () => {
    const buy = () => xai.call('POST', path, { area_code: '305', name: 'Line' })
    const replies = await Promise.all(Array.from({ length: 101 }, buy))
    const numbers = replies.flatMap(({ body }) => (body.phone_number ? [body.phone_number] : []))
    expect(new Set(numbers.map(({ phone_number }) => phone_number)).size).toBe(100)
    const left = replies.find(({ status }) => status !== 200)
    expect(left?.status).toBe(404)
    expect(left?.body.code).toBe('Some requested entity was not found')
    expect(left?.body.error).toContain('305')
    await xai.call('DELETE', `${path}/${numbers[7].phone_number_id}`)
    expect((await buy()).body.phone_number.phone_number).toBe(numbers[7].phone_number)
  },
)

verifies(
  xaiRequirements,
  ['xai.phone.list'],
  'a list is newest first, and takes a limit as lists of agents do',
  async () => {
    const ids = [await xai.phoneNumber(), await xai.phoneNumber(), await xai.phoneNumber()]
    const list = async (query: string) => {
      const { status, body } = await xai.call('GET', path + query)
      if (status !== 200) return body.error
      return body.phone_numbers.map((number: { phone_number_id: string }) => number.phone_number_id)
    }
    expect(await list('?limit=3')).toEqual(ids.toReversed())
    expect((await list('?limit=5000&other=1')).length).toBeGreaterThan(3)
    expect(await list('?limit=0')).toBe('limit: must be a whole number of 1 or more')
    expect(await list('?limit=x')).toBe('limit: must be a whole number of 1 or more')
  },
)

verifies(
  xaiRequirements,
  ['xai.phone.update', 'xai.phone.update.clears'],
  'an update writes what its mask names, clears a description and keeps a name',
  async () => {
    const { phone_number_id: id } = await purchased({ area_code: '415', name: 'Line', description: 'Old' })
    const update = async (body: object) => {
      const reply = await xai.call('PATCH', `${path}/${id}`, body)
      expect(reply.status, JSON.stringify(reply.body)).toBe(200)
      expect(await read(id)).toEqual(reply.body.phone_number)
      const { name, description } = reply.body.phone_number
      return { name, description }
    }
    expect(
      await update({ name: 'Workshop line', description: 'New', field_mask: { paths: ['name'] } }),
    ).toEqual({
      name: 'Workshop line',
      description: 'Old',
    })
    expect(await update({ name: 5, description: 'Weekdays', fieldMask: 'description' })).toEqual({
      name: 'Workshop line',
      description: 'Weekdays',
    })
    expect(await update({ field_mask: { paths: ['name'] } })).toEqual({
      name: 'Workshop line',
      description: 'Weekdays',
    })
    expect(await update({ field_mask: { paths: ['name', 'description'] } })).toEqual({
      name: 'Workshop line',
      description: null,
    })
    expect(await update({ name: 'x', field_mask: { paths: [] } })).toEqual({
      name: 'Workshop line',
      description: null,
    })
  },
)

verifies(
  xaiRequirements,
  ['xai.phone.update.mask', 'xai.phone.name', 'xai.phone.description'],
  'an update without a mask, with another path or with a wrong value is refused',
  async () => {
    const id = await xai.phoneNumber()
    const update = (body: object) => refusal('PATCH', `${path}/${id}`, body)
    expect(await update({ name: 'x' })).toMatch(/^field_mask: is required/)
    expect(await update({ name: 'x', field_mask: { paths: ['name', 'area_code'] } })).toBe(
      "field_mask.paths[1]: 'area_code' is not an updatable field; use name, description",
    )
    const both = { field_mask: { paths: ['name', 'description'] } }
    expect(await update({ name: '', description: 'x'.repeat(1_001), ...both })).toBe(
      'name: must have 1 to 255 characters; description: use at most 1,000 characters',
    )
    expect(await update({ name: 7, ...both })).toBe('name: must be a string')
    expect(await read(id)).toMatchObject({ name: 'Line', description: null })
  },
)

verifies(
  xaiRequirements,
  ['xai.phone.release', 'xai.phone.release.assigned', 'xai.phone.missing'],
  'a released number is gone, and its agent has none',
  async () => {
    const [agent, id] = [await xai.agent(), await xai.phoneNumber()]
    const assign = { agent: {}, field_mask: { paths: [] }, phone_number_id: id }
    expect((await xai.call('PATCH', `/v1/agents/${agent}`, assign)).status).toBe(200)
    const released = await xai.call('DELETE', `${path}/${id}`)
    expect({ status: released.status, body: released.body }).toEqual({ status: 204, body: null })
    const patch = { field_mask: { paths: ['name'] } }
    for (const one of [id, 'phone_xyz789', agent]) {
      for (const method of ['GET', 'PATCH', 'DELETE']) {
        const reply = await xai.call(method, `${path}/${one}`, method === 'PATCH' ? patch : undefined)
        expect(reply.status, `${method} ${one}`).toBe(404)
        expect(reply.body.code).toBe('Some requested entity was not found')
      }
    }
    expect((await xai.call('PATCH', `/v1/agents/${agent}`, assign)).status).toBe(404)
  },
)

verifies(xaiRequirements, ['xai.phone.missing'], 'a number of another team is not there', async () => {
  const id = await xai.phoneNumber()
  const other = { key: xai.otherTeam }
  const patch = { name: 'Theirs', field_mask: { paths: ['name'] } }
  expect((await xai.call('GET', `${path}/${id}`, undefined, other)).status).toBe(404)
  expect((await xai.call('PATCH', `${path}/${id}`, patch, other)).status).toBe(404)
  expect((await xai.call('DELETE', `${path}/${id}`, undefined, other)).status).toBe(404)
  expect((await xai.call('GET', path, undefined, other)).body).toEqual({ phone_numbers: [] })
  const theirs = (await xai.call('POST', '/v1/agents', { name: 'Theirs' }, other)).body.agent.agent_id
  const assign = { agent: {}, field_mask: { paths: [] }, phone_number_id: id }
  expect((await xai.call('PATCH', `/v1/agents/${theirs}`, assign, other)).status).toBe(404)
  expect(await read(id)).toMatchObject({ name: 'Line', agent_id: null })
})
