/** What is shown of a run: what was said, the calls of tools, the questions to people. `run-picture.ts` draws it. */
import type { KnownRunEvent, Run, RunState } from '../api/wire.ts'

/** The data of the events of a type. */
export type Data<Type extends KnownRunEvent['type']> = Extract<KnownRunEvent, { type: Type }>['data']
export type Json = Data<'tool.completed'>['output']
export type Part = Run['input'][number]

/** A question to a person about one call. */
export interface Question {
  id: string
  kind: 'approval' | 'needs_decision'
  mode: 'park' | 'defer'
  tool: string
  arguments: Json
  /** null: still open. */
  decision: string | null
  reason: string | null
}

export interface Call {
  kind: 'call'
  id: string
  tool: string
  arguments: Json
  /** `asked`: by the model, nothing done yet. */
  state: 'asked' | 'running' | 'client' | Data<'tool.completed'>['status']
  /** What a repetition of it would do; null until it is called. */
  effects: string | null
  /** The key that the other side was sent with the call, its receipt. */
  effectId: string | null
  output: Json
  /** Milliseconds; null until it has ended. */
  ms: number | null
  questions: Question[]
}

export type Item =
  | { kind: 'input'; content: Part[] }
  | { kind: 'said'; step: number; text: string; reasoning: string; writing: boolean; restarts: number }
  | Call
  /** What is worth knowing and nobody said. */
  | { kind: 'note'; text: string }
  /** An attempt that failed: nothing said in it counts any more. */
  | { kind: 'attempt'; attempt: number; message: string; items: Item[] }

export interface RunPicture {
  state: RunState
  items: Item[]
  waitingFor: Data<'run.waiting'>['waiting_for'] | null
  error: { code: string; message: string } | null
  /** Why it was cancelled. */
  reason: string | null
  /** `provider/model` of the newest step. */
  model: string | null
}

export type Said = Extract<Item, { kind: 'said' }>
