import { setTimeout as delay } from 'node:timers/promises'
import { DBOS } from '@dbos-inc/dbos-sdk'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { Engine } from '../../src/storage/pglite/engine.ts'
import { says, startScenario, type Scenario } from '../support/scenario.ts'

let scenario: Scenario
const send = vi.spyOn(Engine.prototype, 'send')

beforeAll(async () => {
  scenario = await startScenario()
  await scenario.server.server.recovered
})

afterAll(async () => await scenario[Symbol.asyncDispose]())

/** What the server asks its embedded database for in so many seconds with nothing to do. */
async function statements(seconds: number): Promise<string[]> {
  send.mockClear()
  await delay(seconds * 1000)
  return send.mock.calls.map(([request]) => Buffer.from(request).toString('latin1'))
}

test('a server that nobody uses writes nothing and hardly asks its database', async () => {
  // The start has its own questions.
  await expect.poll(async () => (await statements(1)).length).toBe(0)
  const asked = await statements(11)
  expect(asked.filter((text) => /\b(insert|update|delete)\s/i.test(text))).toEqual([])
  expect(asked.filter((text) => text.includes('select exists (select from runs')).length).toBeGreaterThan(0)
  expect(asked.length).toBeLessThanOrEqual(8)
})

test('the dispatcher starts with the first run that has no process of its own, and is as quiet afterwards', async () => {
  const agent = await scenario.agent([says('Now.'), says('Later.')])
  await scenario.run(agent, 'Go.')
  expect(DBOS.isInitialized()).toBe(false)
  await scenario.ended(await scenario.start(agent, 'Go.'))
  expect(DBOS.isInitialized()).toBe(true)
  await delay(7000) // It looks for runs more often in its first seconds.
  expect((await statements(10)).length).toBeLessThanOrEqual(60)
})
