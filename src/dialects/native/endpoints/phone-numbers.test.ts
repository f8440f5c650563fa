import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { testDatabase } from '../../../../test/support/database.ts'
import { fakeCarrier, type FakeCarrier } from '../../../../test/support/fake-carrier.ts'
import { startHttpServer, type HttpTestServer } from '../../../../test/support/http-server.ts'
import { phoneServices } from '../../../../test/support/phone-services.ts'
import type { Database } from '../../../storage/database.ts'
import { agentEndpoints } from './agents.ts'
import { phoneNumberEndpoints } from './phone-numbers.ts'

let database: Database
let server: HttpTestServer
let carrier: FakeCarrier

beforeAll(async () => {
  database = await testDatabase()
  carrier = fakeCarrier(3)
  const services = phoneServices(database, carrier)
  server = await startHttpServer(database, {
    endpoints: [...agentEndpoints(services), ...phoneNumberEndpoints(services)],
  })
})
afterAll(async () => {
  await server.close()
  await database[Symbol.asyncDispose]()
})

/** What these tests look at in a reply; that it is all there is checked by the server, against the schemas. */
interface Body {
  id: string
  code: string
  detail: string
  agent_id: string | null
  errors: { field: string }[]
  data: Body[]
}

async function call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(`${server.url}/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${server.ownerKey}`, 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  return { status: response.status, body: (text === '' ? null : JSON.parse(text)) as Body }
}

const agent = async () => (await call('POST', '/agents', { name: 'Desk' })).body.id

describe('phone numbers', () => {
  test('one is bought and printed with every field', async () => {
    const made = await call('POST', '/phone-numbers', { area_code: '212', name: 'Workshop line' })
    expect(made).toEqual({
      status: 201,
      body: {
        id: expect.stringMatching(/^phone_[0-9A-Za-z]{22}$/),
        number: '+12127771000',
        area_code: '212',
        name: 'Workshop line',
        description: null,
        carrier: 'fake',
        agent_id: null,
        created_at: '2026-01-01T00:00:00.000Z',
        updated_at: '2026-01-01T00:00:00.000Z',
      },
    })
    expect((await call('GET', `/phone-numbers/${made.body.id}`)).body).toEqual(made.body)
  })

  test('they are paged newest first', async () => {
    const first = await call('POST', '/phone-numbers', { area_code: '302', name: 'First' })
    const second = await call('POST', '/phone-numbers', { area_code: '302', name: 'Second' })
    const page = await call('GET', '/phone-numbers?limit=1')
    expect(page.body).toMatchObject({ data: [{ id: second.body.id }], has_more: true })
    const next = await call('GET', `/phone-numbers?limit=1&after=${second.body.id}`)
    expect(next.body).toMatchObject({ data: [{ id: first.body.id }], has_more: true })
    expect((await call('GET', '/phone-numbers?after=x')).body).toMatchObject({ errors: [{ field: 'after' }] })
  })

  test('one is named, given to an agent, taken away and released', async () => {
    const { id } = (
      await call('POST', '/phone-numbers', { area_code: '303', name: 'Line', description: 'Old' })
    ).body
    const [desk, other] = [await agent(), await agent()]
    const given = await call('PATCH', `/phone-numbers/${id}`, {
      name: 'New',
      description: null,
      agent_id: desk,
    })
    expect(given).toMatchObject({ status: 200, body: { name: 'New', description: null, agent_id: desk } })
    expect(await call('PATCH', `/phone-numbers/${id}`, { agent_id: other, name: 'No' })).toMatchObject({
      status: 409,
      body: { code: 'phone_number_taken' },
    })
    expect((await call('GET', `/phone-numbers/${id}`)).body).toEqual(given.body)
    expect((await call('PATCH', `/phone-numbers/${id}`, {})).body).toEqual(given.body)
    expect((await call('PATCH', `/phone-numbers/${id}`, { agent_id: null })).body.agent_id).toBeNull()
    expect((await call('PATCH', `/phone-numbers/${id}`, { agent_id: other })).body.agent_id).toBe(other)
    expect(await call('DELETE', `/phone-numbers/${id}`)).toEqual({ status: 204, body: null })
    for (const method of ['GET', 'DELETE', 'PATCH']) {
      const gone = await call(method, `/phone-numbers/${id}`, method === 'PATCH' ? {} : undefined)
      expect(gone).toMatchObject({ status: 404, body: { code: 'phone_number_not_found' } })
    }
  })

  test('deleting an agent frees its number', async () => {
    const { id } = (await call('POST', '/phone-numbers', { area_code: '304', name: 'Line' })).body
    const desk = await agent()
    await call('PATCH', `/phone-numbers/${id}`, { agent_id: desk })
    await call('DELETE', `/agents/${desk}`)
    expect((await call('GET', `/phone-numbers/${id}`)).body.agent_id).toBeNull()
  })

  test('a repeated Idempotency-Key buys once', async () => {
    const headers = { 'idempotency-key': 'one-number' }
    const first = await call('POST', '/phone-numbers', { area_code: '305', name: 'Once' }, headers)
    expect(await call('POST', '/phone-numbers', { area_code: '305', name: 'Once' }, headers)).toEqual(first)
    expect(carrier.bought.filter((number) => number.startsWith('+1305'))).toHaveLength(1)
  })

  test('an area code without numbers is 404 with a sentence; a carrier that is away is 502', async () => {
    for (let bought = 0; bought < 3; bought++)
      await call('POST', '/phone-numbers', { area_code: '306', name: 'All' })
    expect(await call('POST', '/phone-numbers', { area_code: '306', name: 'More' })).toMatchObject({
      status: 404,
      body: {
        code: 'no_phone_number_available',
        detail: 'The carrier has no number left in the area code 306.',
      },
    })
    carrier.fail('available', 'before')
    expect(await call('POST', '/phone-numbers', { area_code: '306', name: 'More' })).toMatchObject({
      status: 502,
      body: { code: 'carrier_unavailable' },
    })
  })

  test.each([
    ['POST', { area_code: '911', name: 'Line' }, 'area_code'],
    ['POST', { area_code: 212, name: 'Line' }, 'area_code'],
    ['POST', { name: 'Line' }, 'area_code'],
    ['POST', { area_code: '307' }, 'name'],
    ['POST', { area_code: '307', name: 'Line', colour: 'red' }, 'colour'],
    ['PATCH', { name: '' }, 'name'],
    ['PATCH', { name: null }, 'name'],
    ['PATCH', { description: 'x'.repeat(1001) }, 'description'],
    ['PATCH', { agent_id: 'desk' }, 'agent_id'],
    ['PATCH', { area_code: '308' }, 'area_code'],
  ])('%s %j is refused by name', async (method, body, field) => {
    const { data } = (await call('GET', '/phone-numbers?limit=1')).body
    const path = method === 'POST' ? '/phone-numbers' : `/phone-numbers/${data[0]?.id}`
    const refused = await call(method, path, body)
    expect(refused.status).toBe(400)
    expect(refused.body.errors.map((error) => error.field)).toContain(field)
  })

  test('an agent that does not exist is said to be that', async () => {
    const { data } = (await call('GET', '/phone-numbers?limit=1')).body
    const path = `/phone-numbers/${data[0]?.id}`
    const reply = await call('PATCH', path, { agent_id: 'agent_0351pRLQhWj2LyhHxrOFOi' })
    expect(reply).toMatchObject({ status: 404, body: { code: 'agent_not_found' } })
  })
})
