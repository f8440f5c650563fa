import type { DialectSupport, Requirement, WireEvents } from '../requirement.ts'
import { agentRequirements } from './requirements/requirements-agents.ts'
import { fieldRequirements } from './requirements/requirements-fields.ts'
import { frameRequirements } from './requirements/requirements-frame.ts'
import { invocationRequirements } from './requirements/requirements-invocation.ts'
import { settingRequirements } from './requirements/requirements-settings.ts'
import { streamRequirements } from './requirements/requirements-streams.ts'
import { taskRequirements } from './requirements/requirements-tasks.ts'
import { toolRequirements } from './requirements/requirements-tools.ts'
import { webhookRequirements } from './requirements/requirements-webhook.ts'

/** What this dialect promises. */
export const xpanderRequirements: readonly Requirement[] = [
  ...frameRequirements,
  ...agentRequirements,
  ...fieldRequirements,
  ...settingRequirements,
  ...toolRequirements,
  ...invocationRequirements,
  ...streamRequirements,
  ...taskRequirements,
  ...webhookRequirements,
]

const events: WireEvents = {
  'run.created': 'task_created',
  'message.created': null,
  'run.started': 'task_updated',
  'run.resumed': 'task_updated',
  'step.started': null,
  'step.restarted': 'task_finished of status error, when text of the step was sent',
  'reasoning.delta': 'think, once the step’s thought is complete',
  'message.delta':
    'chunk; of an agent with tools, once the step has more than 280 characters; at the end where it goes rounds or answers in JSON',
  'message.completed':
    'chunk with the text that was not sent, or think for a remark before calls; tool_call_request, think or analyze for its calls',
  'output.rejected': null,
  'iteration.completed': 'think with the round’s text',
  'attempt.failed': 'task_updated',
  'step.completed': null,
  'tool.called': null,
  'tool.completed': 'tool_call_result',
  'tool.outputs_received': null,
  'approval.requested': null,
  'approval.decided': null,
  'run.waiting': 'task_updated (paused); task_finished when nobody decides in time',
  'run.completed': 'task_finished, after the chunks that were held back',
  'run.failed': 'task_finished',
  'run.cancelled': 'task_finished',
}

export const xpanderSupport: DialectSupport = {
  name: 'xpander',
  title: 'xpander.ai Agents API',
  requirements: xpanderRequirements,
  events,
  waiting: {
    approval:
      'The task is `paused` with `internal_status` waiting_for_approval and a `hitl_request`; POST …/approve or …/reject decides.',
    tool_outputs: 'Never: the model is told that tools of clients are unavailable.',
    needs_decision:
      'The task is `paused` with `internal_status` needs_decision; POST …/approve with a `decision` says what happened.',
  },
}
