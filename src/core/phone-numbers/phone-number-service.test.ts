import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { testWorkspace } from '../../../test/support/agent-services.ts'
import { testDatabase } from '../../../test/support/database.ts'
import { fakeCarrier, type FakeCarrier } from '../../../test/support/fake-carrier.ts'
import { phoneServices, type PhoneServices } from '../../../test/support/phone-services.ts'
import { recordingLog } from '../../../test/support/server.ts'
import type { Database } from '../../storage/database.ts'
import { newId } from '../../lib/ids.ts'
import type { Principal } from '../access/principal.ts'
import { emptyDefinition } from '../agents/definition.ts'
import type { PhoneNumber } from './phone-number.ts'
import { createPhoneNumberStore } from './phone-number-store.ts'
import { createPurchases } from './purchases.ts'

let database: Database
let carrier: FakeCarrier
let services: PhoneServices
let owner: Principal
let member: Principal
let stranger: Principal
let areaCode = '200'

beforeAll(async () => {
  database = await testDatabase()
})
// A workspace and an area code of its own for each test: what one leaves behind is not in another's way.
beforeEach(async () => {
  carrier = fakeCarrier(4)
  services = phoneServices(database, carrier)
  const workspace = await testWorkspace(database)
  owner = await workspace.person('owner')
  member = await workspace.person('member')
  stranger = await (await testWorkspace(database)).person('owner')
  areaCode = String(Number(areaCode) + 1)
  if (areaCode.endsWith('11')) areaCode = String(Number(areaCode) + 1)
})
afterAll(async () => database[Symbol.asyncDispose]())

const refusal = (code: string, more: object = {}) => expect.objectContaining({ code, ...more })
const buy = (principal: Principal, id?: string) =>
  services.phoneNumbers.purchase(principal, { ...(id !== undefined && { id }), areaCode, name: 'Line' })
const all = (principal: Principal) => services.phoneNumbers.list(principal, { limit: 100, after: null })
const agent = async (change: object = {}) =>
  await services.agents.create(owner, { definition: emptyDefinition('Desk'), ...change })

async function events(stream: string): Promise<string[]> {
  const rows = await database.kysely
    .selectFrom('events')
    .select(['type', 'seq'])
    .where('stream', '=', stream)
    .orderBy('seq')
    .execute()
  return rows.map(({ type, seq }) => `${seq} ${type}`)
}

/** States of all rows in this test's area code, with their numbers' last digits. */
async function rows(): Promise<string[]> {
  const found = await database.kysely
    .selectFrom('phone_numbers')
    .select(['state', 'number'])
    .where('area_code', '=', areaCode)
    .orderBy('id')
    .execute()
  return found.map(({ state, number }) => `${state} ${number.slice(-4)}`)
}

/** A purchase whose process died after its row was written. */
async function reserved(id = newId()): Promise<string> {
  const { clock } = services
  const store = createPhoneNumberStore(database.kysely)
  const purchases = createPurchases({ store, carrier, clock, publish: () => {}, log: recordingLog().log })
  const at = new Date(clock.now())
  await purchases.reserve({
    id,
    workspaceId: owner.workspaceId,
    carrier: carrier.name,
    areaCode,
    name: 'Cut short',
    description: null,
    createdAt: at,
    updatedAt: at,
  })
  return id
}

describe('buying', () => {
  test('a number is bought, recorded, read and listed newest first', async () => {
    const first = await services.phoneNumbers.purchase(member, { areaCode, name: '\u{1F4DE}'.repeat(255) })
    expect(first).toEqual({
      id: first.id,
      workspaceId: owner.workspaceId,
      carrier: 'fake',
      number: `+1${areaCode}7771000`,
      areaCode,
      name: '\u{1F4DE}'.repeat(255),
      description: null,
      agentId: null,
      createdAt: new Date('2026-01-01T00:00:00Z'),
      updatedAt: new Date('2026-01-01T00:00:00Z'),
    })
    const second = await buy(owner)
    expect(await events(first.id)).toEqual(['1 phone_number.purchased'])
    expect(services.published.map(({ type }) => type)).toEqual([
      'phone_number.purchased',
      'phone_number.purchased',
    ])
    expect(await services.phoneNumbers.get(owner, first.id)).toEqual(first)
    expect(await all(owner)).toEqual([second, first])
    expect(await services.phoneNumbers.list(owner, { limit: 1, after: second.id })).toEqual([first])
    expect(carrier.holders.get(first.number)).toBe(first.id)
  })

  test.each([
    [{ areaCode: '12' }, 'area_code'],
    [{ areaCode: '112' }, 'area_code'],
    [{ areaCode: '911' }, 'area_code'],
    [{ areaCode: '2125' }, 'area_code'],
    [{ name: '' }, 'name'],
    [{ name: '\u{1F4DE}'.repeat(256) }, 'name'],
    [{ description: 'x'.repeat(1001) }, 'description'],
  ])('%j is refused by name, and nothing is bought', async (change, field) => {
    const request = { areaCode, name: 'Line', ...change }
    const fields = [expect.objectContaining({ field })]
    await expect(services.phoneNumbers.purchase(owner, request)).rejects.toEqual(
      refusal('invalid_request', { fields }),
    )
    expect(carrier.bought).toEqual([])
  })

  test('a purchase that is repeated, also at once, buys once', async () => {
    const id = newId()
    const [first, second] = await Promise.all([buy(owner, id), buy(owner, id)])
    expect(second).toEqual(first)
    expect(await buy(owner, id)).toEqual(first)
    expect(carrier.bought).toEqual([first.number])
    expect(await events(id)).toEqual(['1 phone_number.purchased'])
    await expect(buy(stranger, id)).rejects.toEqual(refusal('phone_number_not_found'))
  })

  test('many at once get different numbers, in all workspaces, until there are none', async () => {
    const buyers = [owner, stranger, owner, stranger, owner, stranger]
    const results = await Promise.allSettled(buyers.map((principal) => buy(principal)))
    const numbers = results.flatMap((one) => (one.status === 'fulfilled' ? [one.value.number.slice(-4)] : []))
    expect(numbers.toSorted()).toEqual(['1000', '1001', '1002', '1003'])
    const refused = results.flatMap((one): unknown[] => (one.status === 'rejected' ? [one.reason] : []))
    const message = `The carrier has no number left in the area code ${areaCode}.`
    expect(refused).toEqual([
      refusal('no_phone_number_available', { message }),
      refusal('no_phone_number_available', { message }),
    ])
    expect(carrier.bought).toHaveLength(4)
  })

  test('a number that somebody outside gets first is passed over', async () => {
    carrier.sellElsewhere(`+1${areaCode}7771000`)
    expect((await buy(owner)).number).toBe(`+1${areaCode}7771001`)
    for (const line of [1002, 1003]) carrier.sellElsewhere(`+1${areaCode}777${line}`)
    await expect(buy(owner)).rejects.toEqual(refusal('no_phone_number_available'))
    expect(await rows()).toEqual(['active 1001', 'released 1003'])
  })

  test('a carrier whose list is out of date is asked for each number once', async () => {
    carrier.lag()
    for (const line of [1000, 1001, 1002, 1003]) carrier.sellElsewhere(`+1${areaCode}777${line}`)
    await expect(buy(owner)).rejects.toEqual(refusal('no_phone_number_available'))
    expect(await rows()).toEqual(['released 1003'])
  })

  test('a repeated purchase answers its number when there are no others left', async () => {
    const first = await buy(owner)
    for (let bought = 1; bought < 4; bought++) await buy(owner)
    expect(await buy(owner, first.id)).toEqual(first)
  })
})

describe('a purchase that breaks off', () => {
  test('is invisible until it is finished, keeps its number from others, and is finished at the next start', async () => {
    const id = await reserved()
    expect(await all(owner)).toEqual([])
    await expect(services.phoneNumbers.get(owner, id)).rejects.toEqual(refusal('phone_number_not_found'))
    expect((await buy(stranger)).number).toBe(`+1${areaCode}7771001`)
    await services.phoneNumbers.resumePending()
    expect(await all(owner)).toMatchObject([{ id, number: `+1${areaCode}7771000`, name: 'Cut short' }])
    expect(await events(id)).toEqual(['1 phone_number.purchased'])
    await services.phoneNumbers.resumePending()
    expect(carrier.bought).toEqual([`+1${areaCode}7771001`, `+1${areaCode}7771000`])
  })

  test('spends nothing twice when the carrier had sold the number already', async () => {
    const id = await reserved()
    const { signal } = new AbortController()
    await carrier.purchase({ number: `+1${areaCode}7771000`, reference: id, signal })
    await services.phoneNumbers.resumePending()
    expect(await rows()).toEqual(['active 1000'])
    expect(carrier.bought).toHaveLength(1)
  })

  test('is finished by the request that is repeated with its id', async () => {
    const id = await reserved()
    await expect(buy(stranger, id)).rejects.toEqual(refusal('phone_number_not_found'))
    expect(await buy(owner, id)).toMatchObject({ id, number: `+1${areaCode}7771000` })
  })

  test('is tried again later when the carrier is away', async () => {
    await reserved()
    carrier.fail('purchase', 'before')
    await services.phoneNumbers.resumePending()
    expect(await rows()).toEqual(['pending 1000'])
    await services.phoneNumbers.resumePending()
    expect(await rows()).toEqual(['active 1000'])
  })

  test('is given up when there is nothing left to buy', async () => {
    await reserved()
    for (const line of [1000, 1001, 1002, 1003]) carrier.sellElsewhere(`+1${areaCode}777${line}`)
    carrier.lag()
    await services.phoneNumbers.resumePending()
    expect([await rows(), carrier.bought]).toEqual([['released 1003'], []])
  })

  test('gives back what may have been bought when its caller is told that it failed', async () => {
    carrier.fail('purchase', 'after')
    await expect(buy(owner)).rejects.toEqual(refusal('carrier_unavailable', { retryable: true }))
    expect(carrier.bought).toHaveLength(1)
    expect(carrier.holders.size).toBe(0)
    expect(await all(owner)).toEqual([])
    expect((await buy(owner)).number).toBe(`+1${areaCode}7771000`)
  })

  test('gives it back later when the carrier stays away', async () => {
    carrier.fail('purchase', 'after')
    carrier.fail('release', 'before', 'always')
    await expect(buy(owner)).rejects.toEqual(refusal('carrier_unavailable'))
    await services.phoneNumbers.resumePending()
    expect([carrier.holders.size, await rows()]).toEqual([1, ['releasing 1000']])
    carrier.recover()
    await services.phoneNumbers.resumePending()
    expect([carrier.holders.size, await rows()]).toEqual([0, ['released 1000']])
  })

  test('leaves nothing behind when it was given up while it was being bought', async () => {
    const id = newId()
    carrier.beforePurchase(async () => {
      // As another process would, for which the carrier was away.
      carrier.fail('purchase', 'before')
      await expect(buy(owner, id)).rejects.toEqual(refusal('carrier_unavailable'))
    })
    await expect(buy(owner, id)).rejects.toEqual(refusal('phone_number_not_found'))
    expect(carrier.holders.size).toBe(0)
    expect(await rows()).toEqual(['released 1000'])
  })

  test('keeps nothing when the carrier cannot even be asked what it has', async () => {
    carrier.fail('available', 'before')
    await expect(buy(owner)).rejects.toEqual(refusal('carrier_unavailable'))
    expect(await rows()).toEqual([])
  })
})

describe('changing', () => {
  test('a name and a description are changed, one without the other', async () => {
    const { id } = await buy(owner)
    services.clock.move(1000)
    const changed = await services.phoneNumbers.patch(member, id, { description: 'Weekdays' })
    expect(changed).toMatchObject({
      name: 'Line',
      description: 'Weekdays',
      updatedAt: new Date('2026-01-01T00:00:01Z'),
    })
    expect(await services.phoneNumbers.patch(owner, id, { name: 'New' })).toMatchObject({
      name: 'New',
      description: 'Weekdays',
    })
    expect(await services.phoneNumbers.patch(owner, id, { description: null })).toMatchObject({
      description: null,
    })
    await services.phoneNumbers.patch(owner, id, { name: 'New' })
    expect(await events(id)).toEqual([
      '1 phone_number.purchased',
      '2 phone_number.updated',
      '3 phone_number.updated',
      '4 phone_number.updated',
    ])
    const fields = [expect.objectContaining({ field: 'name' })]
    await expect(services.phoneNumbers.patch(owner, id, { name: ' ' })).rejects.toEqual(
      refusal('invalid_request', { fields }),
    )
  })

  test('changes of two people at once are both kept', async () => {
    const { id } = await buy(owner)
    await Promise.all([
      services.phoneNumbers.patch(owner, id, { name: 'New' }),
      services.phoneNumbers.patch(member, id, { description: 'Both' }),
    ])
    expect(await services.phoneNumbers.get(owner, id)).toMatchObject({ name: 'New', description: 'Both' })
  })

  test('it is given to an agent and taken away again', async () => {
    const { id } = await buy(owner)
    const desk = await agent()
    expect(await services.phoneNumbers.patch(member, id, { agentId: desk.id, name: 'Desk' })).toMatchObject({
      agentId: desk.id,
      name: 'Desk',
    })
    expect(await services.phoneNumbers.patch(member, id, { agentId: null })).toMatchObject({ agentId: null })
    const after = await services.agents.get(owner, desk.id)
    expect(after.updatedAt.getTime()).toBeGreaterThan(desk.updatedAt.getTime() + 1)
    expect(await services.phoneNumbers.patch(member, id, { agentId: null })).toMatchObject({ agentId: null })
    expect(await events(id)).toEqual([
      '1 phone_number.purchased',
      '2 phone_number.assigned',
      '3 phone_number.updated',
      '4 phone_number.assigned',
    ])
  })

  test('nothing is changed when another agent has it', async () => {
    const { id } = await buy(owner)
    const [desk, other] = [await agent(), await agent()]
    await services.phoneNumbers.patch(owner, id, { agentId: desk.id })
    await expect(
      services.phoneNumbers.patch(owner, id, { agentId: other.id, name: 'Other' }),
    ).rejects.toEqual(refusal('phone_number_taken'))
    await expect(services.phoneNumbers.patch(owner, id, { agentId: newId(), name: 'Other' })).rejects.toEqual(
      refusal('agent_not_found'),
    )
    expect(await services.phoneNumbers.get(owner, id)).toMatchObject({ agentId: desk.id, name: 'Line' })
  })

  test('another workspace finds nothing', async () => {
    const { id } = await buy(owner)
    const { phoneNumbers } = services
    expect(await all(stranger)).toEqual([])
    const missing = refusal('phone_number_not_found')
    await expect(phoneNumbers.get(stranger, id)).rejects.toEqual(missing)
    await expect(phoneNumbers.patch(stranger, id, { name: 'Mine' })).rejects.toEqual(missing)
    await expect(phoneNumbers.patch(stranger, id, { agentId: null })).rejects.toEqual(missing)
    await expect(phoneNumbers.release(stranger, id)).rejects.toEqual(missing)
  })
})

describe('releasing', () => {
  test('the number goes back to the carrier and is for sale again', async () => {
    const phone = await buy(owner)
    await services.phoneNumbers.release(member, phone.id)
    expect(carrier.holders.size).toBe(0)
    expect(await all(owner)).toEqual([])
    const missing = refusal('phone_number_not_found')
    await expect(services.phoneNumbers.release(member, phone.id)).rejects.toEqual(missing)
    await expect(services.phoneNumbers.patch(member, phone.id, { name: 'x' })).rejects.toEqual(missing)
    await expect(buy(owner, phone.id)).rejects.toEqual(missing)
    expect(await events(phone.id)).toEqual(['1 phone_number.purchased', '2 phone_number.released'])
    expect((await buy(stranger)).number).toBe(phone.number)
  })

  test('an agent that has it loses it first', async () => {
    const { id } = await buy(owner)
    const desk = await agent()
    await services.agents.patch(owner, desk.id, { phoneNumberId: id })
    await services.phoneNumbers.release(owner, id)
    expect(await events(id)).toEqual([
      '1 phone_number.purchased',
      '2 phone_number.assigned',
      '3 phone_number.assigned',
      '4 phone_number.released',
    ])
    const next = await buy(owner)
    await services.agents.patch(owner, desk.id, { phoneNumberId: next.id })
    expect(await services.phoneNumbers.get(owner, next.id)).toMatchObject({ agentId: desk.id })
  })

  test('it is done, and told to the carrier later, when the carrier is away', async () => {
    const { id } = await buy(owner)
    carrier.fail('release', 'before')
    await services.phoneNumbers.release(owner, id)
    expect([await all(owner), carrier.holders.size]).toEqual([[], 1])
    await services.phoneNumbers.resumePending()
    expect([await rows(), carrier.holders.size]).toEqual([['released 1000'], 0])
  })

  test('two at once release once', async () => {
    const { id } = await buy(owner)
    const results = await Promise.allSettled([
      services.phoneNumbers.release(owner, id),
      services.phoneNumbers.release(owner, id),
    ])
    expect(results.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
    expect(await events(id)).toEqual(['1 phone_number.purchased', '2 phone_number.released'])
  })

  test('who may not change an agent cannot take its number away', async () => {
    const numbers: PhoneNumber[] = [await buy(owner), await buy(owner)]
    const managed = await agent({ visibility: 'managed' })
    const hidden = await agent({ visibility: 'private' })
    const expected = ['forbidden_role', 'phone_number_taken']
    for (const [index, { id: agentId }] of [managed, hidden].entries()) {
      const id = numbers[index]?.id ?? ''
      await services.phoneNumbers.patch(owner, id, { agentId })
      const refused = refusal(expected[index] ?? '')
      await expect(services.phoneNumbers.release(member, id)).rejects.toEqual(refused)
      await expect(services.phoneNumbers.patch(member, id, { agentId: null })).rejects.toEqual(refused)
      expect(await services.phoneNumbers.get(member, id)).toMatchObject({ agentId })
      expect(await services.phoneNumbers.patch(member, id, { name: 'Named' })).toMatchObject({
        name: 'Named',
      })
      await services.phoneNumbers.release(owner, id)
    }
  })
})
