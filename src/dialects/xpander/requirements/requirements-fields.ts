import type { Requirement } from '../../requirement.ts'

/** What is promised of each field of an agent. */
export const fieldRequirements: readonly Requirement[] = [
  {
    id: 'xpander.agent.name',
    source: 'documented',
    behaviour:
      'The name is required and unique among the agents that the caller sees, also for callers of several processes at once: 400 `Agent name already exists`.',
    status: 'honoured',
  },
  {
    id: 'xpander.agent.description',
    source: 'documented',
    behaviour: '`description` is that of the agent in every API.',
    status: 'honoured',
  },
  {
    id: 'xpander.agent.icon',
    source: 'documented',
    behaviour: '`icon` is kept and printed.',
    status: 'echoed',
  },
  {
    id: 'xpander.agent.avatar',
    source: 'documented',
    behaviour: '`avatar` is kept and printed.',
    status: 'echoed',
  },
  {
    id: 'xpander.agent.type',
    source: 'documented',
    behaviour: '`manager` and `regular` are kept and printed: without sub-agents they are the same.',
    status: 'echoed',
  },
  {
    id: 'xpander.agent.type.orchestration',
    source: 'documented',
    behaviour: '`orchestration` is 422.',
    status: 'honoured',
  },
  {
    id: 'xpander.agent.type.elsewhere',
    source: 'documented',
    behaviour: '`a2a` and `curl` are 501.',
    status: 'refused',
  },
  {
    id: 'xpander.agent.created_by',
    source: 'documented',
    behaviour:
      'A member’s id makes the agent that member’s, where the caller may; anything else is kept and printed.',
    status: 'honoured',
  },
  {
    id: 'xpander.agent.model',
    source: 'documented',
    behaviour:
      '`model_provider` and `model_name` choose the model; providers in any case, names are never rewritten.',
    status: 'honoured',
  },
  {
    id: 'xpander.agent.model.default',
    source: 'documented',
    behaviour:
      'An agent that names no model has anthropic/claude-sonnet-4-6, or what PARLEY_DEFAULT_MODEL says; the reply tells which.',
    status: 'honoured',
  },
  {
    id: 'xpander.agent.model.provider',
    source: 'chosen',
    behaviour: 'A model without its provider is looked up among known models.',
    status: 'honoured',
  },
  {
    id: 'xpander.agent.llm_reasoning_effort',
    source: 'documented',
    behaviour: 'low, high and xhigh are sent to the model; medium is what providers do by themselves.',
    status: 'honoured',
  },
  {
    id: 'xpander.agent.llm_api_base',
    source: 'documented',
    behaviour:
      'The provider is reached at this address, without the key of the server; one that is no address is kept, and the task that needs it says so.',
    status: 'honoured',
  },
  {
    id: 'xpander.agent.llm_credentials',
    source: 'documented',
    behaviour: 'The key is used for the agent’s model before any other.',
    status: 'honoured',
  },
  {
    id: 'xpander.agent.llm_credentials_key',
    source: 'documented',
    behaviour:
      'The credential of the connection of this name is used; where there is none, the task that needs it says so.',
    status: 'honoured',
  },
  {
    id: 'xpander.agent.llm_credentials_key_type',
    source: 'documented',
    behaviour: '`custom` with a key is 501: secrets managed elsewhere are not looked up.',
    status: 'refused',
  },
  {
    id: 'xpander.agent.llm_extra_headers',
    source: 'documented',
    behaviour: 'The headers are sent with every call of the model, over those of its connection.',
    status: 'honoured',
  },
  {
    id: 'xpander.agent.instructions',
    source: 'documented',
    behaviour:
      'general, role and goal are told to the model in this order; texts in place of lists are taken.',
    status: 'honoured',
  },
  {
    id: 'xpander.agent.expected_output',
    source: 'documented',
    behaviour: 'It is told to the model after the instructions.',
    status: 'honoured',
  },
  {
    id: 'xpander.agent.output_format',
    source: 'documented',
    behaviour: 'text, markdown and json decide the form of results.',
    status: 'honoured',
  },
  {
    id: 'xpander.agent.output_format.voice',
    source: 'documented',
    behaviour: '`voice` is 501.',
    status: 'refused',
  },
  {
    id: 'xpander.agent.output_schema',
    source: 'documented',
    behaviour:
      'With the format json results keep to the schema; with another it is kept for later. One that is no schema is 422 with that format.',
    status: 'honoured',
  },
  {
    id: 'xpander.agent.framework',
    source: 'documented',
    behaviour:
      'Each of the documented names is kept and printed; any other is 422. Every agent runs the same way.',
    status: 'echoed',
  },
  {
    id: 'xpander.agent.delegation',
    source: 'documented',
    behaviour:
      '`delegation_type`, `delegation_memory_strategy`, `delegation_end_strategy` and `sub_agents_continuous_thread` are kept and printed: there are no sub-agents.',
    status: 'echoed',
  },
  {
    id: 'xpander.agent.deep_planning',
    source: 'documented',
    behaviour: '`deep_planning` and `enforce_deep_planning` are 501 when they are on.',
    status: 'refused',
  },
  {
    id: 'xpander.agent.knowledge_bases',
    source: 'documented',
    behaviour: 'Any knowledge base is 501.',
    status: 'refused',
  },
  {
    id: 'xpander.agent.source_nodes',
    source: 'documented',
    behaviour: '`webhook` opens the webhook; `sdk` and `assistant` are kept and printed.',
    status: 'honoured',
  },
  {
    id: 'xpander.agent.source_nodes.others',
    source: 'documented',
    behaviour: 'Other entries, and hooks, are 501.',
    status: 'refused',
  },
  {
    id: 'xpander.agent.deployment_type',
    source: 'documented',
    behaviour: '`container` is 501.',
    status: 'refused',
  },
  {
    id: 'xpander.agent.access_scope',
    source: 'documented',
    behaviour:
      '`personal` is seen by the agent’s owner and the organization’s owners, `organizational` by everybody; an agent that admins manage stays managed.',
    status: 'honoured',
  },
  {
    id: 'xpander.agent.environment_id',
    source: 'documented',
    behaviour: 'There is one environment; another id is kept and printed.',
    status: 'echoed',
  },
  {
    id: 'xpander.agent.connectivity_details',
    source: 'documented',
    behaviour: 'Anything but an empty object is 501.',
    status: 'refused',
  },
  {
    id: 'xpander.agent.notification_settings',
    source: 'documented',
    behaviour: '`webhook` is called when a task has succeeded or failed, never when it was stopped.',
    status: 'honoured',
  },
  {
    id: 'xpander.agent.notification_settings.others',
    source: 'documented',
    behaviour: '`email` and `slack` with an entry are 501.',
    status: 'refused',
  },
  {
    id: 'xpander.agent.voice_id',
    source: 'documented',
    behaviour: '`voice_id` is kept and printed: nobody speaks in this version.',
    status: 'echoed',
  },
  {
    id: 'xpander.agent.using_nemo',
    source: 'documented',
    behaviour: '`using_nemo` is 501 when it is on.',
    status: 'refused',
  },
  {
    id: 'xpander.agent.prompts_caching_enabled',
    source: 'documented',
    behaviour: 'The provider is asked to keep instructions and tools between calls.',
    status: 'honoured',
  },
  {
    id: 'xpander.agent.is_supervised',
    source: 'documented',
    behaviour: 'A person approves every call that can change the world.',
    status: 'honoured',
  },
  {
    id: 'xpander.agent.on_prem_event_streaming',
    source: 'documented',
    behaviour: 'It is kept and printed: every task runs on this server.',
    status: 'echoed',
  },
  {
    id: 'xpander.agent.use_oidc_pre_auth',
    source: 'documented',
    behaviour: '`use_oidc_pre_auth` is 501 when it is on.',
    status: 'refused',
  },
  {
    id: 'xpander.agent.oidc',
    source: 'documented',
    behaviour: 'The fields that go with `use_oidc_pre_auth` are kept and printed.',
    status: 'echoed',
  },
  {
    id: 'xpander.agent.read_only',
    source: 'documented',
    behaviour:
      'origin_template, created_by_prompt, prompts, is_ai_employee, is_generalist, deletable and orchestration_nodes are printed at their defaults.',
    status: 'echoed',
  },
]
