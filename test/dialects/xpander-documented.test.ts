import { afterAll, beforeAll, expect } from 'vitest'
import { xpanderRequirements } from '../../src/dialects/xpander/requirements.ts'
import { verifies } from '../support/verifies.ts'
import { startXpanderServer, type XpanderServer } from '../support/xpander-server.ts'

// Every command, body and reply is the vendor's documented one; only the key, the host and the ids are others.

let xpander: XpanderServer
beforeAll(async () => {
  xpander = await startXpanderServer()
})
afterAll(async () => await xpander[Symbol.asyncDispose]())

const promise = (ids: string[], sentence: string, run: () => Promise<void>) =>
  verifies(xpanderRequirements, ids, sentence, run)

/** The newest page's request, with every field and its placeholders. */
const everyField = `
{
  "name": "<string>",
  "description": "",
  "icon": "🚀",
  "avatar": "male-avatar",
  "type": "manager",
  "created_by": "<string>",
  "model_provider": "anthropic",
  "model_name": "claude-sonnet-4-6",
  "llm_reasoning_effort": "medium",
  "llm_api_base": "<string>",
  "llm_credentials_key": "<string>",
  "llm_credentials_key_type": "xpander",
  "llm_credentials": {
    "name": "<string>",
    "value": "<string>",
    "description": "<string>"
  },
  "llm_extra_headers": {},
  "instructions": {
    "role": [],
    "goal": [],
    "general": ""
  },
  "expected_output": "",
  "output_format": "markdown",
  "output_schema": {},
  "framework": "agno",
  "delegation_type": "router",
  "delegation_memory_strategy": "summarization",
  "delegation_end_strategy": "return-to-start",
  "sub_agents_continuous_thread": true,
  "deep_planning": false,
  "enforce_deep_planning": false,
  "attached_tools": [],
  "graph": [],
  "llm_settings": [],
  "knowledge_bases": [],
  "source_nodes": [],
  "deployment_type": "serverless",
  "access_scope": "personal",
  "environment_id": "<string>",
  "connectivity_details": {},
  "agno_settings": {
    "session_storage": true,
    "learning": false,
    "agent_memories": false,
    "agentic_culture": false,
    "user_memories": false,
    "agentic_memory": false,
    "session_summaries": false,
    "num_history_runs": 10,
    "max_tool_calls_from_history": 0,
    "tool_call_limit": 0,
    "coordinate_mode": true,
    "pii_detection_enabled": false,
    "pii_detection_mask": true,
    "prompt_injection_detection_enabled": false,
    "openai_moderation_enabled": false,
    "openai_moderation_categories": [
      "<string>"
    ],
    "reasoning_tools_enabled": false,
    "tool_calls_compression": {
      "enabled": false,
      "threshold": 3,
      "instructions": ""
    },
    "max_plan_retries": 15,
    "plan_retry_strategy": "tiered",
    "memory_strategy": "disabled"
  },
  "task_level_strategies": {
    "retry_strategy": {
      "enabled": false,
      "max_retries": 3
    },
    "iterative_strategy": {
      "enabled": false,
      "max_iterations": 3,
      "end_condition": {
        "type": "regex",
        "term": "<string>",
        "group_id": "<string>",
        "path": "<string>",
        "value": null
      }
    },
    "stop_strategy": {
      "enabled": false,
      "stop_on_failure": true,
      "stop_on_condition": {
        "type": "regex",
        "term": "<string>",
        "group_id": "<string>",
        "path": "<string>",
        "value": null
      }
    },
    "max_runs_per_day": 123,
    "agentic_context_enabled": false,
    "duplication_prevention": {
      "selectors": [
        "<string>"
      ],
      "enabled": false,
      "ttl_minutes": 10
    }
  },
  "notification_settings": {
    "on_success": {},
    "on_error": {}
  },
  "voice_id": "<string>",
  "using_nemo": false,
  "prompts_caching_enabled": false,
  "is_supervised": false,
  "on_prem_event_streaming": true,
  "use_oidc_pre_auth": false,
  "pre_auth_audiences": [],
  "use_oidc_pre_auth_token_for_llm": false,
  "oidc_pre_auth_token_llm_audience": "<string>",
  "oidc_pre_auth_token_mcp_audience": "<string>"
}`

/** The reply beside it. */
const everyKey = `
{
  "name": "<string>",
  "organization_id": "<string>",
  "webhook_url": "<string>",
  "id": "<string>",
  "unique_name": "<string>",
  "origin_template": "<string>",
  "delegation_end_strategy": "return-to-start",
  "environment_id": "<string>",
  "sub_agents_continuous_thread": true,
  "deployment_type": "serverless",
  "created_by_prompt": "<string>",
  "prompts": [],
  "is_latest": false,
  "has_pending_changes": false,
  "deep_planning": false,
  "enforce_deep_planning": false,
  "connectivity_details": {},
  "framework": "agno",
  "description": "",
  "tools": [],
  "icon": "🚀",
  "avatar": "male-avatar",
  "source_nodes": [],
  "attached_tools": [],
  "access_scope": "personal",
  "instructions": {
    "role": [],
    "goal": [],
    "general": ""
  },
  "oas": {},
  "graph": [],
  "llm_settings": [],
  "status": "ACTIVE",
  "knowledge_bases": [],
  "version": 1,
  "created_by": "<string>",
  "created_at": "2023-11-07T05:31:56Z",
  "type": "manager",
  "delegation_type": "router",
  "delegation_memory_strategy": "summarization",
  "is_ai_employee": false,
  "using_nemo": false,
  "deletable": true,
  "model_provider": "anthropic",
  "model_name": "claude-sonnet-4-6",
  "llm_reasoning_effort": "medium",
  "llm_api_base": "<string>",
  "output_format": "markdown",
  "voice_id": "<string>",
  "output_schema": {},
  "llm_credentials_key": "<string>",
  "llm_credentials_key_type": "xpander",
  "llm_credentials": {
    "name": "<string>",
    "value": "<string>",
    "description": "<string>"
  },
  "llm_extra_headers": {},
  "expected_output": "",
  "agno_settings": {
    "session_storage": true,
    "learning": false,
    "agent_memories": false,
    "agentic_culture": false,
    "user_memories": false,
    "agentic_memory": false,
    "session_summaries": false,
    "num_history_runs": 10,
    "max_tool_calls_from_history": 0,
    "tool_call_limit": 0,
    "coordinate_mode": true,
    "pii_detection_enabled": false,
    "pii_detection_mask": true,
    "prompt_injection_detection_enabled": false,
    "openai_moderation_enabled": false,
    "reasoning_tools_enabled": false,
    "tool_calls_compression": {
      "enabled": false,
      "instructions": "",
      "threshold": 3
    },
    "max_plan_retries": 15,
    "plan_retry_strategy": "tiered",
    "memory_strategy": "disabled"
  },
  "on_prem_event_streaming": true,
  "prompts_caching_enabled": false,
  "is_supervised": false,
  "orchestration_nodes": [],
  "notification_settings": {},
  "task_level_strategies": {
    "retry_strategy": {
      "enabled": false,
      "max_retries": 3
    },
    "iterative_strategy": {
      "enabled": false,
      "max_iterations": 3,
      "end_condition": {
        "type": "regex",
        "term": "<string>",
        "group_id": "<string>",
        "path": "<string>",
        "value": null
      }
    },
    "stop_strategy": {
      "enabled": false,
      "stop_on_failure": true,
      "stop_on_condition": {
        "type": "regex",
        "term": "<string>",
        "group_id": "<string>",
        "path": "<string>",
        "value": null
      }
    },
    "max_runs_per_day": 123,
    "agentic_context_enabled": false,
    "duplication_prevention": {
      "selectors": [
        "<string>"
      ],
      "enabled": false,
      "ttl_minutes": 10
    }
  },
  "use_oidc_pre_auth": false,
  "pre_auth_audiences": [],
  "use_oidc_pre_auth_token_for_llm": false,
  "oidc_pre_auth_token_llm_audience": "<string>",
  "oidc_pre_auth_token_mcp_audience": "<string>"
}`

/** The request of the page before. */
const shortRequest = `
{
  "name": "Customer Support Agent",
  "deployment_type": "serverless",
  "environment_id": "11968157-c0ed-4b8a-a05e-be1d4bb2e922"
}`

/** The reply beside it. */
const shortReply = `
{
  "id": "new-agent-uuid-12345",
  "name": "Customer Support Agent",
  "description": "",
  "icon": "🚀",
  "status": "ACTIVE",
  "deployment_type": "serverless",
  "created_at": "2026-02-07T10:00:00.000000Z",
  "model_provider": "openai",
  "model_name": "gpt-4.1",
  "framework": "agno",
  "organization_id": "91fbe9bc-35b3-41e8-b59d-922fb5a0f031",
  "tools": [],
  "graph": [],
  "knowledge_bases": [],
  "instructions": {
    "role": [],
    "goal": [],
    "general": ""
  },
  "webhook_url": "https://webhook.xpander.ai/?agent_id=new-agent-uuid-12345&asynchronous=false",
  "unique_name": "emerald-emu",
  "llm_api_base": null,
  "has_pending_changes": false,
  "llm_settings": [
    {
      "type": "before",
      "provider": "anthropic",
      "model": "claude-sonnet-4-5-20250929",
      "temperature": 0
    }
  ],
  "agno_settings": {
    "session_storage": true,
    "agent_memories": false,
    "coordinate_mode": true,
    "num_history_runs": 20,
    "tool_call_limit": 0
  }
}`

const minimalCommand = `
curl -X POST "https://api.xpander.ai/v1/agents" \\
  -H "Content-Type: application/json" \\
  -H "x-api-key: <your-api-key>" \\
  -d '{
    "name": "Customer Support Agent",
    "model_provider": "openai",
    "model_name": "gpt-5.2"
  }'`

const fullCommand = `
curl -X POST "https://api.xpander.ai/v1/agents" \\
  -H "Content-Type: application/json" \\
  -H "x-api-key: <your-api-key>" \\
  -d '{
    "name": "Customer Support Agent",
    "model_provider": "openai",
    "model_name": "gpt-5.2",
    "instructions": {
      "role": ["Customer support specialist"],
      "goal": ["Resolve customer issues efficiently"],
      "general": "Be helpful, professional, and empathetic"
    },
    "access_scope": "organizational"
  }'`

const olderFullCommand = `
curl -X POST "https://api.xpander.ai/v1/agents" \\
  -H "Content-Type: application/json" \\
  -H "x-api-key: <your-api-key>" \\
  -d '{
    "name": "Customer Support Agent",
    "model_provider": "openai",
    "model_name": "gpt-5.2",
    "instructions": {
      "role": ["Customer support specialist"],
      "goal": ["Resolve customer issues efficiently"],
      "general": "Be helpful, professional, and empathetic"
    }
  }'`

/** The example reply of both pages. */
const exampleReply = `
{
  "id": "<agent-id>",
  "unique_name": "jade-bass",
  "name": "Customer Support Agent",
  "description": "",
  "deployment_type": "serverless",
  "framework": "agno",
  "status": "ACTIVE",
  "model_provider": "openai",
  "model_name": "gpt-5.2",
  "organization_id": "<org-id>",
  "version": 2,
  "has_pending_changes": false,
  "is_latest": false,
  "tools": [],
  "instructions": {
    "role": [],
    "goal": [],
    "general": ""
  },
  "access_scope": "organizational",
  "knowledge_bases": [],
  "icon": "🚀",
  "llm_settings": [
    {
      "provider": "openai",
      "model": "gpt-5.2",
      "temperature": 0.0
    }
  ],
  "agno_settings": {
    "session_storage": true,
    "agent_memories": false,
    "agentic_culture": false,
    "user_memories": false,
    "agentic_memory": false,
    "session_summaries": false,
    "num_history_runs": 10,
    "max_tool_calls_from_history": 0,
    "tool_call_limit": 0,
    "coordinate_mode": true,
    "pii_detection_enabled": false,
    "pii_detection_mask": true,
    "prompt_injection_detection_enabled": false,
    "openai_moderation_enabled": false,
    "openai_moderation_categories": null,
    "reasoning_tools_enabled": true,
    "tool_calls_compression": {
      "enabled": false,
      "threshold": 3,
      "instructions": ""
    }
  },
  "webhook_url": "https://webhook.xpander.ai/?agent_id=<agent-id>&asynchronous=false"
}`

/** Names are unique, and the examples share one. */
async function forget(id: string): Promise<void> {
  expect((await xpander.call('DELETE', `/v1/agents/${id}`)).status).toBe(202)
}

promise(
  [
    'xpander.agents.create.documented',
    'xpander.strategies.off',
    'xpander.agent.voice_id',
    'xpander.agent.oidc',
    'xpander.agent.environment_id',
    'xpander.agent.on_prem_event_streaming',
  ],
  'the documented request with every field makes an agent that is read back as it was written, but for the key',
  async () => {
    const made = await xpander.call('POST', '/v1/agents', everyField)
    expect(made.status).toBe(201)
    const sent = JSON.parse(everyField)
    expect(made.body).toMatchObject({
      ...sent,
      llm_credentials: { name: '<string>', value: '***', description: '<string>' },
    })
    expect((await xpander.call('GET', `/v1/agents/${made.body.id}`)).body).toEqual(made.body)
    expect(Object.keys(JSON.parse(everyKey)).filter((key) => !(key in made.body))).toEqual([])
    await forget(made.body.id)
  },
)

promise(
  ['xpander.agents.create.documented', 'xpander.agents.webhook_url', 'xpander.agents.create'],
  'the documented short request is answered with every key of the documented reply',
  async () => {
    const made = await xpander.call('POST', '/v1/agents', shortRequest)
    expect(made.status).toBe(201)
    expect(made.body).toMatchObject({
      ...JSON.parse(shortRequest),
      description: '',
      icon: '🚀',
      status: 'ACTIVE',
      framework: 'agno',
      organization_id: xpander.organizationId,
      tools: [],
      graph: [],
      knowledge_bases: [],
      instructions: { role: [], goal: [], general: '' },
      webhook_url: `${xpander.test.url}/xpander/webhook/?agent_id=${made.body.id}&asynchronous=false`,
      llm_api_base: null,
      has_pending_changes: false,
    })
    expect(Object.keys(JSON.parse(shortReply)).filter((key) => !(key in made.body))).toEqual([])
    await forget(made.body.id)
  },
)

promise(
  ['xpander.agents.create.documented', 'xpander.agent.model', 'xpander.agent.access_scope'],
  'the documented commands make agents whose replies have the keys of the documented one',
  async () => {
    for (const command of [minimalCommand, fullCommand, olderFullCommand]) {
      const made = await xpander.curl(command)
      expect(made.status).toBe(201)
      expect(made.body).toMatchObject({
        name: 'Customer Support Agent',
        model_provider: 'openai',
        model_name: 'gpt-5.2',
        version: 2,
        deployment_type: 'serverless',
        access_scope: command === fullCommand ? 'organizational' : 'personal',
        instructions:
          command === minimalCommand
            ? { role: [], goal: [], general: '' }
            : {
                role: ['Customer support specialist'],
                goal: ['Resolve customer issues efficiently'],
                general: 'Be helpful, professional, and empathetic',
              },
      })
      expect(Object.keys(JSON.parse(exampleReply)).filter((key) => !(key in made.body))).toEqual([])
      expect(made.body.unique_name).toMatch(/^[a-z]+-[a-z]+(?:-\d+)?$/)
      await forget(made.body.id)
    }
  },
)

promise(
  ['xpander.agents.create.documented', 'xpander.llm_settings.own_model'],
  'the documented example reply can be sent back as a request, but for tools that are a read-only list',
  async () => {
    const example = JSON.parse(exampleReply)
    const made = await xpander.call('POST', '/v1/agents', example)
    expect(made.status).toBe(201)
    const { llm_settings: settings, agno_settings: agno } = made.body
    expect(settings).toEqual([{ type: 'before', provider: 'openai', model: 'gpt-5.2', temperature: 0 }])
    expect(agno).toMatchObject(example.agno_settings)
    await forget(made.body.id)
  },
)
