import type { DialectSupport, Requirement, WireEvents } from '../requirement.ts'
import { agentRequirements } from './requirements-agents.ts'
import { chatRequirements } from './requirements-chat.ts'
import { frameRequirements } from './requirements-frame.ts'
import { functionRequirements } from './requirements-functions.ts'

/** What this dialect promises. */
export const talkifaiRequirements: readonly Requirement[] = [
  ...frameRequirements,
  ...agentRequirements,
  ...functionRequirements,
  ...chatRequirements,
]

const events: WireEvents = {
  'run.created': null,
  'message.created': null,
  'run.started': 'stream_start',
  'run.resumed': 'stream_start, when the run had not begun before',
  'step.started': null,
  'step.restarted': 'error, when text of the step was shown',
  'reasoning.delta': null,
  'message.delta': 'chunk',
  'message.completed': 'chunk with all of the text, when none of it was shown; tool_call for its calls',
  'output.rejected': 'error',
  'iteration.completed': 'error, when text or calls were shown',
  'attempt.failed': 'error, when text or calls were shown',
  'step.completed': null,
  'tool.called': null,
  'tool.completed': 'tool_result, in the order of the calls',
  'tool.outputs_received': null,
  'approval.requested': null,
  'approval.decided': null,
  'run.waiting': 'error',
  'run.completed': 'stream_end',
  'run.failed': 'error',
  'run.cancelled': 'error',
}

export const talkifaiSupport: DialectSupport = {
  name: 'talkifai',
  title: 'TalkifAI Agents and Chat API',
  requirements: talkifaiRequirements,
  events,
  waiting: {
    approval:
      'The call is put off: the model is told so and answers. The decision starts a run of its own on the same conversation.',
    tool_outputs: 'Never: the model is told that tools of clients are unavailable.',
    needs_decision: 'The stream ends with `error`; what the model says in the end is in the history.',
  },
}
