import type { DialectSupport, Requirement } from '../requirement.ts'
import { agentRequirements } from './requirements-agents.ts'
import { frameRequirements } from './requirements-frame.ts'
import { neighbourRequirements } from './requirements-neighbours.ts'
import { runRequirements } from './requirements-runs.ts'

/** What this dialect promises. */
export const makeRequirements: readonly Requirement[] = [
  ...frameRequirements,
  ...agentRequirements,
  ...runRequirements,
  ...neighbourRequirements,
]

const answeredByPerson =
  'the reply waits until a person decides through the native API or a limit of the run ends it'

export const makeSupport: DialectSupport = {
  name: 'make',
  title: 'Make AI Agents',
  requirements: makeRequirements,
  events: {
    'run.created': null,
    'message.created': 'step (system), then step (user)',
    'run.started': null,
    'run.resumed': null,
    'step.started': null,
    'step.restarted': 'error (only with deltas=1, when some were sent)',
    'reasoning.delta': null,
    'message.delta': 'delta (only with deltas=1)',
    'message.completed': 'step (assistant), once step.completed is there',
    'output.rejected': null,
    'iteration.completed': null,
    'attempt.failed': 'error (only with deltas=1, when some of a step that is not complete were sent)',
    'step.completed': 'step (assistant), with what message.completed said',
    'tool.called': null,
    'tool.completed': 'step (tool)',
    'tool.outputs_received': 'step (tool)',
    'approval.requested': null,
    'approval.decided': null,
    'run.waiting': null,
    'run.completed': 'done',
    'run.failed': 'error',
    'run.cancelled': 'error',
  },
  waiting: {
    approval:
      'a step of the role tool whose toolResponse.status is pending_approval; the run goes on and ends',
    tool_outputs: 'never: functions that the client would execute are unavailable, which the model is told',
    needs_decision: answeredByPerson,
  },
}
