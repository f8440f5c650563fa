import { afterAll, beforeAll, expect } from 'vitest'
import { invocationEndpoints } from '../../src/dialects/xpander/endpoints/invocation.ts'
import { xpanderRequirements } from '../../src/dialects/xpander/requirements.ts'
import { AppError } from '../../src/errors.ts'
import type { Endpoint } from '../../src/http/endpoint.ts'
import { newId } from '../../src/lib/ids.ts'
import type { JsonObject } from '../../src/lib/json.ts'
import { withinOneDay } from '../support/one-day.ts'
import { says } from '../support/scenario.ts'
import { verifies } from '../support/verifies.ts'
import { startXpanderTasks, type TaskAgent, type XpanderTasks } from '../support/xpander-tasks.ts'

let xpander: XpanderTasks

beforeAll(async () => {
  xpander = await startXpanderTasks()
})
afterAll(async () => {
  await xpander?.[Symbol.asyncDispose]()
})

const promise = (ids: string[], sentence: string, run: () => Promise<void>) =>
  verifies(xpanderRequirements, ids, sentence, run)

const system = (agent: TaskAgent, call = 0): string => {
  const messages = agent.requests()[call]?.body?.['messages'] as { role: string; content: string }[] // as the wire has it
  return messages.find(({ role }) => role === 'system' || role === 'developer')?.content ?? ''
}

promise(
  [
    'xpander.invoke.sync',
    'xpander.invoke.input.text',
    'xpander.invoke.source',
    'xpander.invoke.unknown_fields',
  ],
  'a synchronous invocation answers with the completed task',
  async () => {
    const agent = await xpander.agent([says('4')])
    const task = await xpander.invoke(agent, '2+2?', { whatever: 1 })
    expect(task).toMatchObject({
      agent_id: agent.uuid,
      input: { text: '2+2?', files: [], user: null },
      status: 'completed',
      internal_status: null,
      result: '4',
      agent_version: '2',
      source: 'api',
      title: '2+2?',
      output_format: 'text',
      is_continuous: false,
      execution_attempts: 1,
      tokens: { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 },
    })
    expect(task.created_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/)
    expect(await xpander.task(task.id)).toEqual(task)
  },
)

promise(
  ['xpander.invoke.sync', 'xpander.invoke.input.text'],
  'a model that fails is 200 with the error, no text at all is 422',
  async () => {
    const agent = await xpander.agent([{ status: 400, body: { error: { message: 'No.' } } }])
    const task = await xpander.invoke(agent, 'Hi')
    expect([task.status, task.finished_at === null]).toEqual(['error', false])
    expect(task.result).toMatch(/\w/)
    for (const input of [{}, { text: '' }, { text: null, files: [] }]) {
      const { status, body } = await xpander.call('POST', `/v1/agents/${agent.uuid}/invoke`, { input })
      expect([status, body.detail[0].loc]).toEqual([422, ['body', 'input', 'text']])
    }
    const missing = await xpander.call('POST', `/v1/agents/${agent.uuid}/invoke`, {})
    expect([missing.status, missing.body.detail[0]]).toMatchObject([
      422,
      { loc: ['body', 'input'], type: 'missing' },
    ])
  },
)

promise(['xpander.invoke.async'], 'an asynchronous one answers pending and goes on', async () => {
  const agent = await xpander.agent([says('Later.')])
  const path = `/v1/agents/${agent.uuid}/invoke/async`
  const { status, body } = await xpander.call('POST', path, { input: { text: 'Hi' } })
  expect([status, body.status, body.result]).toEqual([200, 'pending', null])
  await expect.poll(async () => (await xpander.task(body.id)).result).toBe('Later.')
})

promise(['xpander.invoke.sync.cap'], 'a call that waits too long gets the task as it is', async () => {
  const gate = Promise.withResolvers<void>()
  const agent = await xpander.agent([{ pieces: [{ wait: gate.promise }, { text: 'At last.' }] }])
  const { server, ownerKey } = xpander.scenario.server
  const endpoints = invocationEndpoints(server.services, { longestWait: 50 })
  const request = {
    principal: await server.services.access.authenticate(ownerKey),
    params: { agent_id: agent.uuid },
    query: {},
    body: { input: { text: 'Hi' }, id: 'slow-1' },
    headers: () => undefined,
    signal: new AbortController().signal,
    dialect: 'xpander',
    resourceId: newId(),
  } as unknown as Parameters<Endpoint['handle']>[0] // all that the handler reads
  const task = await endpoints.find(({ id }) => id === 'xpander.agents.invoke')?.handle(request)
  // On a busy machine it may not even have begun.
  const going = expect.stringMatching(/^(?:pending|executing)$/)
  expect(task).toMatchObject({ id: 'slow-1', status: going, result: null })
  gate.resolve()
  await expect.poll(async () => (await xpander.task('slow-1')).result).toBe('At last.')
})

promise(
  ['xpander.invoke.version', 'xpander.invoke.version.draft'],
  'a version that is named runs; without edits that wait, draft is what is deployed',
  async () => {
    const agent = await xpander.agent([says('a'), says('b'), says('c')], { instructions: 'First.' })
    await xpander.scenario.call('PATCH', `/v1/agents/${agent.id}`, { instructions: 'Second.' })
    const path = `/v1/agents/${agent.uuid}/invoke`
    const body = { input: { text: 'Hi' } }
    const named = await xpander.call('POST', `${path}?version=2`, body)
    const draft = await xpander.call('POST', `${path}?version=draft`, body)
    const header = await xpander.call('POST', path, body, { 'x-agent-version': '2' })
    expect([named, draft, header].map((reply) => reply.body.agent_version)).toEqual(['2', '3', '2'])
    expect([0, 1, 2].map((call) => system(agent, call))).toEqual(['First.', 'Second.', 'First.'])
    expect((await xpander.call('POST', `${path}?version=9`, body)).status).toBe(404)
    const wrong = await xpander.call('POST', `${path}?version=two`, body)
    expect([wrong.status, wrong.body.detail[0].loc]).toEqual([422, ['query', 'version']])
  },
)

promise(['xpander.invoke.unique_name'], 'an agent is invoked by its unique name', async () => {
  const agent = await xpander.agent([says('Hi')], { slug: 'green-otter' })
  const { status, body } = await xpander.call('POST', '/v1/agents/green-otter/invoke', {
    input: { text: 'Hi' },
  })
  expect([status, body.agent_id]).toEqual([200, agent.uuid])
  expect((await xpander.call('POST', '/v1/agents/no-such/invoke', { input: { text: 'Hi' } })).status).toBe(
    404,
  )
})

promise(
  ['xpander.invoke.inactive', 'xpander.invoke.daily_limit'],
  'an inactive agent is 400, one that has used up its day 429',
  async () => {
    await withinOneDay()
    const agent = await xpander.agent([says('One')], { limits: { runs_per_day: 1 } })
    await xpander.invoke(agent, 'Hi')
    const path = `/v1/agents/${agent.uuid}/invoke`
    const more = await xpander.call('POST', path, { input: { text: 'Hi' } })
    expect([more.status, more.body.detail]).toEqual([429, 'Daily run limit reached'])
    await xpander.scenario.call('PATCH', `/v1/agents/${agent.id}`, { enabled: false })
    const inactive = await xpander.call('POST', path, { input: { text: 'Hi' } })
    expect([inactive.status, inactive.body.detail]).toEqual([400, 'Agent is inactive'])
  },
)

promise(
  ['xpander.invoke.duplicate'],
  'what is taken once is answered with the earlier task, by whichever way',
  async () => {
    const strategies = { deduplicate: { selectors: ['input.text'], minutes: 10 } }
    const agent = await xpander.agent([says('Once.')], { strategies })
    const first = await xpander.invoke(agent, 'Event 7')
    const body = { input: { text: 'Event 7' } }
    for (const way of ['invoke', 'invoke/async']) {
      const again = await xpander.call('POST', `/v1/agents/${agent.uuid}/${way}`, body)
      expect([again.status, again.body.result, again.headers.get('x-duplicate-of')]).toEqual([
        200,
        'Once.',
        first.id,
      ])
    }
    const stream = await xpander.open(agent, 'Event 7')
    expect(stream.headers.get('x-duplicate-of')).toBe(first.id)
    expect(await stream.text()).toContain('"type":"task_finished"')
    expect(agent.requests()).toHaveLength(1)
  },
)

promise(['xpander.invoke.idempotency'], 'a repeated Idempotency-Key gets the same task', async () => {
  const agent = await xpander.agent([says('Once.'), says('Streamed.')])
  const send = (way: string) =>
    xpander.scenario.server.open(
      'POST',
      `/xpander/v1/agents/${agent.uuid}/${way}`,
      { input: { text: 'Hi' } },
      { headers: { 'idempotency-key': `key-${way}` } },
    )
  const first = await (await send('invoke')).text()
  expect(JSON.parse(await (await send('invoke')).text())).toEqual(JSON.parse(first))
  const streamed = await (await send('invoke/stream')).text()
  expect(await (await send('invoke/stream')).text()).toBe(streamed)
  expect(agent.requests()).toHaveLength(2)
})

/** A request as a handler gets it, for what cannot be timed from outside. */
async function directRequest(agent: TaskAgent) {
  const { server, ownerKey } = xpander.scenario.server
  return {
    principal: await server.services.access.authenticate(ownerKey),
    params: { agent_id: agent.uuid },
    query: {},
    body: { input: { text: 'Hi' } },
    headers: () => undefined,
    signal: new AbortController().signal,
    dialect: 'xpander',
    resourceId: newId(),
  } as unknown as Parameters<Endpoint['handle']>[0] // all that the handlers read
}

promise(
  ['xpander.invoke.duplicate'],
  'while the earlier task is not there yet, the repeated request is refused and told so',
  async () => {
    const agent = await xpander.agent([])
    const { services } = xpander.scenario.server.server
    const refusal = new AppError('duplicate_run', { facts: { run_id: newId() }, detail: 'Ask again.' })
    const runs = { ...services.runs, create: () => Promise.reject(refusal) }
    const request = await directRequest(agent)
    for (const endpoint of invocationEndpoints({ ...services, runs }))
      await expect(endpoint.handle(request)).rejects.toBe(refusal)
  },
)

promise(
  ['xpander.invoke.idempotency'],
  'a repeat that comes while the first request is worked on begins nothing itself',
  async () => {
    const agent = await xpander.agent([says('Once.')])
    const request = await directRequest(agent)
    for (const endpoint of invocationEndpoints(xpander.scenario.server.server.services)) {
      await expect(endpoint.reattach?.(request, { answered: false })).rejects.toMatchObject({
        code: 'run_not_found',
      })
    }
    const send = () =>
      xpander.call(
        'POST',
        `/v1/agents/${agent.uuid}/invoke`,
        { input: { text: 'Hi' } },
        { 'idempotency-key': 'at-once' },
      )
    const replies = await Promise.all(Array.from({ length: 20 }, send))
    const answered = replies.filter(({ status }) => status === 200)
    expect(answered.map(({ body }) => body.result)).toEqual(answered.map(() => 'Once.'))
    expect(new Set(answered.map(({ body }) => body.id)).size).toBe(1)
    const busy = replies.filter(({ status }) => status !== 200)
    expect(busy.map(({ status }) => status)).toEqual(busy.map(() => 409))
    expect(agent.requests()).toHaveLength(1)
  },
)

promise(
  [
    'xpander.invoke.input.files',
    'xpander.invoke.input.images',
    'xpander.invoke.output_format.voice',
    'xpander.invoke.mcp_servers',
    'xpander.invoke.user_tokens',
    'xpander.invoke.user_oidc_token',
    'xpander.invoke.worker_id',
    'xpander.invoke.run_locally',
    'xpander.invoke.test_run_node_id',
  ],
  'what is not done is 501 naming the field when it is asked for, and nothing when it is not',
  async () => {
    const agent = await xpander.agent([says('Hi.')])
    const send = (body: JsonObject) => xpander.call('POST', `/v1/agents/${agent.uuid}/invoke`, body)
    const refused: [string, JsonObject][] = [
      ['input.files', { input: { text: 'Hi', files: ['https://example.com/a.pdf'] } }],
      ['input.images', { input: { text: 'Hi', images: ['https://example.com/a.png'] } }],
      ['output_format', { input: { text: 'Hi' }, output_format: 'voice' }],
      [
        'mcp_servers[1]',
        { input: { text: 'Hi' }, mcp_servers: [{ name: 'x' }, { url: 'https://example.com' }] },
      ],
      ['user_tokens', { input: { text: 'Hi' }, user_tokens: { n1: 'secret-token' } }],
      ['user_oidc_token', { input: { text: 'Hi' }, user_oidc_token: 'secret-token' }],
      ['worker_id', { input: { text: 'Hi' }, worker_id: 'w1' }],
      ['run_locally', { input: { text: 'Hi' }, run_locally: true }],
      ['test_run_node_id', { input: { text: 'Hi' }, test_run_node_id: 'n1' }],
    ]
    for (const [field, body] of refused) {
      const { status, body: error } = await send(body)
      expect([field, status]).toEqual([field, 501])
      expect(error.detail).toContain(`${field}:`)
      expect(JSON.stringify(error)).not.toContain('secret-token')
    }
    expect(agent.requests()).toHaveLength(0)
    const inert = {
      mcp_servers: [{ name: 'old sample', config: { api_key: 'sk-secret' } }],
      user_tokens: {},
      user_oidc_token: '',
      payload_extension: {},
      worker_id: null,
      run_locally: false,
      test_run_node_id: null,
    }
    const { status, body } = await send({ input: { text: 'Hi', files: [], images: [] }, ...inert })
    expect([status, body.status]).toEqual([200, 'completed'])
    expect(body.mcp_servers).toEqual([{ name: 'old sample' }])
  },
)

promise(
  ['xpander.invoke.input.user', 'xpander.invoke.input.user.timezone', 'xpander.invoke.input.user.role'],
  'the end user is told to the model, with the time in their zone',
  async () => {
    const agent = await xpander.agent([says('Hi Ada.')], { instructions: 'Be kind.' })
    const user = {
      id: 'u1',
      email: 'ada@example.com',
      first_name: 'Ada',
      last_name: 'Byron',
      additional_attributes: { plan: 'gold', seats: 3 },
      timezone: 'Asia/Kolkata',
      role: 'member',
      is_super_admin: true,
    }
    const task = await xpander.invoke(agent, { text: 'Hi', user })
    expect(task.input.user).toEqual({ ...user, display_name: 'Ada Byron' })
    const told = system(agent)
    for (const part of ['Be kind.', 'Ada Byron', 'ada@example.com', 'plan: gold', 'seats: 3']) {
      expect(told).toContain(part)
    }
    expect(told).toMatch(/\d\d:\d\d:\d\d\+05:30/)
    const path = `/v1/agents/${agent.uuid}/invoke`
    const noEmail = await xpander.call('POST', path, { input: { text: 'x', user: { id: '1' } } })
    expect([noEmail.status, noEmail.body.detail[0].loc]).toEqual([422, ['body', 'input', 'user', 'email']])
    const noZone = await xpander.call('POST', path, {
      input: { text: 'x', user: { email: 'a@example.com', timezone: 'Mars/Olympus' } },
    })
    expect([noZone.status, noZone.body.detail[0].loc]).toEqual([422, ['body', 'input', 'user', 'timezone']])
  },
)

promise(['xpander.invoke.id'], 'a task id is any text, and belongs to one agent', async () => {
  const agent = await xpander.agent([says('Hi.')])
  const other = await xpander.agent([says('No.')])
  const task = await xpander.invoke(agent, 'Hi', { id: 'conversation-thread 123/ß' })
  expect([task.id, (await xpander.task('conversation-thread 123/ß')).result]).toEqual([
    'conversation-thread 123/ß',
    'Hi.',
  ])
  const path = `/v1/agents/${other.uuid}/invoke`
  const clash = await xpander.call('POST', path, { input: { text: 'Hi' }, id: task.id })
  expect([clash.status, clash.body.detail]).toEqual([
    409,
    'id: a task with this id belongs to another agent.',
  ])
  const long = await xpander.call('POST', path, { input: { text: 'Hi' }, id: 'x'.repeat(256) })
  expect([long.status, long.body.detail[0].loc]).toEqual([422, ['body', 'id']])
  expect(other.requests()).toHaveLength(0)
})

promise(
  ['xpander.invoke.output_format', 'xpander.invoke.output_schema'],
  'a format and a schema are for one task; a schema alone asks for JSON',
  async () => {
    const agent = await xpander.agent([says('{"sum":4}'), says('{"sum":4}'), says('four')])
    const schema = { type: 'object', properties: { sum: { type: 'number' } }, required: ['sum'] }
    const tasks = [
      await xpander.invoke(agent, '2+2', { output_schema: schema }),
      await xpander.invoke(agent, '2+2', { output_format: 'json' }),
      await xpander.invoke(agent, '2+2', { output_format: 'markdown' }),
    ]
    expect(tasks.map((task) => [task.output_format, task.output_schema, task.result])).toEqual([
      ['json', schema, '{"sum":4}'],
      ['json', null, '{"sum":4}'],
      ['markdown', null, 'four'],
    ])
    const bad = await xpander.call('POST', `/v1/agents/${agent.uuid}/invoke`, {
      input: { text: 'x' },
      output_schema: { type: 'nonsense' },
    })
    expect(bad.status).toBe(422)
  },
)

promise(
  [
    'xpander.invoke.expected_output',
    'xpander.invoke.additional_context',
    'xpander.invoke.instructions_override',
  ],
  'what is said for one task follows the instructions, and takes the place of the expected output',
  async () => {
    const agent = await xpander.agent([says('a'), says('b')], { instructions: 'Be kind.' })
    await xpander.call('PATCH', `/v1/agents/${agent.uuid}`, { expected_output: 'A poem.' })
    const more = {
      expected_output: 'A number.',
      additional_context: 'It is summer.',
      instructions_override: 'Be brief.',
    }
    const task = await xpander.invoke(agent, 'Hi', more)
    expect(task).toMatchObject(more)
    await xpander.invoke(agent, 'Hi')
    expect(system(agent, 0)).toMatch(/Be kind\.[^]*A number\.[^]*Be brief\.[^]*It is summer\./)
    expect(system(agent, 0)).not.toContain('A poem.')
    expect(system(agent, 1)).toContain('A poem.')
    expect(system(agent, 1)).not.toContain('Be brief.')
  },
)

promise(
  [
    'xpander.invoke.think_mode',
    'xpander.invoke.llm_reasoning_effort',
    'xpander.invoke.llm_model_name',
    'xpander.invoke.llm_model_provider',
  ],
  'a task may think harder, or with another model',
  async () => {
    const agent = await xpander.agent([says('a'), says('b'), says('c')])
    await xpander.call('PATCH', `/v1/agents/${agent.uuid}`, { llm_reasoning_effort: 'medium' })
    const tasks = [
      await xpander.invoke(agent, 'Hi', { think_mode: 'harder' }),
      await xpander.invoke(agent, 'Hi', { think_mode: 'harder', llm_reasoning_effort: 'low' }),
      await xpander.invoke(agent, 'Hi', {
        llm_model_provider: 'OpenAI',
        llm_reasoning_effort: 'high',
        llm_model_name: String(agent.requests()[0]?.body?.['model']),
      }),
    ]
    expect(tasks.map((task) => task.llm_reasoning_effort)).toEqual(['high', 'medium', 'high'])
    expect(tasks.map((task) => [task.think_mode, task.llm_model_provider])).toEqual([
      ['harder', 'openai'],
      ['harder', 'openai'],
      ['default', 'openai'],
    ])
    expect(agent.requests().map(({ body }) => body?.['reasoning_effort'])).toEqual(['high', 'medium', 'high'])
    const other = await xpander.invoke(agent, 'Hi', { llm_model_name: 'fake-elsewhere' })
    expect([other.llm_model_name, other.status]).toEqual(['fake-elsewhere', 'error'])
    const bad = await xpander.call('POST', `/v1/agents/${agent.uuid}/invoke`, {
      input: { text: 'x' },
      llm_model_provider: 'acme',
    })
    expect([bad.status, bad.body.detail[0].loc]).toEqual([422, ['body', 'llm_model_provider']])
  },
)

promise(
  [
    'xpander.invoke.disable_attachment_injection',
    'xpander.invoke.events_streaming',
    'xpander.invoke.return_metrics',
    'xpander.invoke.title',
    'xpander.invoke.source',
    'xpander.invoke.triggering_agent_id',
    'xpander.invoke.parent_execution_id',
  ],
  'what is only noted is printed, and a sub-task stands in its parent',
  async () => {
    const agent = await xpander.agent([says('a'), says('b'), says('c')])
    const parent = await xpander.invoke(agent, 'x '.repeat(100))
    expect(parent.title).toHaveLength(120)
    const noted = {
      disable_attachment_injection: true,
      events_streaming: true,
      return_metrics: true,
      title: 'My title',
      source: 'zapier',
      triggering_agent_id: '<string>',
    }
    const child = await xpander.invoke(agent, 'Part', { ...noted, parent_execution_id: parent.id })
    expect(child).toMatchObject({ ...noted, parent_execution: parent.id })
    expect(await xpander.task(parent.id)).toMatchObject({
      sub_executions: [child.id],
      finished_sub_executions: [child.id],
    })
    const orphan = await xpander.invoke(agent, 'Part', { parent_execution_id: '<string>' })
    expect(orphan.parent_execution).toBe('<string>')
  },
)
