import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { testWorkspace } from '../../../test/support/agent-services.ts'
import { testDatabase } from '../../../test/support/database.ts'
import { describePhoneRaces } from '../../../test/support/phone-races.ts'
import { phoneServices, type PhoneServices } from '../../../test/support/phone-services.ts'
import { createFictionalCarrier } from '../../providers/index.ts'
import { newId } from '../../lib/ids.ts'
import type { Database } from '../../storage/database.ts'
import type { Principal } from '../access/principal.ts'
import { emptyDefinition } from './definition.ts'

describePhoneRaces(testDatabase)

describe('an agent’s phone number', () => {
  let database: Database
  let services: PhoneServices
  let owner: Principal
  let member: Principal
  let stranger: Principal

  beforeAll(async () => {
    database = await testDatabase()
    services = phoneServices(database, createFictionalCarrier())
    const workspace = await testWorkspace(database)
    owner = await workspace.person('owner')
    member = await workspace.person('member')
    stranger = await (await testWorkspace(database)).person('owner')
  })
  afterAll(async () => await database[Symbol.asyncDispose]())

  const refusal = (code: string) => expect.objectContaining({ code })
  const buy = async (principal = owner) =>
    await services.phoneNumbers.purchase(principal, { areaCode: '415', name: 'Line' })
  const agent = async (change: object = {}) =>
    await services.agents.create(owner, { definition: emptyDefinition('Desk'), ...change })
  const assign = (agentId: string, phoneNumberId: string | null) =>
    services.agents.patch(member, agentId, { phoneNumberId })
  const agentOf = async (phoneNumberId: string) =>
    (await services.phoneNumbers.get(owner, phoneNumberId)).agentId

  test('is given and taken without a version, and the agent counts as changed', async () => {
    const [phone, desk] = [await buy(), await agent()]
    services.clock.move(1000)
    const given = await assign(desk.id, phone.id)
    expect(given).toEqual({ ...desk, updatedAt: new Date('2026-01-01T00:00:01Z') })
    expect(await services.phoneNumbers.get(owner, phone.id)).toEqual({
      ...phone,
      agentId: desk.id,
      updatedAt: given.updatedAt,
    })
    expect(services.published.slice(-2)).toMatchObject([
      { type: 'agent.updated', data: { agentId: desk.id } },
      { type: 'phone_number.assigned', data: { phoneNumberId: phone.id, agentId: desk.id } },
    ])
    services.clock.move(1000)
    expect((await assign(desk.id, null)).updatedAt).toEqual(new Date('2026-01-01T00:00:02Z'))
    expect(await agentOf(phone.id)).toBeNull()
    expect(services.published.at(-1)).toMatchObject({ data: { phoneNumberId: phone.id, agentId: null } })
  })

  test('stays as it is when it is the agent’s already, or when there is none to free', async () => {
    const [phone, desk] = [await buy(), await agent()]
    expect(await assign(desk.id, null)).toEqual(desk)
    const given = await assign(desk.id, phone.id)
    const before = services.published.length
    expect(await assign(desk.id, phone.id)).toEqual(given)
    expect(services.published).toHaveLength(before)
    expect(await agentOf(phone.id)).toBe(desk.id)
  })

  test('is swapped for another in one step', async () => {
    const [first, second, desk] = [await buy(), await buy(), await agent()]
    await assign(desk.id, first.id)
    await assign(desk.id, second.id)
    expect([await agentOf(first.id), await agentOf(second.id)]).toEqual([null, desk.id])
    expect(services.published.slice(-2)).toMatchObject([
      { data: { phoneNumberId: first.id, agentId: null } },
      { data: { phoneNumberId: second.id, agentId: desk.id } },
    ])
  })

  test('is refused with everything else of the change when it is another agent’s, or unknown', async () => {
    const [phone, own, holder, desk] = [await buy(), await buy(), await agent(), await agent()]
    await assign(holder.id, phone.id)
    const before = await assign(desk.id, own.id)
    const foreign = await buy(stranger)
    const cases = [
      [phone.id, 'phone_number_taken'],
      [newId(), 'phone_number_not_found'],
      [foreign.id, 'phone_number_not_found'],
    ] as const
    for (const [phoneNumberId, code] of cases) {
      const change = services.agents.patch(member, desk.id, {
        definition: (current) => ({ ...current, name: 'Changed' }),
        enabled: false,
        phoneNumberId,
      })
      await expect(change).rejects.toEqual(refusal(code))
      expect(await services.agents.get(owner, desk.id)).toEqual(before)
      expect(await agentOf(own.id)).toBe(desk.id)
    }
    expect(await agentOf(phone.id)).toBe(holder.id)
  })

  test('comes with a change of the definition in one request', async () => {
    const [phone, desk] = [await buy(), await agent()]
    const changed = await services.agents.patch(member, desk.id, {
      definition: (current) => ({ ...current, instructions: 'Answer calls.' }),
      phoneNumberId: phone.id,
    })
    expect(changed).toMatchObject({ version: 2, definition: { instructions: 'Answer calls.' } })
    expect(await agentOf(phone.id)).toBe(desk.id)
  })

  test('is not for those who may not change the agent', async () => {
    const [phone, managed, hidden] = [
      await buy(),
      await agent({ visibility: 'managed' }),
      await agent({ visibility: 'private' }),
    ]
    await expect(assign(managed.id, phone.id)).rejects.toEqual(refusal('forbidden_role'))
    await expect(assign(hidden.id, phone.id)).rejects.toEqual(refusal('agent_not_found'))
    expect(await agentOf(phone.id)).toBeNull()
  })

  test('is free again when the agent is deleted', async () => {
    const [phone, desk] = [await buy(), await agent()]
    await assign(desk.id, phone.id)
    await services.agents.remove(member, desk.id)
    expect(await agentOf(phone.id)).toBeNull()
    const next = await agent()
    await assign(next.id, phone.id)
    expect(await agentOf(phone.id)).toBe(next.id)
  })
})
