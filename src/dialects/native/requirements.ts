import type { DialectSupport } from '../requirement.ts'

/**
 * Parley's own API promises what its endpoint records say, and every one of them is under the laws of `test/laws`; so
 * only what its streams show and how it waits stands here.
 */
export const nativeSupport: DialectSupport = {
  name: 'native',
  title: 'Native',
  requirements: [],
  events: {
    'run.created': 'run.created',
    'message.created': 'message.created',
    'run.started': 'run.started',
    'run.resumed': 'run.resumed',
    'step.started': 'step.started',
    'step.restarted': 'step.restarted',
    'reasoning.delta': 'reasoning.delta',
    'message.delta': 'message.delta',
    'message.completed': 'message.completed',
    'output.rejected': 'output.rejected',
    'iteration.completed': 'iteration.completed',
    'attempt.failed': 'attempt.failed',
    'step.completed': 'step.completed',
    'tool.called': 'tool.called',
    'tool.completed': 'tool.completed',
    'tool.outputs_received': 'tool.outputs_received',
    'approval.requested': 'approval.requested',
    'approval.decided': 'approval.decided',
    'run.waiting': 'run.waiting',
    'run.completed': 'run.completed',
    'run.failed': 'run.failed',
    'run.cancelled': 'run.cancelled',
  },
  waiting: {
    approval:
      'the run in the state `waiting` with `waiting_for.type` `approval`; `POST /v1/approvals/{id}` answers',
    tool_outputs:
      'the run in the state `waiting` with `waiting_for.type` `tool_outputs`; `POST /v1/runs/{id}/tool-outputs` answers',
    needs_decision:
      'the run in the state `waiting` with `waiting_for.type` `needs_decision`; `POST /v1/approvals/{id}` answers',
  },
}
