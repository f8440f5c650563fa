import type { Requirement } from '../../requirement.ts'

/** How a task is followed, and how conversations go on. */
export const streamRequirements: readonly Requirement[] = [
  {
    id: 'xpander.stream.framing',
    source: 'documented',
    behaviour:
      'Only `data:` lines, each the envelope `type`, `task_id`, `organization_id`, `time`, `data` as JSON; the connection closes after `task_finished`.',
    status: 'honoured',
  },
  {
    id: 'xpander.stream.order',
    source: 'documented',
    behaviour:
      '`task_created` (pending) is first, `task_updated` (executing) second, `task_finished` last, for follow-up turns too.',
    status: 'honoured',
  },
  {
    id: 'xpander.stream.chunks',
    source: 'documented',
    behaviour: 'Chunks are text, and all of them together are the result.',
    status: 'honoured',
  },
  {
    id: 'xpander.stream.chunks.live',
    source: 'chosen',
    behaviour:
      'Chunks are sent while the model writes; of an agent with tools, once what it says in a step has more than 280 characters.',
    status: 'honoured',
  },
  {
    id: 'xpander.stream.chunks.held',
    source: 'chosen',
    behaviour:
      'Where an agent may be tried again, goes several rounds or answers in JSON, chunks are sent once the result is known; what was said in earlier rounds is a `think`.',
    status: 'honoured',
  },
  {
    id: 'xpander.stream.remarks',
    source: 'chosen',
    behaviour:
      'What is said before calls is a remark, a `think`, when it has at most 280 characters. A longer text, or one before nothing but calls of tools that there are not, is a part of the answer: it stands before the rest of `result`, with a blank line between, in streams, replies, lists and conversations alike.',
    status: 'honoured',
  },
  {
    id: 'xpander.stream.tools',
    source: 'documented',
    behaviour:
      '`tool_call_request` before each call and `tool_call_result` after it, under the same `request_id`; `is_error` tells that it failed.',
    status: 'honoured',
  },
  {
    id: 'xpander.stream.tools.nodes',
    source: 'observed',
    behaviour:
      '`graph_node_id`, `wait_node_id` and `last_executed_node_id` are the `id` of the tool’s item in the graph, `operation_id` is its `item_id`; what has no item goes by its name.',
    status: 'honoured',
  },
  {
    id: 'xpander.stream.think',
    source: 'documented',
    behaviour: 'Reasoning, and the tools `think` and `analyze`, are `think` and `analyze` events with text.',
    status: 'honoured',
  },
  {
    id: 'xpander.stream.paused',
    source: 'chosen',
    behaviour:
      'A paused task keeps its stream open for 10 minutes, with comments as pings; then it ends with `task_finished` of the paused task.',
    status: 'honoured',
  },
  {
    id: 'xpander.stream.failed',
    source: 'documented',
    behaviour: 'A task that fails ends with `task_finished` whose `result` says why.',
    status: 'honoured',
  },
  {
    id: 'xpander.stream.restart',
    source: 'chosen',
    behaviour:
      'When an answer is begun again after some of its text was sent, or the server stops, the stream ends with `task_finished` of status `error`, whose result says to read the task; the task goes on.',
    status: 'honoured',
  },
  {
    id: 'xpander.stream.crash',
    source: 'chosen',
    behaviour: 'A task whose server is killed completes after the restart.',
    status: 'honoured',
  },
  {
    id: 'xpander.stream.events',
    source: 'documented',
    behaviour:
      '`sub_agent_trigger`, `plan_updated`, `auth_event` and `task_compactization` are never sent: there are no sub-agents, plans, logins of end users or compactions.',
    status: 'honoured',
  },
  {
    id: 'xpander.thread.follow_up',
    source: 'documented',
    behaviour:
      'The id of an earlier task continues its conversation: one task, whose input, status, result and times are of the latest turn.',
    status: 'honoured',
  },
  {
    id: 'xpander.thread.new_id',
    source: 'documented',
    behaviour: 'An id that is not known begins a task with that id.',
    status: 'honoured',
  },
  {
    id: 'xpander.thread.queue',
    source: 'chosen',
    behaviour: 'A turn that comes while another one goes on waits for it.',
    status: 'honoured',
  },
  {
    id: 'xpander.thread.other_dialects',
    source: 'chosen',
    behaviour:
      'A conversation that was begun through another API is a task too, and its id is that of the thread.',
    status: 'honoured',
  },
]
