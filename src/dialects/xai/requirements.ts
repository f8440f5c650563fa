import type { DialectSupport, Requirement, WireEvents } from '../requirement.ts'
import { agentRequirements } from './requirements-agents.ts'
import { frameRequirements } from './requirements-frame.ts'
import { phoneNumberRequirements } from './requirements-phone-numbers.ts'
import { toolRequirements } from './requirements-tools.ts'
import { updateRequirements } from './requirements-updates.ts'

/** What this dialect promises. */
export const xaiRequirements: readonly Requirement[] = [
  ...frameRequirements,
  ...agentRequirements,
  ...updateRequirements,
  ...toolRequirements,
  ...phoneNumberRequirements,
]

/** No request of this API starts a run, so none of its streams shows one. */
const events: WireEvents = {
  'run.created': null,
  'message.created': null,
  'run.started': null,
  'run.resumed': null,
  'step.started': null,
  'step.restarted': null,
  'reasoning.delta': null,
  'message.delta': null,
  'message.completed': null,
  'output.rejected': null,
  'iteration.completed': null,
  'attempt.failed': null,
  'step.completed': null,
  'tool.called': null,
  'tool.completed': null,
  'tool.outputs_received': null,
  'approval.requested': null,
  'approval.decided': null,
  'run.waiting': null,
  'run.completed': null,
  'run.failed': null,
  'run.cancelled': null,
}

const startsNoRun = 'never: this API starts no run in this version; other APIs answer the runs of its agents'

export const xaiSupport: DialectSupport = {
  name: 'xai',
  title: 'xAI Agents API',
  requirements: xaiRequirements,
  events,
  waiting: { approval: startsNoRun, tool_outputs: startsNoRun, needs_decision: startsNoRun },
}
