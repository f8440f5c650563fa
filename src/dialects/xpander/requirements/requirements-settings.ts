import type { Requirement } from '../../requirement.ts'

/** What is promised of the settings of tasks and of the engine. */
export const settingRequirements: readonly Requirement[] = [
  {
    id: 'xpander.agno.session_storage',
    source: 'documented',
    behaviour: 'false: no run is shown the runs before it.',
    status: 'honoured',
  },
  {
    id: 'xpander.agno.num_history_runs',
    source: 'documented',
    behaviour: 'So many earlier runs are shown to a run.',
    status: 'honoured',
  },
  {
    id: 'xpander.agno.max_tool_calls_from_history',
    source: 'documented',
    behaviour: 'Of these only the newest tool calls are shown; 0: all.',
    status: 'honoured',
  },
  {
    id: 'xpander.agno.tool_call_limit',
    source: 'documented',
    behaviour: 'After so many calls the model has to answer; 0: no limit.',
    status: 'honoured',
  },
  {
    id: 'xpander.agno.reasoning_tools_enabled',
    source: 'documented',
    behaviour: 'The model is given the tools think and analyze.',
    status: 'honoured',
  },
  {
    id: 'xpander.agno.session_summaries',
    source: 'documented',
    behaviour: 'It is 501 when it is on.',
    status: 'refused',
  },
  {
    id: 'xpander.agno.user_memories',
    source: 'documented',
    behaviour: 'It is 501 when it is on.',
    status: 'refused',
  },
  {
    id: 'xpander.agno.agentic_memory',
    source: 'documented',
    behaviour: 'It is 501 when it is on.',
    status: 'refused',
  },
  {
    id: 'xpander.agno.agent_memories',
    source: 'documented',
    behaviour: 'It is 501 when it is on.',
    status: 'refused',
  },
  {
    id: 'xpander.agno.agentic_culture',
    source: 'documented',
    behaviour: 'It is 501 when it is on.',
    status: 'refused',
  },
  {
    id: 'xpander.agno.learning',
    source: 'documented',
    behaviour: 'It is 501 when it is on.',
    status: 'refused',
  },
  {
    id: 'xpander.agno.memory_strategy',
    source: 'documented',
    behaviour: 'It is 501 when it is on.',
    status: 'refused',
  },
  {
    id: 'xpander.agno.pii_detection_enabled',
    source: 'documented',
    behaviour: 'It is 501 when it is on.',
    status: 'refused',
  },
  {
    id: 'xpander.agno.prompt_injection_detection_enabled',
    source: 'documented',
    behaviour: 'It is 501 when it is on.',
    status: 'refused',
  },
  {
    id: 'xpander.agno.openai_moderation_enabled',
    source: 'documented',
    behaviour: 'It is 501 when it is on.',
    status: 'refused',
  },
  {
    id: 'xpander.agno.tool_calls_compression',
    source: 'documented',
    behaviour: 'It is 501 when it is on.',
    status: 'refused',
  },
  {
    id: 'xpander.agno.companions',
    source: 'documented',
    behaviour:
      'coordinate_mode, pii_detection_mask, openai_moderation_categories, max_plan_retries, plan_retry_strategy and the settings of compression are kept and printed: what they belong to is off.',
    status: 'echoed',
  },
  {
    id: 'xpander.agno.every_framework',
    source: 'chosen',
    behaviour: 'The settings hold for every framework.',
    status: 'honoured',
  },
  {
    id: 'xpander.strategies.retry_strategy',
    source: 'documented',
    behaviour: 'A task that fails is tried again so many times.',
    status: 'honoured',
  },
  {
    id: 'xpander.strategies.iterative_strategy',
    source: 'documented',
    behaviour: 'The result is worked on in rounds, until the condition holds for it.',
    status: 'honoured',
  },
  {
    id: 'xpander.strategies.stop_strategy',
    source: 'documented',
    behaviour:
      'A condition that holds for a result or a tool’s result stops the task; a round that fails ends it.',
    status: 'honoured',
  },
  {
    id: 'xpander.strategies.max_runs_per_day',
    source: 'documented',
    behaviour: 'Beyond so many tasks a day an invocation is 429.',
    status: 'honoured',
  },
  {
    id: 'xpander.strategies.duplication_prevention',
    source: 'documented',
    behaviour: 'An invocation with the same values as an earlier one answers the earlier task.',
    status: 'honoured',
  },
  {
    id: 'xpander.strategies.agentic_context_enabled',
    source: 'documented',
    behaviour: 'It is 501 when it is on.',
    status: 'refused',
  },
  {
    id: 'xpander.strategies.off',
    source: 'documented',
    behaviour: 'What is switched off is kept and printed.',
    status: 'echoed',
  },
  {
    id: 'xpander.strategies.condition',
    source: 'documented',
    behaviour: 'Each of the ten types of conditions is taken; `group_id` is kept and printed.',
    status: 'honoured',
  },
]
