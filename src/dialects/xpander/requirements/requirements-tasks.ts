import type { Requirement } from '../../requirement.ts'

/** Tasks, what they print, and approvals. */
export const taskRequirements: readonly Requirement[] = [
  {
    id: 'xpander.task.shape',
    source: 'documented',
    behaviour: "A task prints every field of the vendor's, `null` or empty where there is nothing.",
    status: 'honoured',
  },
  {
    id: 'xpander.task.tokens',
    source: 'documented',
    behaviour: '`tokens` are those of all model calls of the turn.',
    status: 'honoured',
  },
  {
    id: 'xpander.task.agent_version',
    source: 'observed',
    behaviour:
      "`agent_version` is text, one more than the version's own number; `draft` of edits that were not deployed.",
    status: 'honoured',
  },
  {
    id: 'xpander.task.execution_attempts',
    source: 'documented',
    behaviour: "Counts the attempts of the agent's retry strategy.",
    status: 'honoured',
  },
  {
    id: 'xpander.task.used_mutating_tools',
    source: 'documented',
    behaviour: 'Is true once a tool was called that can change the world.',
    status: 'honoured',
  },
  {
    id: 'xpander.task.is_continuous',
    source: 'chosen',
    behaviour: 'Is true of every turn but the first.',
    status: 'honoured',
  },
  {
    id: 'xpander.task.secrets',
    source: 'chosen',
    behaviour: '`user_tokens` and `user_oidc_token` are always null.',
    status: 'honoured',
  },
  {
    id: 'xpander.task.unavailable',
    source: 'documented',
    behaviour:
      '`deep_planning`, `pending_eca_request`, `worker_id`, `test_run_node_id` and `voice_id` are what they are where nothing was asked for.',
    status: 'echoed',
  },
  {
    id: 'xpander.status.pending',
    source: 'documented',
    behaviour: 'A turn that waits for its turn, or has not begun, is `pending`.',
    status: 'honoured',
  },
  {
    id: 'xpander.status.executing',
    source: 'documented',
    behaviour: 'A turn that runs is `executing`.',
    status: 'honoured',
  },
  {
    id: 'xpander.status.paused',
    source: 'documented',
    behaviour: 'A turn that waits for a person is `paused`, with `internal_status` and `paused_at`.',
    status: 'honoured',
  },
  {
    id: 'xpander.status.completed',
    source: 'documented',
    behaviour: 'A turn with an answer is `completed`.',
    status: 'honoured',
  },
  {
    id: 'xpander.status.failed',
    source: 'chosen',
    behaviour:
      'A turn that reached a limit, whose answer never had its form, or whose call was given up is `failed`.',
    status: 'honoured',
  },
  {
    id: 'xpander.status.error',
    source: 'chosen',
    behaviour: 'A turn that failed otherwise is `error`; `result` says why.',
    status: 'honoured',
  },
  {
    id: 'xpander.status.stopped',
    source: 'documented',
    behaviour:
      'A turn that was cancelled is `stopped`; `is_manually_stopped` unless a stop condition of the agent did it.',
    status: 'honoured',
  },
  {
    id: 'xpander.tasks.list',
    source: 'documented',
    behaviour:
      '`GET /v1/tasks` lists tasks in pages, newest first, and by `agent_id`, `user_id`, `parent_task_id`, `triggering_agent_id`, `status` and `internal_status`.',
    status: 'honoured',
  },
  {
    id: 'xpander.tasks.list.bad',
    source: 'documented',
    behaviour: 'A status that does not exist and a page out of range are 422.',
    status: 'honoured',
  },
  {
    id: 'xpander.tasks.of_agent',
    source: 'documented',
    behaviour: '`GET /v1/agents/{agent_id}/tasks` lists those of one agent.',
    status: 'honoured',
  },
  {
    id: 'xpander.tasks.get',
    source: 'documented',
    behaviour: '`GET /v1/tasks/{task_id}` is the task; an unknown one is 404.',
    status: 'honoured',
  },
  {
    id: 'xpander.tasks.stop',
    source: 'documented',
    behaviour: 'Stopping ends a task, the turns that wait too; one that has ended is answered unchanged.',
    status: 'honoured',
  },
  {
    id: 'xpander.tasks.delete',
    source: 'documented',
    behaviour: 'Deleting stops a task and removes it with its conversation: 204.',
    status: 'honoured',
  },
  {
    id: 'xpander.tasks.events',
    source: 'chosen',
    behaviour: '`GET /v1/tasks/{task_id}/events` follows the latest turn, and resumes after `Last-Event-ID`.',
    status: 'honoured',
  },
  {
    id: 'xpander.tasks.thread',
    source: 'documented',
    behaviour:
      'The messages of a conversation in order, with ids `<task>_user_<n>` and `<task>_agent_<n>`, unix seconds, and `metrics` of the answers.',
    status: 'honoured',
  },
  {
    id: 'xpander.tasks.full_thread',
    source: 'documented',
    behaviour: '`root` and each sub-task, calls of tools included.',
    status: 'honoured',
  },
  {
    id: 'xpander.approvals.ask',
    source: 'chosen',
    behaviour:
      'A call that needs approval pauses the task with `hitl_request`; the stream shows its `tool_call_request`.',
    status: 'honoured',
  },
  {
    id: 'xpander.approvals.approve',
    source: 'chosen',
    behaviour: 'Approving makes the call; `approved_by` says who.',
    status: 'honoured',
  },
  {
    id: 'xpander.approvals.reject',
    source: 'chosen',
    behaviour: 'Rejecting tells the agent, reason included, and the task goes on.',
    status: 'honoured',
  },
  {
    id: 'xpander.approvals.none',
    source: 'chosen',
    behaviour: 'Without a question it is 409.',
    status: 'honoured',
  },
  {
    id: 'xpander.approvals.needs_decision',
    source: 'chosen',
    behaviour: 'A call whose outcome is unknown takes `decision`: `happened`, `again` or `give_up`.',
    status: 'honoured',
  },
  {
    id: 'xpander.approvals.alias',
    source: 'observed',
    behaviour: '`/hitl/{task_id}/approve` and `/reject` do the same.',
    status: 'honoured',
  },
  {
    id: 'xpander.approvals.no_injection',
    source: 'chosen',
    behaviour: 'A follow-up turn that says yes or no is no decision.',
    status: 'honoured',
  },
  {
    id: 'xpander.callback',
    source: 'chosen',
    behaviour:
      'A notification carries `event`, the task, `subject` and `body`; `{title}` and `{content}` in them are the task’s title and result.',
    status: 'honoured',
  },
]
