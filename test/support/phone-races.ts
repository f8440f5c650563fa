import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Principal } from '../../src/core/access/principal.ts'
import type { Agent } from '../../src/core/agents/agent.ts'
import { emptyDefinition } from '../../src/core/agents/definition.ts'
import { AppError } from '../../src/errors.ts'
import { createFictionalCarrier } from '../../src/providers/index.ts'
import type { Database } from '../../src/storage/database.ts'
import { testWorkspace } from './agent-services.ts'
import { phoneServices, type PhoneServices } from './phone-services.ts'

/** How often each race is run: the order differs from time to time. */
const rounds = 10

/** What must hold when several want the same at once, on either database; two sets of services as two processes have them. */
export function describePhoneRaces(open: () => Promise<Database>): void {
  describe('phone numbers that several want at once', () => {
    let database: Database
    let first: PhoneServices
    let second: PhoneServices
    let owner: Principal

    beforeAll(async () => {
      database = await open()
      first = phoneServices(database, createFictionalCarrier())
      second = phoneServices(database, createFictionalCarrier())
      owner = await (await testWorkspace(database)).person('owner')
    })
    afterAll(async () => await database[Symbol.asyncDispose]())

    const buy = async (areaCode: string) =>
      await first.phoneNumbers.purchase(owner, { areaCode, name: 'Line' })
    const agent = async () => await first.agents.create(owner, { definition: emptyDefinition('Desk') })
    const numbersOf = async (agents: Agent[]): Promise<(string | null)[]> => {
      const listed = await first.phoneNumbers.list(owner, { limit: 1000, after: null })
      return agents.map(({ id }) => listed.find(({ agentId }) => agentId === id)?.id ?? null)
    }
    const rename = (services: PhoneServices, { id }: Agent, phoneNumberId: string | null) =>
      services.agents.patch(owner, id, {
        definition: (current) => ({ ...current, name: 'Renamed' }),
        phoneNumberId,
      })
    const codes = (results: PromiseSettledResult<unknown>[]): string[] =>
      results
        .map((one) => {
          if (one.status === 'fulfilled') return 'done'
          return one.reason instanceof AppError ? one.reason.code : String(one.reason)
        })
        .toSorted()

    test('one number for two agents: one gets it, and of the other nothing is written', async () => {
      for (let round = 0; round < rounds; round++) {
        const { id } = await buy('302')
        const agents = [await agent(), await agent()] as const
        const results = await Promise.allSettled([
          rename(first, agents[0], id),
          rename(second, agents[1], id),
        ])
        expect(codes(results)).toEqual(['done', 'phone_number_taken'])
        const won = results.findIndex(({ status }) => status === 'fulfilled')
        expect((await numbersOf([...agents]))[won]).toBe(id)
        const [winner, loser] = won === 0 ? agents : ([agents[1], agents[0]] as const)
        expect(await first.agents.get(owner, winner.id)).toMatchObject({ version: 2 })
        expect(await first.agents.get(owner, loser.id)).toEqual(loser)
      }
    })

    test('two numbers for one agent: it ends with one of them, the other is free', async () => {
      for (let round = 0; round < rounds; round++) {
        const numbers = [(await buy('303')).id, (await buy('303')).id]
        const desk = await agent()
        const results = await Promise.allSettled([
          rename(first, desk, numbers[0] ?? ''),
          rename(second, desk, numbers[1] ?? ''),
        ])
        expect(codes(results)).toEqual(['done', 'done'])
        expect(numbers).toContain((await numbersOf([desk]))[0])
      }
    })

    test('two agents that want each other’s number are refused, not stuck', async () => {
      for (let round = 0; round < rounds; round++) {
        const numbers = [(await buy('304')).id, (await buy('304')).id]
        const agents = [await agent(), await agent()] as const
        await rename(first, agents[0], numbers[0] ?? '')
        await rename(first, agents[1], numbers[1] ?? '')
        const results = await Promise.allSettled([
          rename(first, agents[0], numbers[1] ?? ''),
          rename(second, agents[1], numbers[0] ?? ''),
        ])
        expect(codes(results)).toEqual(['phone_number_taken', 'phone_number_taken'])
        expect(await numbersOf([...agents])).toEqual(numbers)
      }
    })

    test('a number given to an agent that is being deleted is not lost with it', async () => {
      for (let round = 0; round < rounds; round++) {
        const { id } = await buy('305')
        const desk = await agent()
        const results = await Promise.allSettled([
          rename(first, desk, id),
          second.agents.remove(owner, desk.id),
        ])
        expect(results[1].status).toBe('fulfilled')
        expect(await first.phoneNumbers.get(owner, id)).toMatchObject({ agentId: null })
      }
    })

    test('a number that is released while it is given away ends released and nobody’s', async () => {
      for (let round = 0; round < rounds; round++) {
        const { id } = await buy('306')
        const desk = await agent()
        const results = await Promise.allSettled([
          second.phoneNumbers.release(owner, id),
          rename(first, desk, id),
        ])
        expect(results[0].status).toBe('fulfilled')
        expect(['done', 'phone_number_not_found']).toContain(codes(results.slice(1))[0])
        expect(await numbersOf([desk])).toEqual([null])
        const next = await buy('307')
        await rename(first, desk, next.id)
        expect(await numbersOf([desk])).toEqual([next.id])
      }
    })

    test('all numbers of an area code are sold once each', async () => {
      const buyers = Array.from({ length: 110 }, (_, index) => (index % 2 === 0 ? first : second))
      const results = await Promise.allSettled(
        buyers.map(({ phoneNumbers }) => phoneNumbers.purchase(owner, { areaCode: '308', name: 'Line' })),
      )
      const sold = results.flatMap((one) => (one.status === 'fulfilled' ? [one.value.number] : []))
      expect(new Set(sold).size).toBe(100)
      expect(sold).toHaveLength(100)
      expect(codes(results).filter((code) => code !== 'done')).toEqual(
        Array.from({ length: 10 }, () => 'no_phone_number_available'),
      )
    })
  })
}
