/**
 * Named places where a test can stop or kill the process. In production nothing is armed and a fault point costs
 * one comparison.
 */
export const faultPoints = [
  'run.before_admission',
  'journal.before_commit',
  'journal.after_commit',
  'step.before_model_call',
  'step.delta_received',
  'step.model_answered',
  'effect.before_intent',
  'effect.after_intent',
  'effect.after_call',
  'effect.after_receipt',
  'run.before_waiting',
  'run.answer_recorded',
  'run.before_terminal',
  'run.after_terminal',
  'recovery.before_claim',
  'recovery.after_requeue',
  'recovery.segment_started',
] as const

export type FaultPoint = (typeof faultPoints)[number]

type Action = () => void

let armed: { point: FaultPoint; hitsLeft: number; act: Action } | null = null

/** Arms one point: `act` runs at its `hit`-th passage (1 is the first), once. */
export function armFaultPoint(point: FaultPoint, hit: number, act: Action): void {
  armed = { point, hitsLeft: hit, act }
}

/** Passes a named place. Synchronous, so that nothing can happen between the place and the kill. */
export function faultPoint(point: FaultPoint): void {
  if (armed === null || armed.point !== point) return
  armed.hitsLeft -= 1
  if (armed.hitsLeft > 0) return
  const { act } = armed
  armed = null
  act()
}

/** SIGKILL to the whole process group of this process, as a power cut would take it. */
export function killProcessGroup(): void {
  process.kill(0, 'SIGKILL')
}
