import { test } from 'vitest'
import { says, startScenario } from '/work/main/test/support/scenario.ts'
test('latency', async () => {
  await using scenario = await startScenario()
  await scenario.server.server.recovered
  const agent = await scenario.agent(Array.from({ length: 12 }, () => says('x')))
  const thread_id = (await scenario.call('POST', '/v1/threads', { agent_id: agent.id })).body.id
  const ids: string[] = []
  for (let i = 0; i < 5; i++) ids.push(await scenario.start(agent, 'b', { thread_id }))
  const ends = await Promise.all(ids.map((id) => scenario.ended(id)))
  for (const e of ends) console.log(e.created_at.slice(17), e.started_at.slice(17), e.finished_at.slice(17))
  for (let i = 0; i < 4; i++) { const id = await scenario.start(agent, 'b'); const e = await scenario.ended(id); console.log('bg', e.created_at.slice(17), e.started_at.slice(17), e.finished_at.slice(17)) }
}, 60000)
