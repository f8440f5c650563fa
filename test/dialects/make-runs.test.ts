import { afterAll, beforeAll, expect, test } from 'vitest'
import { callsTools, says } from '../support/scenario.ts'
import { startMakeRuns, type MakeRuns } from '../support/make-runs.ts'

let make: MakeRuns
beforeAll(async () => { make = await startMakeRuns(); make.scenario.site.answer('/', () => ({ body: { state: 'shipped' } })) })
afterAll(async () => await make[Symbol.asyncDispose]())

test('smoke', async () => {
  const number = await make.tool('find_order')
  const agent = await make.agent([callsTools(['c1', 'find_order', { item: '1182' }]), says('Order left.')], { settings: { scenarios: [{ makeScenarioId: number }] } })
  const reply = await make.run(agent, 'Where?')
  console.log(reply.status, JSON.stringify(reply.body, null, 1))
  const s = await make.agent([says('Hello ', 'there')])
  const stream = await make.stream(s, 'Hi', { query: '&deltas=1' })
  console.log(stream.headers, await stream.text())
  const bad = await make.run(s, { messages: [{ role: 'tool', content: 3 }, {role:'assistant', content:'x'}], threadId: 4 })
  console.log(bad.status, bad.body)
  expect(1).toBe(1)
})
