import { afterAll, beforeAll, expect, test } from 'vitest'
import type { JsonObject } from '../../src/lib/json.ts'
import type { ParsedJson } from '../support/parsed-json.ts'
import {
  callsTools,
  says,
  siteTool,
  startScenario,
  type Scenario,
  type ScenarioAgent,
} from '../support/scenario.ts'

let scenario: Scenario

beforeAll(async () => {
  scenario = await startScenario()
  scenario.site.answer('/', () => ({ body: { id: 7, email: 'ada@example.com' } }))
})

afterAll(async () => {
  await scenario[Symbol.asyncDispose]()
})

const parameters = {
  type: 'object',
  properties: { title: { type: 'string' }, project: { type: 'string' }, token: { type: 'string' } },
  required: ['title', 'project'],
  additionalProperties: false,
}

async function sharedTool(name: string): Promise<string> {
  const { status, body } = await scenario.call(
    'POST',
    '/v1/tools',
    siteTool(scenario.site, name, { parameters }),
  )
  expect(status, JSON.stringify(body)).toBe(201)
  return body.id
}

/** The tool as the model was shown it. */
function shown(agent: ScenarioAgent): ParsedJson {
  const tools = agent.requests()[0]?.body?.['tools'] as { function: JsonObject }[] // as the wire has it
  return tools[0]?.function
}

/** What the model was told that the tool answered. */
function answered(agent: ScenarioAgent): unknown {
  const messages = agent.requests()[1]?.body?.['messages'] as { role: string; content: string }[] // as above
  return JSON.parse(messages.find(({ role }) => role === 'tool')?.content ?? 'null')
}

const sent = (path: string) => scenario.site.callsOf(path).map(({ body }) => body)

test('of two agents that share a tool, one fixes a parameter and hides another: model and tool see it', async () => {
  const toolId = await sharedTool('shared_ticket')
  const overlay = {
    instructions: 'Only for incidents.',
    input: {
      members: { project: { fixed: 'OPS' }, token: { hidden: true }, title: { description: 'Ten words.' } },
    },
    output: { members: { email: { hidden: true } } },
  }
  const reference = { type: 'reference', tool_id: toolId }
  const plain = await scenario.agent(
    [callsTools(['c1', 'shared_ticket', { title: 'Fire', project: 'HR', token: 'guess' }]), says('Done.')],
    { tools: [reference] },
  )
  const overlaid = await scenario.agent(
    [callsTools(['c2', 'shared_ticket', { title: 'Flood' }]), says('Done.')],
    {
      tools: [{ ...reference, overlay }],
    },
  )
  await scenario.run(plain, 'Go.')
  await scenario.run(overlaid, 'Go.')
  expect(shown(plain)).toMatchObject({ description: 'Does shared_ticket.', parameters })
  expect(shown(overlaid)).toMatchObject({
    description: 'Does shared_ticket.\nOnly for incidents.',
    parameters: {
      type: 'object',
      properties: { title: { type: 'string', description: 'Ten words.' } },
      required: ['title'],
      additionalProperties: false,
    },
  })
  expect(Object.keys(shown(overlaid).parameters.properties)).toEqual(['title'])
  expect(sent('/shared_ticket')).toEqual([
    { title: 'Fire', project: 'HR', token: 'guess' },
    { title: 'Flood', project: 'OPS' },
  ])
  expect(answered(plain)).toMatchObject({ id: 7, email: 'ada@example.com' })
  expect(answered(overlaid)).toEqual({ id: 7 })
})

test('a run adds arguments to the calls of every http tool, its own too; what the agent fixed goes before them', async () => {
  const toolId = await sharedTool('extended_ticket')
  const overlay = { input: { members: { project: { fixed: 'OPS' }, token: { hidden: true } } } }
  const agent = await scenario.agent(
    [
      callsTools(['c1', 'extended_ticket', { title: 'Fire' }], ['c2', 'own_ticket', { item: 'a' }]),
      says('Done.'),
    ],
    { tools: [{ type: 'reference', tool_id: toolId, overlay }] },
  )
  const run = await scenario.run(agent, 'Go.', {
    tools: [siteTool(scenario.site, 'own_ticket')],
    tool_arguments: { project: 'HR', token: 'given' },
  })
  expect(run).toMatchObject({ state: 'completed', output: 'Done.' })
  expect(sent('/extended_ticket')).toEqual([{ title: 'Fire', project: 'OPS', token: 'given' }])
  expect(sent('/own_ticket')).toEqual([{ item: 'a', project: 'HR', token: 'given' }])
})

test('arguments that a run adds are an object of a bounded size', async () => {
  const agent = await scenario.agent([])
  for (const wrong of [['a'], { text: 'x'.repeat(65_536) }]) {
    const { status, body } = await scenario.call('POST', `/v1/agents/${agent.id}/runs`, {
      input: 'Go.',
      tool_arguments: wrong,
    })
    expect([status, body.errors[0].field]).toEqual([400, 'tool_arguments'])
  }
})

test('a person who is asked sees what the call of an overlaid tool is made with', async () => {
  const toolId = await sharedTool('asked_ticket')
  const overlay = { input: { members: { project: { fixed: 'OPS' } } } }
  const agent = await scenario.agent([callsTools(['c1', 'asked_ticket', { title: 'Fire' }]), says('Done.')], {
    tools: [{ type: 'reference', tool_id: toolId, approval: 'always', overlay }],
  })
  const run = await scenario.run(agent, 'Go.')
  const [question] = run.waiting_for.approvals
  expect(question.arguments).toEqual({ title: 'Fire', project: 'OPS' })
  const { status } = await scenario.call('POST', `/v1/approvals/${question.approval_id}`, {
    decision: 'approve',
  })
  expect(status).toBe(200)
  expect(await scenario.ended(run.id)).toMatchObject({ state: 'completed' })
  expect(sent('/asked_ticket')).toEqual([{ title: 'Fire', project: 'OPS' }])
})
