import { afterAll, beforeAll, expect, test } from 'vitest'
import type { RunRequest } from '../../src/core/runs/run-request.ts'
import { parseId, printId } from '../../src/lib/ids.ts'
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
  scenario.site.answer('/', () => ({ body: { done: true } }))
})

afterAll(async () => {
  await scenario[Symbol.asyncDispose]()
})

const start = (agent: ScenarioAgent, more: Partial<RunRequest>): Promise<string> =>
  scenario.startDeferring(agent, 'Go.', more)

/** What the model was shown, as role and content. */
function shown(agent: ScenarioAgent, call = 0): unknown[] {
  const messages = agent.requests()[call]?.body?.['messages'] as { role: string; content: unknown }[] // the wire's form
  return messages.map(({ role, content }) => [role, content])
}

async function sharedTool(name: string): Promise<{ kind: 'reference'; toolId: string }> {
  const { body } = await scenario.call('POST', '/v1/tools', siteTool(scenario.site, name))
  return { kind: 'reference', toolId: parseId('tool', body.id) ?? '' }
}

test('a run may have other instructions, a line more and the time, and its agent stays as it is', async () => {
  const agent = await scenario.agent([says('One.'), says('Two.')], { instructions: 'You are a clerk.' })
  const currentTime = '2026-05-02T09:14:03.120+00:00'
  const added = { additionalInstructions: 'Be brief.', currentTime }
  await scenario.ended(await start(agent, { overrides: added }))
  await scenario.ended(await start(agent, { overrides: { instructions: 'You are a judge.' } }))
  expect(shown(agent, 0)).toEqual([
    ['system', 'You are a clerk.\nBe brief.\nCurrent time (ISO): 2026-05-02T09:14:03.120+00:00'],
    ['user', 'Go.'],
  ])
  expect(shown(agent, 1)[0]).toEqual(['system', 'You are a judge.'])
  expect((await scenario.call('GET', `/v1/agents/${agent.id}`)).body).toMatchObject({
    instructions: 'You are a clerk.',
    version: 1,
  })
})

test('a run may bring shared tools in place of the tools of its agent, or none', async () => {
  const agent = await scenario.agent(
    [callsTools(['call_a', 'fetch', { item: '7' }]), says('Done.'), says('Bare.')],
    {
      tools: [siteTool(scenario.site, 'own')],
    },
  )
  const reference = { ...(await sharedTool('fetch')), revision: null, approval: null }
  expect(await scenario.ended(await start(agent, { overrides: { tools: [reference] } }))).toMatchObject({
    output: 'Done.',
  })
  expect(scenario.site.callsOf('/fetch').map((call) => call.body)).toEqual([{ item: '7' }])
  await scenario.ended(await start(agent, { overrides: { tools: [] } }))
  const offered = agent.requests().map(({ body }) => body?.['tools'])
  expect(
    offered.map((tools) =>
      (tools as { function: { name: string } }[] | undefined)?.map((tool) => tool.function.name),
    ),
  ).toEqual([['fetch'], ['fetch'], undefined]) // the wire's form
})

test('a run may use another model, other limits and another form of output', async () => {
  const agent = await scenario.agent([])
  const other = await scenario.agent([says('{"total": 3}')])
  const name = await modelOf(other)
  const run = await scenario.ended(
    await start(agent, {
      overrides: {
        model: { name, temperature: 0.3, maxOutputTokens: 77 },
        output: { format: 'json', schema: { type: 'object', required: ['total'] } },
      },
    }),
  )
  expect(run).toMatchObject({ state: 'completed', output_json: { total: 3 } })
  expect(other.requests()[0]?.body).toMatchObject({ temperature: 0.3, max_tokens: 77 })
  const wrong = start(agent, { overrides: { limits: { steps: 0 } } })
  await expect(wrong).rejects.toMatchObject({ code: 'invalid_request', fields: [{ field: 'limits.steps' }] })
})

async function modelOf(agent: ScenarioAgent): Promise<string> {
  return (await scenario.call('GET', `/v1/agents/${agent.id}`)).body.model.name
}

test('a run is shown what was said before its input, and its input is the last message alone', async () => {
  const agent = await scenario.agent([says('Blue.')])
  const run = await scenario.ended(
    await start(agent, {
      input: [{ type: 'text', text: 'Which colour did I name?' }],
      preceding: [
        { role: 'user', text: 'My colour is blue.' },
        { role: 'assistant', text: 'Noted.' },
      ],
    }),
  )
  expect(run.input).toEqual([{ type: 'text', text: 'Which colour did I name?' }])
  expect(shown(agent)).toEqual([
    ['user', 'My colour is blue.'],
    ['assistant', 'Noted.'],
    ['user', 'Which colour did I name?'],
  ])
})

test('the overrides of a run hold after a restart in the middle of it', async () => {
  const agent = await scenario.agent([{ pieces: [{ text: 'Slow' }], ending: 'hang' }, says('Again.')], {
    instructions: 'You are a clerk.',
  })
  const id = await start(agent, { overrides: { instructions: 'You are a judge.' } })
  await agent.asked(1)
  await scenario.restart()
  expect(await scenario.ended(id)).toMatchObject({ state: 'completed', output: 'Again.' })
  expect(shown(agent, 1)[0]).toEqual(['system', 'You are a judge.'])
})

test('a run that a decision starts has the overrides of the run that asked, and the arguments of the person', async () => {
  const agent = await scenario.agent(
    [callsTools(['call_a', 'wire', { item: '100' }]), says('Asked.'), says('Sent.')],
    { tools: [] },
  )
  const reference = { ...(await sharedTool('wire')), revision: null, approval: 'always' as const }
  const first = await start(agent, {
    overrides: {
      tools: [reference],
      additionalInstructions: 'Be brief.',
      currentTime: '2020-01-01T00:00:00.000+00:00',
    },
  })
  await scenario.ended(first)
  const { services, ownerKey } = scenario.server.server
  const owner = await services.access.authenticate(ownerKey.key)
  const runId = parseId('run', first) ?? ''
  const [approval] = await services.approvals.list(owner, { runId }, { limit: 1, after: null })
  const decision = { decision: 'approve' as const, reason: null, result: null, arguments: { item: '50' } }
  const { startedRunId } = await services.approvals.decide(owner, approval?.id ?? '', decision)
  expect(await scenario.ended(printId('run', startedRunId ?? ''))).toMatchObject({ output: 'Sent.' })
  expect(scenario.site.callsOf('/wire').map((call) => call.body)).toEqual([{ item: '50' }])
  const [role, text] = shown(agent, 2)[0] as [string, string] // the system message
  expect([role, text.split('\n')[0]]).toEqual(['system', 'Be brief.'])
  expect(text).toContain(`Current time (ISO): ${new Date().getUTCFullYear()}`)
})

test('a decision is about the tool as it was when it was asked about, even when it is gone', async () => {
  const agent = await scenario.agent([
    callsTools(['call_a', 'pay', { item: '100' }]),
    says('Asked.'),
    says('Paid.'),
  ])
  const { body: tool } = await scenario.call('POST', '/v1/tools', siteTool(scenario.site, 'pay'))
  const toolId = parseId('tool', tool.id) ?? ''
  const reference = { kind: 'reference' as const, toolId, revision: null, approval: 'always' as const }
  const first = await start(agent, { overrides: { tools: [reference] } })
  await scenario.ended(first)
  const elsewhere = { url: `${scenario.site.url}/elsewhere` }
  expect((await scenario.call('PATCH', `/v1/tools/${tool.id}`, elsewhere)).body.revision).toBe(2)
  expect((await scenario.call('DELETE', `/v1/tools/${tool.id}`)).status).toBe(204)
  const { services, ownerKey } = scenario.server.server
  const owner = await services.access.authenticate(ownerKey.key)
  const runId = parseId('run', first) ?? ''
  const [approval] = await services.approvals.list(owner, { runId }, { limit: 1, after: null })
  const decision = { decision: 'approve' as const, reason: null, result: null }
  const { startedRunId } = await services.approvals.decide(owner, approval?.id ?? '', decision)
  expect(await scenario.ended(printId('run', startedRunId ?? ''))).toMatchObject({ output: 'Paid.' })
  expect(scenario.site.callsOf('/pay').map((call) => call.body)).toEqual([{ item: '100' }])
  expect(scenario.site.callsOf('/elsewhere')).toEqual([])
})

test('a question whose run waits takes no other arguments', async () => {
  const agent = await scenario.agent([callsTools(['call_a', 'park', { item: '1' }])], {
    tools: [siteTool(scenario.site, 'park', { approval: 'always' })],
  })
  const id = await scenario.start(agent, 'Go.')
  await scenario.until(id, 'run.waiting')
  const { services, ownerKey } = scenario.server.server
  const owner = await services.access.authenticate(ownerKey.key)
  const [approval] = await services.approvals.list(
    owner,
    { runId: parseId('run', id) ?? '' },
    { limit: 1, after: null },
  )
  const decision = { decision: 'approve' as const, reason: null, result: null, arguments: {} }
  await expect(services.approvals.decide(owner, approval?.id ?? '', decision)).rejects.toMatchObject({
    fields: [{ field: 'arguments' }],
  })
})

test('a model call that takes longer than a step may fails the run', async () => {
  const agent = await scenario.agent([{ pieces: [{ text: 'Slow' }], ending: 'hang' }], {
    limits: { step_seconds: 3 },
  })
  expect(await scenario.run(agent, 'Go.')).toMatchObject({
    state: 'failed',
    error: { code: 'model_timed_out', message: 'The model did not answer within 3 seconds.' },
  })
  await agent.requests()[0]?.aborted
})

test('a tool call that takes longer than a step may is an error that the model reads', async () => {
  scenario.site.answer('/slow', async (call) => {
    await call.aborted
    return { body: null }
  })
  const agent = await scenario.agent([callsTools(['call_a', 'slow', { item: 'x' }]), says('It is slow.')], {
    tools: [siteTool(scenario.site, 'slow')],
    limits: { step_seconds: 3 },
  })
  expect(await scenario.run(agent, 'Go.')).toMatchObject({ state: 'completed', output: 'It is slow.' })
  const told = JSON.stringify(agent.requests()[1]?.body?.['messages'])
  expect(told).toContain('The call did not answer within 3 seconds.')
})
