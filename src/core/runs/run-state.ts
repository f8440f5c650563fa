import type { RunState } from './run.ts'

export type RunMove = 'claim' | 'lose' | 'park' | 'wake' | 'complete' | 'fail' | 'cancel'

/**
 * Every way a run's state can change. `claim`: a segment starts. `lose`: its process died. `park`: it waits for a
 * person or a client. `wake`: the answer came.
 */
const moves: Record<RunState, Partial<Record<RunMove, RunState>>> = {
  queued: { claim: 'running', fail: 'failed', cancel: 'cancelled' },
  running: { lose: 'queued', park: 'waiting', complete: 'completed', fail: 'failed', cancel: 'cancelled' },
  waiting: { wake: 'queued', claim: 'running', cancel: 'cancelled' },
  completed: {},
  failed: {},
  cancelled: {},
}

/** The state after `move`, or null when a run in this state cannot make it. */
export function moveRun(state: RunState, move: RunMove): RunState | null {
  return moves[state][move] ?? null
}
