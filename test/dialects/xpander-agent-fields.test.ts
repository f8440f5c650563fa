import { afterAll, beforeAll, expect } from 'vitest'
import { xpanderRequirements } from '../../src/dialects/xpander/requirements.ts'
import { printId } from '../../src/lib/ids.ts'
import { startToolSite } from '../support/tool-site.ts'
import { verifies } from '../support/verifies.ts'
import { startXpanderServer, type XpanderServer } from '../support/xpander-server.ts'

let xpander: XpanderServer
beforeAll(async () => {
  xpander = await startXpanderServer()
})
afterAll(async () => await xpander[Symbol.asyncDispose]())

const promise = (ids: string[], sentence: string, run: () => Promise<void>) =>
  verifies(xpanderRequirements, ids, sentence, run)

const create = (body: object) => xpander.call('POST', '/v1/agents', body)
const path = (id: string) => `/v1/agents/${id}`
const patch = (id: string, body: object) => xpander.call('PATCH', path(id), body)
const native = async (id: string) => (await xpander.native('GET', `/v1/agents/${printId('agent', id)}`)).body

/** What is 501 when it is on, and the field that the error names. */
const refused: [id: string, field: string, body: object][] = [
  ['xpander.agent.type.elsewhere', 'type', { type: 'a2a' }],
  ['xpander.agent.type.elsewhere', 'type', { type: 'curl' }],
  [
    'xpander.agent.llm_credentials_key_type',
    'llm_credentials_key_type',
    { llm_credentials_key: 'k', llm_credentials_key_type: 'custom' },
  ],
  ['xpander.agent.output_format.voice', 'output_format', { output_format: 'voice' }],
  ['xpander.agent.deep_planning', 'deep_planning', { deep_planning: true }],
  ['xpander.agent.deep_planning', 'deep_planning', { deep_planning: { depth: 3 } }],
  ['xpander.agent.deep_planning', 'enforce_deep_planning', { enforce_deep_planning: true }],
  ['xpander.agent.knowledge_bases', 'knowledge_bases', { knowledge_bases: ['kb-1'] }],
  [
    'xpander.agent.knowledge_bases',
    'knowledge_bases',
    { knowledge_bases: [{ id: 'kb-1', strategy: 'vanilla' }] },
  ],
  [
    'xpander.agent.source_nodes.others',
    'source_nodes[1].type',
    { source_nodes: [{ type: 'sdk' }, { type: 'telegram' }] },
  ],
  [
    'xpander.agent.source_nodes.others',
    'source_nodes[0].metadata.hooks',
    { source_nodes: [{ type: 'webhook', metadata: { hooks: { before: 'https://a.example' } } }] },
  ],
  ['xpander.agent.deployment_type', 'deployment_type', { deployment_type: 'container' }],
  [
    'xpander.agent.connectivity_details',
    'connectivity_details',
    { connectivity_details: { agent_url: 'https://a.example' } },
  ],
  [
    'xpander.agent.notification_settings.others',
    'notification_settings.on_error.email',
    { notification_settings: { on_error: { email: [{ to: ['a@b.example'] }] } } },
  ],
  [
    'xpander.agent.notification_settings.others',
    'notification_settings.on_success.slack',
    { notification_settings: { on_success: { slack: [{ channels: ['#a'] }] } } },
  ],
  ['xpander.agent.using_nemo', 'using_nemo', { using_nemo: true }],
  ['xpander.agent.use_oidc_pre_auth', 'use_oidc_pre_auth', { use_oidc_pre_auth: true }],
  ...[
    'session_summaries',
    'user_memories',
    'agentic_memory',
    'agent_memories',
    'agentic_culture',
    'learning',
    'pii_detection_enabled',
    'prompt_injection_detection_enabled',
    'openai_moderation_enabled',
  ].map((name): [string, string, object] => [
    `xpander.agno.${name}`,
    `agno_settings.${name}`,
    { agno_settings: { [name]: true } },
  ]),
  [
    'xpander.agno.memory_strategy',
    'agno_settings.memory_strategy',
    { agno_settings: { memory_strategy: 'user' } },
  ],
  [
    'xpander.agno.tool_calls_compression',
    'agno_settings.tool_calls_compression.enabled',
    { agno_settings: { tool_calls_compression: { enabled: true } } },
  ],
  [
    'xpander.strategies.agentic_context_enabled',
    'task_level_strategies.agentic_context_enabled',
    { task_level_strategies: { agentic_context_enabled: true } },
  ],
]

promise(
  [
    'xpander.agent.type.elsewhere',
    'xpander.agent.llm_credentials_key_type',
    'xpander.agent.output_format.voice',
    'xpander.agent.deep_planning',
    'xpander.agent.knowledge_bases',
    'xpander.agent.source_nodes.others',
    'xpander.agent.deployment_type',
    'xpander.agent.connectivity_details',
    'xpander.agent.notification_settings.others',
    'xpander.agent.using_nemo',
    'xpander.agent.use_oidc_pre_auth',
    'xpander.agno.session_summaries',
    'xpander.agno.user_memories',
    'xpander.agno.agentic_memory',
    'xpander.agno.agent_memories',
    'xpander.agno.agentic_culture',
    'xpander.agno.learning',
    'xpander.agno.memory_strategy',
    'xpander.agno.pii_detection_enabled',
    'xpander.agno.prompt_injection_detection_enabled',
    'xpander.agno.openai_moderation_enabled',
    'xpander.agno.tool_calls_compression',
    'xpander.strategies.agentic_context_enabled',
  ],
  'what is not available is 501 when it is turned on, in a create and in a change, and names its field',
  async () => {
    const agent = await xpander.agent()
    for (const [, field, body] of refused) {
      const made = await create({ name: 'Refused', ...body })
      expect([made.status, made.body.detail.split(': ')[0]]).toEqual([501, field])
      const changed = await patch(agent.id, body)
      expect([changed.status, changed.body.detail.split(': ')[0]]).toEqual([501, field])
    }
    expect((await xpander.call('GET', path(agent.id))).body).toEqual(agent)
  },
)

const echoes = {
  icon: '📊',
  avatar: 'robot',
  type: 'regular',
  framework: 'langchain',
  delegation_type: 'sequence',
  delegation_memory_strategy: 'full',
  delegation_end_strategy: 'finish-with-last',
  sub_agents_continuous_thread: false,
  environment_id: 'berlin',
  voice_id: 'eve',
  on_prem_event_streaming: false,
  pre_auth_audiences: ['a'],
  use_oidc_pre_auth_token_for_llm: true,
  oidc_pre_auth_token_llm_audience: 'b',
  oidc_pre_auth_token_mcp_audience: 'c',
}

const companions = {
  coordinate_mode: false,
  pii_detection_mask: false,
  openai_moderation_categories: ['hate'],
  max_plan_retries: 3,
  plan_retry_strategy: 'simple',
  tool_calls_compression: { enabled: false, threshold: 9, instructions: 'Keep ids.' },
}

promise(
  [
    'xpander.agent.icon',
    'xpander.agent.avatar',
    'xpander.agent.type',
    'xpander.agent.framework',
    'xpander.agent.delegation',
    'xpander.agent.environment_id',
    'xpander.agent.voice_id',
    'xpander.agent.on_prem_event_streaming',
    'xpander.agent.oidc',
    'xpander.agno.companions',
  ],
  'what decides nothing here is kept and printed, and survives other changes',
  async () => {
    const agent = await xpander.agent({ ...echoes, agno_settings: companions })
    expect(agent).toMatchObject({ ...echoes, agno_settings: companions })
    const { body } = await patch(agent.id, { description: 'x' })
    expect(body).toMatchObject({ ...echoes, agno_settings: companions })
    expect((await create({ name: 'x', framework: 'mine' })).status).toBe(422)
  },
)

promise(
  ['xpander.agno.companions', 'xpander.agno.session_storage'],
  'the number of turns is kept while nothing is stored',
  async () => {
    const off = { session_storage: false, num_history_runs: 7 }
    const agent = await xpander.agent({ agno_settings: off })
    expect(agent.agno_settings).toMatchObject(off)
    expect((await native(agent.id)).history.runs).toBe(0)
    await patch(agent.id, { agno_settings: { session_storage: true } })
    expect((await native(agent.id)).history.runs).toBe(7)
  },
)

promise(['xpander.agent.name'], 'a name is taken once', async () => {
  const agent = await xpander.agent({ name: 'Refund desk' })
  const again = await create({ name: 'Refund desk' })
  expect([again.status, again.body]).toEqual([
    400,
    { detail: 'Agent name already exists', message: 'Agent name already exists' },
  ])
  const other = await xpander.agent()
  expect((await patch(other.id, { name: 'Refund desk' })).status).toBe(400)
  expect((await patch(agent.id, { name: 'Refund desk' })).status).toBe(200)
  expect((await create({ name: 'refund desk' })).status).toBe(201)
  expect((await create({ name: '' })).body.detail[0].loc).toEqual(['body', 'name'])
})

promise(
  ['xpander.agent.description', 'xpander.agent.source_nodes', 'xpander.agent.output_format'],
  'other APIs see the same description, model and form of results',
  async () => {
    const agent = await xpander.agent({
      description: 'Answers.',
      output_format: 'json',
      source_nodes: [{ type: 'webhook', metadata: { params_mapping: { prompt: 'a.b' } } }, { type: 'sdk' }],
    })
    expect(await native(agent.id)).toMatchObject({ description: 'Answers.', output: { format: 'json' } })
    expect(agent.source_node_types).toEqual(['webhook', 'sdk'])
    expect(agent.source_nodes[0]).toMatchObject({
      type: 'webhook',
      targets: null,
      metadata: { params_mapping: { prompt: 'a.b' } },
    })
  },
)

promise(
  ['xpander.agent.model', 'xpander.agent.model.default', 'xpander.agent.model.provider'],
  'the model is the one that is named, and the reply tells which',
  async () => {
    const named = async (fields: object) => {
      const { model_provider: provider, model_name: name } = await xpander.agent(fields)
      return [provider, name]
    }
    expect(await named({})).toEqual([null, 'demo/demo'])
    expect(await named({ model_provider: 'HUGGINGFACE', model_name: 'a/b' })).toEqual(['huggingFace', 'a/b'])
    expect(await named({ model_provider: 'google_ai_studio', model_name: 'gemini-2.5-pro' })).toEqual([
      'google_ai_studio',
      'gemini-2.5-pro',
    ])
    expect(await named({ model_provider: 'anthropic' })).toEqual(['anthropic', 'claude-sonnet-4-6'])
    expect(await named({ model_name: 'gpt-5.2' })).toEqual(['openai', 'gpt-5.2'])
    expect(await named({ model_provider: 'openai', model_name: 'gpt-4.1' })).toEqual(['openai', 'gpt-4.1'])
    const agent = await xpander.agent({ model_provider: 'openai', model_name: 'gpt-5.2' })
    const { body } = await patch(agent.id, { model_name: 'gpt-4.1' })
    expect([body.model_provider, body.model_name]).toEqual(['openai', 'gpt-4.1'])
    const back = await patch(agent.id, { model_provider: null, model_name: null })
    expect([back.body.model_provider, back.body.model_name]).toEqual([null, 'demo/demo'])
  },
)

promise(
  ['xpander.agent.access_scope', 'xpander.agent.created_by'],
  'personal agents are seen by their owner, organizational ones by everybody',
  async () => {
    const key = await xpander.createKey({ role: 'member' })
    const seen = async (id: string) => (await xpander.call('GET', path(id), undefined, { key })).status
    const agent = await xpander.agent()
    expect([agent.access_scope, await seen(agent.id)]).toEqual(['personal', 404])
    const open = await patch(agent.id, { access_scope: 'organizational' })
    expect([open.body.access_scope, await seen(agent.id)]).toEqual(['organizational', 200])
    const mine = await xpander.call('POST', '/v1/agents', { name: 'Mine' }, { key })
    const member = mine.body.created_by
    expect(mine.body.created_by_details).toMatchObject({ id: member, name: 'member' })
    const given = await xpander.agent({ created_by: member })
    expect([given.created_by, await seen(given.id)]).toEqual([member, 200])
    const label = await xpander.agent({ created_by: 'somebody' })
    expect([label.created_by, label.created_by_details]).toEqual(['somebody', null])
  },
)

promise(
  ['xpander.agent.access_scope'],
  'an agent that admins manage stays managed while its scope stays',
  async () => {
    const made = await xpander.native('POST', '/v1/agents', { name: 'Managed', visibility: 'managed' })
    const [{ id }] = (await xpander.call('GET', '/v1/agents?per_page=1')).body.items
    const { body } = await patch(id, { access_scope: 'organizational', description: 'x' })
    expect(body.access_scope).toBe('organizational')
    expect((await xpander.native('GET', `/v1/agents/${made.body.id}`)).body.visibility).toBe('managed')
    await patch(id, { access_scope: 'personal' })
    expect((await native(id)).visibility).toBe('private')
  },
)

promise(
  ['xpander.agent.notification_settings', 'xpander.agents.secrets'],
  'a webhook is called when a task has succeeded, with its headers, which nobody is shown',
  async () => {
    await using site = await startToolSite()
    site.answer('/done', () => ({ body: 'ok' }))
    const webhook = { url: `${site.url}/done`, headers: { 'x-team': 'ops' }, subject: 'Done', body: 'Look' }
    const agent = await xpander.agent({ notification_settings: { on_success: { webhook: [webhook] } } })
    const shown = { on_success: { webhook: [{ ...webhook, headers: { 'x-team': '***' } }] } }
    expect(agent.notification_settings).toEqual(shown)
    const { body } = await patch(agent.id, { notification_settings: shown })
    expect(body.notification_settings).toEqual(shown)
    const task = await xpander.call('POST', `${path(agent.id)}/invoke`, { input: { text: 'Hello' } })
    expect(task.body.status).toBe('completed')
    const call = await site.called('/done')
    expect(call.headers['x-team']).toBe('ops')
    expect(call.body).toMatchObject({
      event: 'on_success',
      task: { id: task.body.id, status: 'completed' },
      subject: 'Done',
      body: 'Look',
    })
  },
)

promise(
  ['xpander.strategies.condition', 'xpander.errors.validation'],
  'every type of condition is taken and printed, and what is out of range is named as it was sent',
  async () => {
    for (const type of [
      'regex',
      'contains',
      'equal',
      'not_equal',
      'gt',
      'gte',
      'lt',
      'lte',
      'not_empty',
      'else',
    ]) {
      const condition = { type, term: 'x', group_id: 'g', path: 'a', value: 1 }
      const stop = { enabled: true, stop_on_failure: true, stop_on_condition: condition }
      const agent = await xpander.agent({ task_level_strategies: { stop_strategy: stop } })
      expect(agent.task_level_strategies.stop_strategy).toEqual(stop)
    }
    const wrong = await create({
      name: 'x',
      task_level_strategies: { retry_strategy: { enabled: true, max_retries: 1000 } },
    })
    expect([wrong.status, wrong.body.detail[0].loc]).toEqual([
      422,
      ['body', 'task_level_strategies', 'retry_strategy', 'max_retries'],
    ])
  },
)
