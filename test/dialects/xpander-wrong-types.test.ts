import { afterAll, beforeAll, expect } from 'vitest'
import { xpanderRequirements } from '../../src/dialects/xpander/requirements.ts'
import type { JsonObject, JsonValue } from '../../src/lib/json.ts'
import { verifies } from '../support/verifies.ts'
import { startXpanderServer, type XpanderServer } from '../support/xpander-server.ts'

// A value of a wrong type is told by its own field, also where the feature behind the field is not done here.

let xpander: XpanderServer
beforeAll(async () => {
  xpander = await startXpanderServer()
})
afterAll(async () => await xpander[Symbol.asyncDispose]())

/** Every field of an agent with a value that it cannot have; of objects and lists, every field within. */
const wrong: JsonObject = {
  name: 7,
  description: 7,
  icon: 7,
  avatar: 7,
  type: 'other',
  created_by: 7,
  model_provider: 'other',
  model_name: 7,
  llm_reasoning_effort: 'other',
  llm_api_base: 7,
  llm_credentials_key: 7,
  llm_credentials_key_type: 'other',
  llm_credentials: { name: 7, value: 7, description: 7 },
  llm_extra_headers: { 'x-team': 7 },
  instructions: { role: 7, goal: [7], general: 7 },
  expected_output: 7,
  output_format: 'other',
  output_schema: 'x',
  framework: 'other',
  delegation_type: 'other',
  delegation_memory_strategy: 'other',
  delegation_end_strategy: 'other',
  sub_agents_continuous_thread: 'yes',
  deep_planning: 'yes',
  enforce_deep_planning: 'yes',
  attached_tools: [{ id: 7, operation_ids: [7] }],
  graph: [
    {
      id: 7,
      item_id: 7,
      name: 7,
      type: 'other',
      sub_type: 'other',
      targets: [7],
      settings: {
        instructions: 7,
        description: 7,
        schemas: { input: 'x', output: 'x' },
        advanced_filtering_options: 'x',
        hitl_options: 'x',
        a2a_options: 'x',
        coding_agent_settings: 'x',
        mcp_settings: 'x',
        use_cache: 'yes',
      },
      llm_settings: [{ type: 'other', provider: 7, model: 7, temperature: 'x' }],
      is_first: 'yes',
    },
  ],
  llm_settings: [{ type: 'other', provider: 7, model: 7, temperature: 'x' }],
  knowledge_bases: [7, { id: 7 }],
  source_nodes: [{ id: 7, type: 'other', targets: [7], metadata: 'x' }],
  deployment_type: 'other',
  access_scope: 'other',
  environment_id: 7,
  connectivity_details: 'x',
  agno_settings: {
    session_storage: 'yes',
    learning: 'yes',
    agent_memories: 'yes',
    agentic_culture: 'yes',
    user_memories: 'yes',
    agentic_memory: 'yes',
    session_summaries: 'yes',
    num_history_runs: 'x',
    max_tool_calls_from_history: 1.5,
    tool_call_limit: -1,
    coordinate_mode: 'yes',
    pii_detection_enabled: 'yes',
    pii_detection_mask: 'yes',
    prompt_injection_detection_enabled: 'yes',
    openai_moderation_enabled: 'yes',
    openai_moderation_categories: [7],
    reasoning_tools_enabled: 'yes',
    tool_calls_compression: { enabled: 'yes', threshold: 'x', instructions: 7 },
    max_plan_retries: 'x',
    plan_retry_strategy: 'other',
    memory_strategy: 'other',
  },
  task_level_strategies: {
    retry_strategy: { enabled: 'yes', max_retries: 'x' },
    iterative_strategy: {
      enabled: 'yes',
      max_iterations: 'x',
      end_condition: { type: 'other', term: 7, group_id: 7, path: 7 },
    },
    stop_strategy: {
      enabled: 'yes',
      stop_on_failure: 'yes',
      stop_on_condition: { type: 'other', term: 7, group_id: 7, path: 7 },
    },
    max_runs_per_day: 'x',
    agentic_context_enabled: 'yes',
    duplication_prevention: { selectors: [7], enabled: 'yes', ttl_minutes: 'x' },
  },
  notification_settings: {
    on_success: {
      email: [7],
      slack: 'x',
      webhook: [{ url: 7, headers: { 'x-team': 7 }, subject: 7, body: 7 }],
    },
    on_error: {
      webhook: [{ url: 7, approve_button_text: 7, deny_button_text: 7, logo_url: 7 }],
    },
  },
  voice_id: 7,
  using_nemo: 'yes',
  prompts_caching_enabled: 'yes',
  is_supervised: 'yes',
  on_prem_event_streaming: 'yes',
  use_oidc_pre_auth: 'yes',
  pre_auth_audiences: [7],
  use_oidc_pre_auth_token_for_llm: 'yes',
  oidc_pre_auth_token_llm_audience: 7,
  oidc_pre_auth_token_mcp_audience: 7,
}

/** Every invocation's field with a value that it cannot have. */
const wrongInvocation: JsonObject = {
  input: {
    text: 7,
    files: [7],
    images: [7],
    user: {
      id: 7,
      email: 7,
      first_name: 7,
      last_name: 7,
      additional_attributes: 'x',
      timezone: 7,
      role: 7,
      is_super_admin: 'yes',
    },
  },
  id: 7,
  output_format: 'other',
  output_schema: 'x',
  expected_output: 7,
  additional_context: 7,
  instructions_override: 7,
  think_mode: 'other',
  disable_attachment_injection: 'yes',
  mcp_servers: [7],
  user_tokens: 'x',
  user_oidc_token: 7,
  llm_model_provider: 7,
  llm_model_name: 7,
  llm_reasoning_effort: 'other',
  payload_extension: 'x',
  parent_execution_id: 7,
  triggering_agent_id: 7,
  title: 7,
  source: 7,
  worker_id: 7,
  run_locally: 'yes',
  events_streaming: 'yes',
  test_run_node_id: 7,
  return_metrics: 'yes',
}

/** Where the values stand that are no objects and no lists. */
function places(value: JsonValue, at: string): string[] {
  if (Array.isArray(value)) return value.flatMap((one, index) => places(one, `${at}.${index}`))
  if (typeof value !== 'object' || value === null) return [at]
  return Object.entries(value).flatMap(([name, one]) => places(one, `${at}.${name}`))
}

const told = ({ detail }: { detail: { loc: (string | number)[] }[] }) =>
  [...new Set(detail.map(({ loc }) => loc.join('.')))].toSorted()

const promise = (ids: string[], sentence: string, run: () => Promise<void>) =>
  verifies(xpanderRequirements, ids, sentence, run)

promise(
  ['xpander.errors.validation'],
  'a wrong field of an agent is told by its place, in a create and in a change, and is no feature that is not done',
  async () => {
    expect(places(wrong, 'body')).toHaveLength(128)
    const { id } = await xpander.agent()
    const expected: unknown[] = []
    const found: unknown[] = []
    for (const [field, value] of Object.entries(wrong)) {
      const created = await xpander.call('POST', '/v1/agents', { name: 'Never', [field]: value })
      const changed = await xpander.call('PATCH', `/v1/agents/${id}`, { [field]: value })
      for (const { status, body } of [created, changed]) {
        expected.push([field, 422, places(value, `body.${field}`).toSorted()])
        found.push([field, status, status === 422 ? told(body) : body])
      }
    }
    expect(found).toEqual(expected)
  },
)

promise(
  ['xpander.errors.validation'],
  'all wrong fields of an invocation are told at once, in each of its ways',
  async () => {
    const expected = places(wrongInvocation, 'body').toSorted()
    const { id } = await xpander.agent()
    for (const way of ['invoke', 'invoke/async', 'invoke/stream']) {
      const { status, body } = await xpander.call('POST', `/v1/agents/${id}/${way}`, wrongInvocation)
      expect([status, told(body)]).toEqual([422, expected])
    }
  },
)
