import { afterAll, beforeAll, expect } from 'vitest'
import { xpanderRequirements } from '../../src/dialects/xpander/requirements.ts'
import { printId } from '../../src/lib/ids.ts'
import { verifies } from '../support/verifies.ts'
import { startXpanderServer, type XpanderServer } from '../support/xpander-server.ts'

let xpander: XpanderServer
beforeAll(async () => {
  xpander = await startXpanderServer()
})
afterAll(async () => await xpander[Symbol.asyncDispose]())

const promise = (ids: string[], sentence: string, run: () => Promise<void>) =>
  verifies(xpanderRequirements, ids, sentence, run)

const path = (id: string) => `/v1/agents/${id}`
const read = async (id: string) => (await xpander.call('GET', path(id))).body
const patch = (id: string, body: object) => xpander.call('PATCH', path(id), body)
const nativePath = (id: string) => `/v1/agents/${printId('agent', id)}`

promise(
  [
    'xpander.agents.create',
    'xpander.agents.create.defaults',
    'xpander.agents.version',
    'xpander.agents.unique_name',
    'xpander.agents.webhook_url',
    'xpander.agents.oas',
    'xpander.agent.read_only',
  ],
  'a name alone makes an agent that has every key',
  async () => {
    const agent = await xpander.agent({ name: 'Only a name', oas: { openapi: 'mine' } })
    expect(agent).toMatchObject({
      name: 'Only a name',
      version: 2,
      is_latest: true,
      has_pending_changes: false,
      status: 'ACTIVE',
      created_by: xpander.ownerId,
      created_by_details: { id: xpander.ownerId },
      organization_id: xpander.organizationId,
      webhook_url: `${xpander.test.url}/xpander/webhook/?agent_id=${agent.id}&asynchronous=false`,
      origin_template: null,
      created_by_prompt: null,
      prompts: [],
      is_ai_employee: false,
      is_generalist: false,
      deletable: true,
      orchestration_nodes: [],
      oas: { openapi: '3.1.0', info: { title: 'Only a name', version: '2' } },
    })
    expect(agent.unique_name).toMatch(/^[a-z]+-[a-z]+(?:-\d+)?$/)
    expect(agent.created_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/)
    const { body: defaults } = await xpander.call('GET', '/v1/agents/defaults')
    expect(agent).toMatchObject(defaults)
    expect(defaults).toMatchObject({ icon: '🚀', access_scope: 'personal', output_format: 'markdown' })
  },
)

promise(
  ['xpander.agents.idempotency'],
  'a create with the same Idempotency-Key answers the first agent',
  async () => {
    const options = { headers: { 'idempotency-key': crypto.randomUUID() } }
    const first = await xpander.call('POST', '/v1/agents', { name: 'Once' }, options)
    const second = await xpander.call('POST', '/v1/agents', { name: 'Once' }, options)
    expect([first.status, second.status]).toEqual([201, 201])
    expect(second.body).toEqual(first.body)
  },
)

promise(
  ['xpander.agents.list', 'xpander.agents.full', 'xpander.agents.array'],
  'the three lists have the newest agent first, each in its form',
  async () => {
    const older = await xpander.agent()
    const newer = await xpander.agent()
    const short = (await xpander.call('GET', '/v1/agents?per_page=2')).body.items
    expect(short.map(({ id }: { id: string }) => id)).toEqual([newer.id, older.id])
    expect(short[0]).toEqual({
      id: newer.id,
      name: newer.name,
      description: '',
      icon: '🚀',
      status: 'ACTIVE',
      type: 'manager',
      organization_id: xpander.organizationId,
      deployment_type: 'serverless',
      created_at: newer.created_at,
      instructions: { role: [], goal: [], general: '' },
      model_provider: null,
      llm_api_base: null,
      model_name: 'demo/demo',
      framework: 'agno',
      using_nemo: false,
      is_coordinate_mode: true,
      has_pending_changes: false,
      use_oidc_pre_auth: false,
      pre_auth_audiences: [],
      use_oidc_pre_auth_token_for_llm: false,
      oidc_pre_auth_token_llm_audience: null,
      oidc_pre_auth_token_mcp_audience: null,
    })
    const full = (await xpander.call('GET', '/v1/agents/full?per_page=2')).body.items
    expect(full).toEqual([newer, older])
    const array = (await xpander.call('GET', '/v1/agents/list')).body
    expect(array.slice(0, 2)).toEqual([newer, older])
  },
)

promise(
  ['xpander.agents.get', 'xpander.agents.get.simple'],
  'an agent is read by its id and by its unique name, whole or in the short form',
  async () => {
    const agent = await xpander.agent({ source_nodes: [{ type: 'webhook' }] })
    expect(await read(agent.id)).toEqual(agent)
    expect(await read(agent.id.toUpperCase())).toEqual(agent)
    expect(await read(agent.unique_name)).toEqual(agent)
    const simple = await xpander.call('GET', `${path(agent.id)}?view=simple`)
    expect(Object.keys(simple.body).toSorted()).toEqual([
      'created_at',
      'created_by',
      'created_by_details',
      'description',
      'icon',
      'id',
      'instructions',
      'knowledge_base_ids',
      'model_name',
      'model_provider',
      'name',
      'source_node_types',
      'status',
      'tools',
      'type',
    ])
    expect(simple.body.source_node_types).toEqual(['webhook'])
    expect((await xpander.call('GET', path('no-such-agent'))).status).toBe(404)
    expect((await xpander.call('GET', path(crypto.randomUUID()))).status).toBe(404)
  },
)

promise(
  ['xpander.agents.update', 'xpander.agents.deploy.live', 'xpander.agents.version', 'xpander.agents.deploy'],
  'a change is live at once and makes a version; what is not sent stays',
  async () => {
    const agent = await xpander.agent({ description: 'Before.', icon: '📊' })
    const changed = await patch(agent.id, { description: 'After.' })
    expect(changed.status).toBe(200)
    expect(changed.body).toMatchObject({
      description: 'After.',
      icon: '📊',
      version: 3,
      has_pending_changes: false,
    })
    const same = await xpander.call('PATCH', `${path(agent.id)}?deploy=true`, { description: 'After.' })
    expect(same.body.version).toBe(3)
    const deployed = await xpander.call('PUT', path(agent.id))
    expect(deployed.status).toBe(200)
    expect(deployed.body).toMatchObject({ version: 3, description: 'After.' })
    expect(deployed.body.deployed_at).toMatch(/\.\d{6}Z$/)
  },
)

promise(
  ['xpander.agents.update.null', 'xpander.agents.update.nothing'],
  'null takes a field back to its default, and a change of nothing is 422',
  async () => {
    const fields = {
      description: 'x',
      icon: '📊',
      expected_output: 'A list.',
      output_format: 'text',
      is_supervised: true,
      agno_settings: { num_history_runs: 3 },
      task_level_strategies: { max_runs_per_day: 5 },
    }
    const agent = await xpander.agent(fields)
    const nulls = Object.fromEntries(Object.keys(fields).map((key) => [key, null]))
    const { body } = await patch(agent.id, nulls)
    expect(body).toMatchObject({
      description: '',
      icon: '🚀',
      expected_output: '',
      output_format: 'markdown',
      is_supervised: false,
      task_level_strategies: null,
    })
    expect(body.agno_settings.num_history_runs).toBe(10)
    const nothing = await patch(agent.id, {})
    expect([nothing.status, nothing.body.detail]).toEqual([422, 'At least one field must be provided'])
  },
)

promise(
  ['xpander.agents.update.merge', 'xpander.strategies.off'],
  'settings are merged one level deep',
  async () => {
    const agent = await xpander.agent({
      agno_settings: { num_history_runs: 3, coordinate_mode: false },
      task_level_strategies: {
        max_runs_per_day: 5,
        retry_strategy: { enabled: false, max_retries: 7 },
      },
    })
    const { body } = await patch(agent.id, {
      agno_settings: { tool_call_limit: 4 },
      task_level_strategies: { stop_strategy: { stop_on_failure: false } },
    })
    expect(body.agno_settings).toMatchObject({
      num_history_runs: 3,
      coordinate_mode: false,
      tool_call_limit: 4,
    })
    expect(body.task_level_strategies).toEqual({
      retry_strategy: { enabled: false, max_retries: 7 },
      iterative_strategy: null,
      stop_strategy: { enabled: false, stop_on_failure: false, stop_on_condition: null },
      max_runs_per_day: 5,
      agentic_context_enabled: false,
      duplication_prevention: null,
    })
  },
)

promise(
  ['xpander.agents.versions', 'xpander.agents.get.version'],
  'versions are listed, read by their number, and brought back',
  async () => {
    const agent = await xpander.agent({ description: 'One.' })
    await patch(agent.id, { description: 'Two.' })
    const list = (await xpander.call('GET', `${path(agent.id)}/versions?per_page=1`)).body
    expect(list).toMatchObject({ total: 2, page: 1, per_page: 1, total_pages: 2 })
    expect(list.items).toMatchObject([
      { version: 3, name: agent.name, is_latest: true, created_by: xpander.ownerId },
    ])
    const older = (await xpander.call('GET', `${path(agent.id)}/versions?per_page=1&page=2`)).body.items
    expect(older).toMatchObject([{ version: 2, is_latest: false }])
    const first = (await xpander.call('GET', `${path(agent.id)}?version=2`)).body
    expect(first).toMatchObject({ description: 'One.', version: 2, is_latest: false })
    const byHeader = { headers: { 'x-agent-version': '2' } }
    expect((await xpander.call('GET', path(agent.id), undefined, byHeader)).body).toEqual(first)
    expect((await xpander.call('GET', `${path(agent.id)}?version=9`)).status).toBe(404)
    expect((await xpander.call('GET', `${path(agent.id)}?version=x`)).status).toBe(422)
    const restored = await xpander.call('POST', `${path(agent.id)}/versions/2/restore`)
    expect(restored.body).toMatchObject({ description: 'One.', version: 4, is_latest: true })
  },
)

promise(['xpander.agents.delete'], 'a deleted agent is gone, and its tasks are stopped', async () => {
  const agent = await xpander.agent({ source_nodes: [{ type: 'sdk' }] })
  const tool = {
    type: 'http',
    name: 'charge',
    description: 'Charge the customer',
    parameters: { type: 'object', properties: {} },
    method: 'POST',
    url: 'https://shop.example/charge',
    approval: 'always',
  }
  await xpander.native('PATCH', nativePath(agent.id), { tools: [tool] })
  const run = await xpander.native('POST', `${nativePath(agent.id)}/runs`, { input: 'Charge the customer' })
  expect(run.body.state).toBe('waiting')
  const { status, body } = await xpander.call('DELETE', path(agent.id))
  expect([status, body]).toEqual([202, null])
  expect((await xpander.call('GET', path(agent.id))).status).toBe(404)
  expect((await xpander.native('GET', `/v1/runs/${run.body.id}`)).body.state).toBe('cancelled')
})

promise(['xpander.agents.status'], 'an agent is active or not, as the other APIs see it', async () => {
  const agent = await xpander.agent()
  const off = await patch(agent.id, { status: 'INACTIVE' })
  expect(off.body).toMatchObject({ status: 'INACTIVE', version: 2 })
  expect((await xpander.native('GET', nativePath(agent.id))).body.enabled).toBe(false)
  expect((await patch(agent.id, { status: 'ACTIVE' })).body.status).toBe('ACTIVE')
  const draft = await patch(agent.id, { status: 'DRAFT' })
  expect([draft.status, draft.body.detail[0].loc]).toEqual([422, ['body', 'status']])
})

promise(
  ['xpander.agents.other_apis', 'xpander.agents.unique_name'],
  'an agent of another API is read and changed here, and keeps what this API cannot say',
  async () => {
    const made = await xpander.native('POST', '/v1/agents', {
      name: 'Elsewhere',
      instructions: 'Be brief.',
      model: { provider: 'ollama', name: 'qwen3', temperature: 0.3 },
      limits: { steps: 7 },
      tools: [{ type: 'function', name: 'open_ticket', description: 'x', parameters: {} }],
      metadata: { team: 'a' },
    })
    const [listed] = (await xpander.call('GET', '/v1/agents?per_page=1')).body.items
    const agent = await read(listed.id)
    expect(agent).toMatchObject({
      name: 'Elsewhere',
      unique_name: agent.id,
      instructions: { general: 'Be brief.', role: [], goal: [] },
      model_provider: null,
      model_name: 'ollama/qwen3',
      access_scope: 'organizational',
      output_format: 'text',
    })
    const same = await patch(agent.id, agent)
    expect(same.body).toEqual(agent)
    await patch(agent.id, { expected_output: 'One line.' })
    const { body: after } = await xpander.native('GET', `/v1/agents/${made.body.id}`)
    expect(after).toMatchObject({
      instructions: 'Be brief.\n\n# Expected output\nOne line.',
      model: { provider: 'ollama', name: 'qwen3', temperature: 0.3 },
      limits: { steps: 7 },
      tools: [{ name: 'open_ticket' }],
      metadata: { team: 'a' },
    })
  },
)

promise(
  ['xpander.agents.edited_elsewhere'],
  'what another API has changed is shown as it is now',
  async () => {
    const agent = await xpander.agent({
      instructions: { role: ['Clerk'], goal: ['Sell'], general: 'Be kind.' },
      expected_output: 'A list.',
      task_level_strategies: { retry_strategy: { enabled: true, max_retries: 2 } },
    })
    await xpander.native('PATCH', nativePath(agent.id), {
      instructions: 'Be quick.',
      strategies: { retry: { attempts: 5 } },
    })
    expect(await read(agent.id)).toMatchObject({
      instructions: { role: [], goal: [], general: 'Be quick.' },
      expected_output: '',
      task_level_strategies: { retry_strategy: { enabled: true, max_retries: 5 } },
    })
  },
)
