import type { FaultPoint } from '../../src/lib/fault-point.ts'
import type { FlowName } from './flows.ts'

export interface ScenarioRun {
  flow: FlowName
  /** How the client starts it: following its stream, waiting for the reply, or in the background. */
  mode: 'stream' | 'wait' | 'background'
  /** The client cancels it once it has begun to talk. */
  cancel?: boolean
}

export interface Scenario {
  name: string
  /** At the same time; on one thread, each as soon as the one before was accepted. */
  runs: readonly ScenarioRun[]
  oneThread?: boolean
  /** How often each place is passed for certain before all runs have ended: every passage up to this may be hit. */
  passes: Partial<Record<FaultPoint, number>>
}

/** One run without tools. What happens while its first commit is under way shares the second. */
const talk: Scenario['passes'] = {
  'run.before_admission': 1,
  'journal.before_commit': 2,
  'journal.after_commit': 2,
  'step.before_model_call': 1,
  'step.delta_received': 40,
  'step.model_answered': 1,
  'run.before_terminal': 1,
  'run.after_terminal': 1,
}

/** One run that calls a tool whose repetition changes nothing. */
const lookup: Scenario['passes'] = {
  ...talk,
  'step.before_model_call': 2,
  'step.delta_received': 16,
  'step.model_answered': 2,
  'effect.before_intent': 1,
  'effect.after_call': 1,
}

/** One run that calls a tool with an effect: intent and receipt are commits of their own. */
const effect: Scenario['passes'] = {
  ...lookup,
  'journal.before_commit': 4,
  'journal.after_commit': 4,
  'step.delta_received': 12,
  'effect.after_intent': 1,
  'effect.after_receipt': 1,
}

const waiting: Scenario['passes'] = { 'run.before_waiting': 1, 'run.answer_recorded': 1 }
/** Dispatched runs are claimed even when nothing was lost. */
const dispatched: Scenario['passes'] = { 'recovery.before_claim': 1, 'recovery.segment_started': 1 }

export const scenarios: readonly Scenario[] = [
  { name: 'plain', runs: [{ flow: 'talk', mode: 'stream' }], passes: talk },
  { name: 'plain, waited for', runs: [{ flow: 'talk', mode: 'wait' }], passes: talk },
  { name: 'lookup', runs: [{ flow: 'lookup', mode: 'stream' }], passes: lookup },
  { name: 'once', runs: [{ flow: 'charge', mode: 'stream' }], passes: effect },
  { name: 'idempotent', runs: [{ flow: 'reserve', mode: 'stream' }], passes: effect },
  { name: 'idempotent, waited for', runs: [{ flow: 'reserve', mode: 'wait' }], passes: effect },
  { name: 'checkable', runs: [{ flow: 'transfer', mode: 'stream' }], passes: effect },
  {
    name: 'parallel calls',
    runs: [{ flow: 'all', mode: 'stream' }],
    passes: { ...effect, 'effect.after_call': 4, 'effect.after_receipt': 3 },
  },
  {
    name: 'two rounds of calls',
    runs: [{ flow: 'chain', mode: 'stream' }],
    passes: {
      ...effect,
      'effect.before_intent': 2,
      'effect.after_intent': 2,
      'effect.after_call': 3,
      'effect.after_receipt': 2,
    },
  },
  { name: 'approval', runs: [{ flow: 'refund', mode: 'stream' }], passes: { ...effect, ...waiting } },
  {
    name: 'approval, waited for',
    runs: [{ flow: 'refund', mode: 'wait' }],
    passes: { ...effect, ...waiting },
  },
  {
    name: 'client function',
    runs: [{ flow: 'ask', mode: 'stream' }],
    passes: {
      ...talk,
      'step.before_model_call': 2,
      'step.model_answered': 2,
      'step.delta_received': 16,
      ...waiting,
    },
  },
  {
    name: 'background',
    runs: [{ flow: 'transfer', mode: 'background' }],
    passes: { ...effect, ...dispatched },
  },
  {
    name: 'two runs on a thread',
    runs: [
      { flow: 'talk', mode: 'stream' },
      { flow: 'reserve', mode: 'stream' },
    ],
    oneThread: true,
    passes: {
      ...effect,
      ...dispatched,
      'run.before_admission': 2,
      'step.delta_received': 50,
      'run.before_terminal': 2,
      'run.after_terminal': 2,
    },
  },
  {
    name: 'cancelled',
    runs: [{ flow: 'ramble', mode: 'stream', cancel: true }],
    passes: {
      'run.before_admission': 1,
      'journal.before_commit': 2,
      'journal.after_commit': 2,
      // The client cancels when it has read two pieces; how much more the model has said by then is up to the machine.
      'step.delta_received': 2,
      'run.answer_recorded': 1,
      'run.after_terminal': 1,
    },
  },
  {
    name: 'three at once',
    runs: [
      { flow: 'talk', mode: 'stream' },
      { flow: 'charge', mode: 'wait' },
      { flow: 'transfer', mode: 'background' },
    ],
    passes: {
      ...effect,
      ...dispatched,
      'run.before_terminal': 3,
      'effect.after_receipt': 2,
      'effect.after_call': 2,
    },
  },
]
