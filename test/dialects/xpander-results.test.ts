import { afterAll, beforeAll, expect } from 'vitest'
import { xpanderRequirements } from '../../src/dialects/xpander/requirements.ts'
import { callsTools, says, siteTool } from '../support/scenario.ts'
import { verifies } from '../support/verifies.ts'
import { chunksOf, readTaskEvents, startXpanderTasks, type XpanderTasks } from '../support/xpander-tasks.ts'

// What of all that an agent says is its result, and what its calls are called.

let xpander: XpanderTasks

beforeAll(async () => {
  xpander = await startXpanderTasks()
  xpander.scenario.site.answer('/look', () => ({ body: { found: 1 } }))
})
afterAll(async () => {
  await xpander?.[Symbol.asyncDispose]()
})

const promise = (ids: string[], sentence: string, run: () => Promise<void>) =>
  verifies(xpanderRequirements, ids, sentence, run)

const look = () => siteTool(xpander.scenario.site, 'look', { method: 'GET', effects: 'none' })

const thenLooks = (text: string, wait?: Promise<void>) => ({
  pieces: [
    { text },
    ...(wait ? [{ wait }] : []),
    { toolCalls: [{ id: 'c1', name: 'look', arguments: '{"item":"disk"}' }] },
  ],
})

promise(
  ['xpander.stream.remarks', 'xpander.stream.chunks'],
  'at most 280 characters before a call are a thought, one more is a part of the result, wherever it is read',
  async () => {
    for (const [text, result] of [
      ['a'.repeat(280), 'Done.'],
      ['a'.repeat(281), `${'a'.repeat(281)}\n\nDone.`],
    ] as const) {
      const agent = await xpander.agent([thenLooks(text), says('Done.'), thenLooks(text), says('Done.')], {
        tools: [look()],
      })
      const events = await xpander.stream(agent, 'Look')
      const thoughts = events.filter(({ type }) => type === 'think').map(({ data }) => data)
      expect([chunksOf(events), thoughts]).toEqual([result, result === 'Done.' ? [text] : []])
      const task = events.at(-1)?.data
      expect(task.result).toBe(result)
      expect((await xpander.invoke(agent, 'Look')).result).toBe(result)
      expect((await xpander.task(task.id)).result).toBe(result)
      const listed = await xpander.call('GET', `/v1/agents/${agent.uuid}/tasks`)
      expect(listed.body.items.map((one: { result: string }) => one.result)).toEqual([result, result])
      const said = await xpander.call('GET', `/v1/tasks/${task.id}/thread`)
      expect(said.body.at(-1).content).toBe(result)
    }
  },
)

promise(
  ['xpander.stream.chunks', 'xpander.stream.remarks'],
  'what is said beside a call of a tool that there is not is a part of the result, with tools and without',
  async () => {
    const invents = {
      pieces: [{ text: 'Let me see.' }, { toolCalls: [{ id: 'c1', name: 'invented', arguments: '{}' }] }],
    }
    for (const tools of [[], [look()]]) {
      const agent = await xpander.agent([invents, says('Done.')], { tools })
      const events = await xpander.stream(agent, 'Look')
      const task = events.at(-1)?.data
      expect([chunksOf(events), task.status, task.result]).toEqual([
        'Let me see.\n\nDone.',
        'completed',
        'Let me see.\n\nDone.',
      ])
      expect((await xpander.task(task.id)).result).toBe('Let me see.\n\nDone.')
    }
  },
)

promise(
  ['xpander.stream.chunks.live'],
  'a long text of an agent with tools is heard before its call is known',
  async () => {
    const gate = Promise.withResolvers<void>()
    const agent = await xpander.agent([thenLooks('b'.repeat(300), gate.promise), says('Done.')], {
      tools: [look()],
    })
    const response = await xpander.open(agent, 'Look')
    let text = ''
    for await (const bytes of response.body ?? []) {
      text += Buffer.from(bytes).toString()
      if (text.includes('bbb')) gate.resolve()
    }
    const types = readTaskEvents(text).map(({ type }) => type)
    expect(types.indexOf('chunk')).toBeLessThan(types.indexOf('tool_call_request'))
    expect(types.at(-1)).toBe('task_finished')
  },
)

promise(
  ['xpander.stream.chunks.held', 'xpander.stream.remarks'],
  'a value in JSON is the result alone, whatever was said before the call',
  async () => {
    const agent = await xpander.agent([thenLooks('c'.repeat(300)), says('{"open":true}')], {
      tools: [look()],
      output: { format: 'json' },
    })
    const events = await xpander.stream(agent, 'Look')
    expect([chunksOf(events), events.at(-1)?.data.result]).toEqual(['{"open":true}', '{"open":true}'])
  },
)

promise(
  ['xpander.stream.tools.nodes'],
  'a call is named by the item of its function in the graph, also while a person decides on it',
  async () => {
    const made = await xpander.call('POST', '/v1/custom_functions', {
      name: 'pay',
      description: 'Pays.',
      input_schema: { type: 'object', properties: { item: { type: 'string' } } },
      http: { method: 'POST', url: `${xpander.scenario.site.url}/look` },
    })
    const functionId = made.body.id
    const agent = await xpander.agent([
      callsTools(['c1', 'pay', { item: 'lamp' }]),
      says('Paid.'),
      callsTools(['c2', 'pay', { item: 'desk' }]),
    ])
    const path = `/v1/agents/${agent.uuid}`
    const graph = [{ id: 'node-7', item_id: functionId, type: 'tool', sub_type: 'custom_function' }]
    expect((await xpander.call('PATCH', path, { graph })).status).toBe(200)
    const events = await xpander.stream(agent, 'Pay')
    const calls = events.filter(({ type }) => type.startsWith('tool_call'))
    expect(calls.map(({ data }) => [data.graph_node_id, data.operation_id, data.tool_name])).toEqual([
      ['node-7', functionId, 'pay'],
      ['node-7', functionId, 'pay'],
    ])
    expect(events.at(-1)?.data.last_executed_node_id).toBe('node-7')
    await xpander.call('PATCH', path, { is_supervised: true })
    const paused = await xpander.invoke(agent, 'Pay again')
    expect(paused.hitl_request).toMatchObject({
      wait_node_id: 'node-7',
      operation_id: functionId,
      title: 'pay',
    })
  },
)

promise(
  ['xpander.invoke.id'],
  'of two agents that are invoked at once with one new task id, one begins it and the other is refused',
  async () => {
    const one = await xpander.agent([says('One.')])
    const other = await xpander.agent([says('Other.')])
    const statuses = await Promise.all(
      [one, other].map(async ({ uuid }) => {
        const body = { id: 'at-once', input: { text: 'Hi' } }
        return (await xpander.call('POST', `/v1/agents/${uuid}/invoke`, body)).status
      }),
    )
    expect(statuses.toSorted()).toEqual([200, 409])
    expect(one.requests().length + other.requests().length).toBe(1)
  },
)
