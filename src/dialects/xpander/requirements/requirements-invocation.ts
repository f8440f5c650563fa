import type { Requirement } from '../../requirement.ts'

/** What an invocation may say: every field of its body. */
export const invocationRequirements: readonly Requirement[] = [
  {
    id: 'xpander.invoke.sync',
    source: 'documented',
    behaviour: '`POST …/invoke` answers 200 with the task once it has ended, whether it completed or failed.',
    status: 'honoured',
  },
  {
    id: 'xpander.invoke.sync.paused',
    source: 'chosen',
    behaviour: 'It answers with the paused task when a person has to decide something first.',
    status: 'honoured',
  },
  {
    id: 'xpander.invoke.sync.cap',
    source: 'chosen',
    behaviour: 'After 20 minutes it answers with the task as it is then; the task goes on.',
    status: 'honoured',
  },
  {
    id: 'xpander.invoke.async',
    source: 'documented',
    behaviour: '`POST …/invoke/async` answers at once with the pending task.',
    status: 'honoured',
  },
  {
    id: 'xpander.invoke.version',
    source: 'documented',
    behaviour:
      'The query `version`, or the header `x-agent-version`, names the version that runs; one that does not exist is 404.',
    status: 'honoured',
  },
  {
    id: 'xpander.invoke.version.draft',
    source: 'documented',
    behaviour:
      '`version=draft` runs edits that wait for their deployment; where none wait, what is deployed.',
    status: 'honoured',
  },
  {
    id: 'xpander.invoke.unique_name',
    source: 'chosen',
    behaviour: 'An agent is also found by its unique name.',
    status: 'honoured',
  },
  {
    id: 'xpander.invoke.inactive',
    source: 'chosen',
    behaviour: 'Invoking an inactive agent is 400.',
    status: 'honoured',
  },
  {
    id: 'xpander.invoke.daily_limit',
    source: 'chosen',
    behaviour: 'An invocation beyond `max_runs_per_day` is 429 `Daily run limit reached`.',
    status: 'honoured',
  },
  {
    id: 'xpander.invoke.duplicate',
    source: 'chosen',
    behaviour:
      'An invocation that the agent takes once is answered with the earlier task, its id in `x-duplicate-of`; as a stream with its events. A deleted task does not count: it is begun anew.',
    status: 'honoured',
  },
  {
    id: 'xpander.invoke.idempotency',
    source: 'chosen',
    behaviour: 'A repeated Idempotency-Key gets the same task again, as a stream from its first event.',
    status: 'honoured',
  },
  {
    id: 'xpander.invoke.unknown_fields',
    source: 'observed',
    behaviour: 'Fields that nobody knows are ignored.',
    status: 'honoured',
  },
  {
    id: 'xpander.invoke.input.text',
    source: 'documented',
    behaviour: 'What is asked; without any text the invocation is 422.',
    status: 'honoured',
  },
  {
    id: 'xpander.invoke.input.files',
    source: 'documented',
    behaviour:
      'With `disable_attachment_injection` the agent is told their addresses; without it they are 501, for files are not read.',
    status: 'honoured',
  },
  {
    id: 'xpander.invoke.input.images',
    source: 'documented',
    behaviour: 'Are more `files`.',
    status: 'honoured',
  },
  {
    id: 'xpander.invoke.input.user',
    source: 'documented',
    behaviour:
      'The end user is told to the model, `additional_attributes` included, and printed with `display_name`; `email` is required.',
    status: 'honoured',
  },
  {
    id: 'xpander.invoke.input.user.timezone',
    source: 'observed',
    behaviour: 'With it the model is told the time there; what is no time zone is 422.',
    status: 'honoured',
  },
  {
    id: 'xpander.invoke.input.user.role',
    source: 'documented',
    behaviour: '`role` and `is_super_admin` are printed as they were sent.',
    status: 'echoed',
  },
  {
    id: 'xpander.invoke.id',
    source: 'documented',
    behaviour:
      'The id of the task and of its conversation: any text of up to 255 characters, new when absent; 409 when it is a task of another agent, also for two that come at once.',
    status: 'honoured',
  },
  {
    id: 'xpander.invoke.output_format',
    source: 'documented',
    behaviour: "`text`, `markdown` or `json` for this task; absent: the agent's.",
    status: 'honoured',
  },
  {
    id: 'xpander.invoke.output_format.voice',
    source: 'documented',
    behaviour: '`voice` is 501.',
    status: 'refused',
  },
  {
    id: 'xpander.invoke.output_schema',
    source: 'documented',
    behaviour: 'A schema for this task; alone it asks for JSON.',
    status: 'honoured',
  },
  {
    id: 'xpander.invoke.expected_output',
    source: 'documented',
    behaviour: "Takes the place of the agent's own expected output.",
    status: 'honoured',
  },
  {
    id: 'xpander.invoke.additional_context',
    source: 'documented',
    behaviour: 'Is told to the model for this task.',
    status: 'honoured',
  },
  {
    id: 'xpander.invoke.instructions_override',
    source: 'documented',
    behaviour: "Follows the agent's instructions for this task.",
    status: 'honoured',
  },
  {
    id: 'xpander.invoke.think_mode',
    source: 'documented',
    behaviour: '`harder` asks the model for one level more reasoning effort than the agent does.',
    status: 'honoured',
  },
  {
    id: 'xpander.invoke.disable_attachment_injection',
    source: 'documented',
    behaviour: 'The agent is told the addresses of files instead of what they contain.',
    status: 'honoured',
  },
  {
    id: 'xpander.invoke.mcp_servers',
    source: 'documented',
    behaviour:
      'A server with `url` or `command` is 501; of entries with neither the name is kept and printed.',
    status: 'refused',
  },
  {
    id: 'xpander.invoke.user_tokens',
    source: 'documented',
    behaviour: 'Tokens of end users are 501 and never stored; an empty object is nothing.',
    status: 'refused',
  },
  {
    id: 'xpander.invoke.user_oidc_token',
    source: 'documented',
    behaviour: 'A token of an end user is 501 and never stored; empty text is nothing.',
    status: 'refused',
  },
  {
    id: 'xpander.invoke.llm_model_provider',
    source: 'documented',
    behaviour: 'Another provider for this task; what is none is 422. The effective one is printed.',
    status: 'honoured',
  },
  {
    id: 'xpander.invoke.llm_model_name',
    source: 'documented',
    behaviour: 'Another model for this task.',
    status: 'honoured',
  },
  {
    id: 'xpander.invoke.llm_reasoning_effort',
    source: 'documented',
    behaviour: 'Another reasoning effort for this task.',
    status: 'honoured',
  },
  {
    id: 'xpander.invoke.payload_extension',
    source: 'documented',
    behaviour:
      'Is merged into the arguments of every call of a tool, but for permanent values of the agent, and printed; `headers` in it are 501.',
    status: 'honoured',
  },
  {
    id: 'xpander.invoke.parent_execution_id',
    source: 'documented',
    behaviour: "The task is printed with its parent, and in the parent's `sub_executions`.",
    status: 'honoured',
  },
  {
    id: 'xpander.invoke.triggering_agent_id',
    source: 'documented',
    behaviour: 'Is printed, and tasks are found by it.',
    status: 'honoured',
  },
  {
    id: 'xpander.invoke.title',
    source: 'documented',
    behaviour: 'Is printed; absent: the beginning of the text, at most 120 characters.',
    status: 'honoured',
  },
  {
    id: 'xpander.invoke.source',
    source: 'documented',
    behaviour: 'Is printed; absent: `api`.',
    status: 'honoured',
  },
  {
    id: 'xpander.invoke.worker_id',
    source: 'documented',
    behaviour: 'Workers are 501; null is nothing.',
    status: 'refused',
  },
  {
    id: 'xpander.invoke.run_locally',
    source: 'documented',
    behaviour: '`true` is 501.',
    status: 'refused',
  },
  {
    id: 'xpander.invoke.events_streaming',
    source: 'documented',
    behaviour: 'Is printed as it was sent; events can be read of every task.',
    status: 'echoed',
  },
  {
    id: 'xpander.invoke.test_run_node_id',
    source: 'documented',
    behaviour: 'Running one node of a workflow is 501; null is nothing.',
    status: 'refused',
  },
  {
    id: 'xpander.invoke.return_metrics',
    source: 'documented',
    behaviour: 'Is printed as it was sent; `tokens` are always there.',
    status: 'echoed',
  },
]
