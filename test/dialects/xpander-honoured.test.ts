import { afterAll, beforeAll, expect } from 'vitest'
import { xpanderRequirements } from '../../src/dialects/xpander/requirements.ts'
import type { JsonObject } from '../../src/lib/json.ts'
import { startFakeOpenAi } from '../support/fake-openai.ts'
import { withinOneDay } from '../support/one-day.ts'
import { callsTools, says, siteTool } from '../support/scenario.ts'
import type { RecordedRequest, ScriptedAnswer } from '../support/scripted-answer.ts'
import { verifies } from '../support/verifies.ts'
import { startXpanderTasks, type TaskAgent, type XpanderTasks } from '../support/xpander-tasks.ts'

// Each test sets one field on one of two agents and sees that they differ where it counts.

let xpander: XpanderTasks
beforeAll(async () => {
  xpander = await startXpanderTasks()
})
afterAll(async () => await xpander[Symbol.asyncDispose]())

const promise = (ids: string[], sentence: string, run: () => Promise<void>) =>
  verifies(xpanderRequirements, ids, sentence, run)

/** An agent whose model gives these answers, with these fields of this API. */
async function agentWith(
  fields: JsonObject,
  answers: ScriptedAnswer[] = [says('Done.')],
  definition: JsonObject = {},
): Promise<TaskAgent> {
  const agent = await xpander.agent(answers, definition)
  if (Object.keys(fields).length === 0) return agent
  const { status, body } = await xpander.call('PATCH', `/v1/agents/${agent.uuid}`, fields)
  expect(status, JSON.stringify(body)).toBe(200)
  expect(body).toMatchObject(fields)
  return agent
}

interface WireMessage {
  role: string
  content: unknown
  tool_calls?: unknown[]
}

const messagesOf = (request: RecordedRequest | undefined) =>
  (request?.body?.['messages'] ?? []) as unknown as WireMessage[] // as the wire has it

const systemOf = (agent: TaskAgent) =>
  messagesOf(agent.requests()[0]).find(({ role }) => role === 'system' || role === 'developer')?.content

const toolsOf = (agent: TaskAgent) =>
  ((agent.requests()[0]?.body?.['tools'] ?? []) as { function: { name: string } }[]).map(
    (tool) => tool.function.name,
  ) // as the wire has it

promise(
  ['xpander.agent.instructions', 'xpander.agent.expected_output', 'xpander.agno.every_framework'],
  'the model is told general, role, goal and the expected output, in this order',
  async () => {
    const agent = await agentWith({
      instructions: { general: 'Be kind.', role: ['Clerk', 'Guide'], goal: ['Sell lamps'] },
      expected_output: 'One line.',
      framework: 'langchain',
    })
    await xpander.invoke(agent, 'Hello')
    expect(systemOf(agent)).toBe(
      'Be kind.\n\n# Role\n- Clerk\n- Guide\n\n# Goal\n- Sell lamps\n\n# Expected output\nOne line.',
    )
    const texts = await xpander.call('PATCH', `/v1/agents/${agent.uuid}`, {
      instructions: { role: 'Clerk', goal: 'Sell' },
    })
    expect(texts.body.instructions).toEqual({ role: ['Clerk'], goal: ['Sell'], general: '' })
  },
)

promise(
  ['xpander.agent.llm_reasoning_effort'],
  'the effort is sent to the model; medium is left to it',
  async () => {
    for (const [effort, sent] of [
      ['low', 'low'],
      ['medium', undefined],
      ['high', 'high'],
    ] as const) {
      const agent = await agentWith({ llm_reasoning_effort: effort })
      await xpander.invoke(agent, 'Hello')
      expect(agent.requests()[0]?.body?.['reasoning_effort']).toBe(sent)
    }
  },
)

promise(
  [
    'xpander.agent.llm_api_base',
    'xpander.agent.llm_credentials',
    'xpander.agent.llm_extra_headers',
    'xpander.agents.secrets',
  ],
  'the model is reached where the agent says, with its key and its headers, which nobody is shown',
  async () => {
    const own = await startFakeOpenAi({ respond: () => says('From its own.') })
    try {
      const secrets = {
        llm_credentials: { name: 'gateway', value: 'sk-own', description: null },
        llm_extra_headers: { 'x-team': 'lamps' },
      }
      const agent = await xpander.agent([])
      const path = `/v1/agents/${agent.uuid}`
      const { body } = await xpander.call('PATCH', path, { llm_api_base: own.url, ...secrets })
      const shown = {
        llm_api_base: own.url,
        llm_credentials: { name: 'gateway', value: '***', description: null },
        llm_extra_headers: { 'x-team': '***' },
      }
      expect(body).toMatchObject(shown)
      await xpander.call('PATCH', path, { ...shown, description: 'Sent back.' })
      expect((await xpander.invoke(agent, 'Hello')).result).toBe('From its own.')
      expect(own.requests[0]?.headers).toMatchObject({
        authorization: 'Bearer sk-own',
        'x-team': 'lamps',
      })
      const keyless = await agentWith({ llm_api_base: own.url })
      await xpander.invoke(keyless, 'Hello')
      expect(own.requests[1]?.headers['authorization'] ?? '').not.toContain('sk-scenario')
    } finally {
      await own.close()
    }
  },
)

promise(
  ['xpander.agent.llm_credentials_key'],
  'the credential of the connection of that name is used',
  async () => {
    const own = await startFakeOpenAi({ respond: () => says('Done.') })
    try {
      const connection = { name: 'vault', provider: 'openai', credential: 'sk-vault', base_url: own.url }
      const made = await xpander.scenario.call('POST', '/v1/connections', connection)
      expect(made.status).toBe(201)
      const agent = await agentWith({ llm_credentials_key: 'vault' })
      expect(await xpander.invoke(agent, 'Hello')).toMatchObject({ result: 'Done.' })
      expect(own.requests[0]?.headers['authorization']).toBe('Bearer sk-vault')
    } finally {
      await own.close()
    }
  },
)

promise(
  ['xpander.agent.llm_api_base', 'xpander.agent.llm_credentials_key'],
  'placeholders are kept, and the task that needs them says which field to mend',
  async () => {
    const base = await agentWith({ llm_api_base: '<string>' })
    const first = await xpander.invoke(base, 'Hello')
    expect(first.status).toBe('error')
    expect(first.result).toMatch(/^llm_api_base: "<string>" is no http or https address/)
    const key = await agentWith({ llm_credentials_key: '<string>' })
    const second = await xpander.invoke(key, 'Hello')
    expect(second.status).toBe('error')
    expect(second.result).toMatch(/^llm_credentials_key: "<string>" is the name of no connection/)
  },
)

promise(
  ['xpander.agent.output_format', 'xpander.agent.output_schema'],
  'results have the form that is asked for',
  async () => {
    const schema = {
      type: 'object',
      properties: { action: { type: 'string' } },
      required: ['action'],
      additionalProperties: false,
    }
    const json = await agentWith({ output_format: 'json', output_schema: schema }, [
      says('{"action":"done"}'),
    ])
    expect((await xpander.invoke(json, 'Hello')).result).toBe('{"action":"done"}')
    expect(JSON.stringify(json.requests()[0]?.body?.['response_format'])).toContain('action')
    const text = await agentWith({ output_format: 'text', output_schema: schema })
    await xpander.invoke(text, 'Hello')
    expect(text.requests()[0]?.body?.['response_format']).toBeUndefined()
    const later = await xpander.call('PATCH', `/v1/agents/${text.uuid}`, { output_format: 'json' })
    expect(later.body.output_schema).toEqual(schema)
    const bad = { output_format: 'json', output_schema: { type: 'nothing' } }
    const refused = await xpander.call('PATCH', `/v1/agents/${text.uuid}`, bad)
    expect([refused.status, refused.body.detail[0].loc]).toEqual([422, ['body', 'output_schema']])
  },
)

promise(
  ['xpander.agent.prompts_caching_enabled'],
  'the provider is asked to keep what does not change',
  async () => {
    for (const enabled of [true, false]) {
      const agent = await agentWith({ prompts_caching_enabled: enabled })
      await xpander.invoke(agent, 'Hello')
      expect('prompt_cache_key' in (agent.requests()[0]?.body ?? {})).toBe(enabled)
    }
  },
)

promise(
  ['xpander.agno.session_storage', 'xpander.agno.num_history_runs'],
  'so many earlier turns are shown, and none of them without storage',
  async () => {
    for (const [settings, shown] of [
      [{ session_storage: true, num_history_runs: 10 }, 3],
      [{ session_storage: true, num_history_runs: 1 }, 2],
      [{ session_storage: false, num_history_runs: 10 }, 1],
    ] as const) {
      const agent = await agentWith({ agno_settings: settings }, [says('1'), says('2'), says('3')])
      const { id } = await xpander.invoke(agent, 'one')
      await xpander.invoke(agent, 'two', { id })
      await xpander.invoke(agent, 'three', { id })
      const said = messagesOf(agent.requests()[2]).filter(({ role }) => role === 'user')
      expect(said).toHaveLength(shown)
    }
  },
)

promise(
  ['xpander.agno.max_tool_calls_from_history'],
  'only the newest tool calls of earlier turns are shown',
  async () => {
    for (const [most, shown] of [
      [0, 2],
      [1, 1],
    ] as const) {
      const { site } = xpander.scenario
      const tools = [siteTool(site, 'look', { method: 'GET', effects: 'none' })]
      const answers = [
        callsTools(['c1', 'look', { item: 'a' }]),
        callsTools(['c2', 'look', { item: 'b' }]),
        says('Seen.'),
        says('Again.'),
      ]
      const agent = await agentWith({ agno_settings: { max_tool_calls_from_history: most } }, answers, {
        tools,
      })
      const { id } = await xpander.invoke(agent, 'one')
      await xpander.invoke(agent, 'two', { id })
      const calls = messagesOf(agent.requests()[3]).flatMap((message) => message.tool_calls ?? [])
      expect(calls).toHaveLength(shown)
    }
  },
)

promise(['xpander.agno.tool_call_limit'], 'at the limit of calls the model has to answer', async () => {
  const { site } = xpander.scenario
  const tools = [siteTool(site, 'look', { method: 'GET', effects: 'none' })]
  const answers = [
    callsTools(['c1', 'look', { item: 'a' }]),
    callsTools(['c2', 'look', { item: 'b' }]),
    says('Enough.'),
  ]
  const agent = await agentWith({ agno_settings: { tool_call_limit: 1 } }, answers, { tools })
  expect(await xpander.invoke(agent, 'Look')).toMatchObject({ status: 'completed', result: 'Enough.' })
  expect(agent.requests()[2]?.body?.['tool_choice']).toBe('none')
})

promise(
  ['xpander.agno.reasoning_tools_enabled'],
  'the model is given the tools think and analyze',
  async () => {
    const thinks = await agentWith({ agno_settings: { reasoning_tools_enabled: true } })
    await xpander.invoke(thinks, 'Hello')
    expect(toolsOf(thinks)).toEqual(['think', 'analyze'])
    const path = `/v1/agents/${thinks.uuid}`
    expect((await xpander.call('GET', path)).body).toMatchObject({ tools: [], graph: [] })
    const off = await xpander.call('PATCH', path, { agno_settings: { reasoning_tools_enabled: false } })
    expect(off.body.agno_settings.reasoning_tools_enabled).toBe(false)
    const plain = await agentWith({})
    await xpander.invoke(plain, 'Hello')
    expect(toolsOf(plain)).toEqual([])
  },
)

promise(['xpander.strategies.retry_strategy'], 'a task that fails is tried again', async () => {
  const failing: ScriptedAnswer = { status: 400, body: { error: { message: 'No.' } } }
  const retry = { retry_strategy: { enabled: true, max_retries: 1 } }
  const again = await agentWith({ task_level_strategies: retry }, [failing, says('Second.')])
  expect(await xpander.invoke(again, 'Hello')).toMatchObject({
    status: 'completed',
    result: 'Second.',
    execution_attempts: 2,
  })
  const once = await agentWith({}, [failing, says('Second.')])
  expect((await xpander.invoke(once, 'Hello')).status).toBe('error')
})

promise(
  ['xpander.strategies.iterative_strategy', 'xpander.strategies.condition'],
  'the result is worked on until the condition holds',
  async () => {
    const end = { type: 'contains', term: 'good', group_id: 'g', path: null, value: null }
    const iterate = { iterative_strategy: { enabled: true, max_iterations: 3, end_condition: end } }
    const answers = [says('poor'), says('good'), says('better')]
    const agent = await agentWith({ task_level_strategies: iterate }, answers)
    expect((await xpander.invoke(agent, 'Write')).result).toBe('good')
    expect(agent.requests()).toHaveLength(2)
  },
)

promise(['xpander.strategies.stop_strategy'], 'a condition that holds stops the task', async () => {
  const when = { type: 'regex', term: 'ST.P', group_id: null, path: null, value: null }
  const stop = { stop_strategy: { enabled: true, stop_on_failure: true, stop_on_condition: when } }
  const agent = await agentWith({ task_level_strategies: stop }, [says('STOP')])
  expect(await xpander.invoke(agent, 'Go')).toMatchObject({
    status: 'stopped',
    is_manually_stopped: false,
    result: 'STOP',
  })
})

promise(['xpander.strategies.max_runs_per_day'], 'beyond the limit of a day it is 429', async () => {
  await withinOneDay()
  const agent = await agentWith({ task_level_strategies: { max_runs_per_day: 1 } })
  await xpander.invoke(agent, 'Hello')
  const path = `/v1/agents/${agent.uuid}/invoke`
  const { status, body, headers } = await xpander.call('POST', path, { input: { text: 'Again' } })
  expect([status, body.detail, headers.get('retry-after')]).toEqual([429, 'Daily run limit reached', '60'])
})

promise(
  ['xpander.strategies.duplication_prevention'],
  'an invocation with the same values answers the earlier task',
  async () => {
    const prevention = { selectors: ['input.text'], enabled: true, ttl_minutes: 10 }
    const agent = await agentWith({ task_level_strategies: { duplication_prevention: prevention } })
    const path = `/v1/agents/${agent.uuid}/invoke`
    const first = await xpander.call('POST', path, { input: { text: 'The same' } })
    const second = await xpander.call('POST', path, { input: { text: 'The same' } })
    expect([second.status, second.body.id]).toEqual([200, first.body.id])
    expect(second.headers.get('x-duplicate-of')).toBe(first.body.id)
    expect(agent.requests()).toHaveLength(1)
  },
)

promise(['xpander.agent.is_supervised'], 'a person approves calls that can change the world', async () => {
  for (const supervised of [true, false]) {
    const { site } = xpander.scenario
    const answers = [callsTools(['c1', 'pay', { item: 'lamp' }]), says('Paid.')]
    const agent = await agentWith({ is_supervised: supervised }, answers, { tools: [siteTool(site, 'pay')] })
    expect((await xpander.invoke(agent, 'Pay')).status).toBe(supervised ? 'paused' : 'completed')
  }
})

promise(
  ['xpander.agent.model.default'],
  'an agent that names no model has the vendor’s, and its task says which key is missing',
  async () => {
    const { body } = await xpander.call('POST', '/v1/agents', { name: 'No model' })
    expect([body.model_provider, body.model_name]).toEqual(['anthropic', 'claude-sonnet-4-6'])
    const path = `/v1/agents/${body.id}/invoke`
    const task = await xpander.call('POST', path, { input: { text: 'Hello' } })
    expect(task.body.status).toBe('error')
    expect(task.body.result).toContain('ANTHROPIC_API_KEY')
  },
)
