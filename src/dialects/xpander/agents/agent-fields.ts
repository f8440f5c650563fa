/** A field of a definition as the client wrote it; also of a sentence that names some. */
export function agentField(field: string): string {
  const direct = wireNames.find(([core]) => core.test(field))
  const begun = direct === undefined ? field : field.replace(direct[0], direct[1])
  return mentioned.reduce((text, [core, wire]) => text.replace(core, wire), begun)
}

/** What sentences about models tell a reader to change. */
const mentioned: readonly (readonly [RegExp, string])[] = [
  [/\bmodel\.connection_id\b/, 'llm_credentials_key'],
  [/\bmodel\.endpoint\b/, 'llm_api_base'],
]

const wireNames: readonly (readonly [RegExp, string])[] = [
  [/^instructions$/, 'instructions.general'],
  [/^output\.schema/, 'output_schema'],
  [/^output\.format/, 'output_format'],
  [/^history\.runs/, 'agno_settings.num_history_runs'],
  [/^history\.tool_calls/, 'agno_settings.max_tool_calls_from_history'],
  [/^limits\.tool_calls/, 'agno_settings.tool_call_limit'],
  [/^limits\.runs_per_day/, 'task_level_strategies.max_runs_per_day'],
  [/^strategies\.retry\.attempts/, 'task_level_strategies.retry_strategy.max_retries'],
  [/^strategies\.retry/, 'task_level_strategies.retry_strategy'],
  [/^strategies\.iterate\.times/, 'task_level_strategies.iterative_strategy.max_iterations'],
  [/^strategies\.iterate\.until/, 'task_level_strategies.iterative_strategy.end_condition'],
  [/^strategies\.stop\.when/, 'task_level_strategies.stop_strategy.stop_on_condition'],
  [/^strategies\.stop/, 'task_level_strategies.stop_strategy'],
  [/^strategies\.deduplicate\.minutes/, 'task_level_strategies.duplication_prevention.ttl_minutes'],
  [/^strategies\.deduplicate/, 'task_level_strategies.duplication_prevention'],
  [/^notices\.on_(success|error)/, 'notification_settings.on_$1.webhook'],
  [/^model\.endpoint\.base_url/, 'llm_api_base'],
  [/^model\.endpoint\.api_key/, 'llm_credentials.value'],
  [/^model\.endpoint\.credential/, 'llm_credentials_key'],
  [/^model\.endpoint\.headers/, 'llm_extra_headers'],
  [/^model\.provider/, 'model_provider'],
  [/^model\.name/, 'model_name'],
  [/^model\.reasoning_effort/, 'llm_reasoning_effort'],
  // The place of a tool among those of the agent is none in the graph, which begins with functions.
  [/^tools(?=[.[]|$)[^:]*/, 'graph'],
]
