/** A word with a colour; the word alone says everything. `RunStateBadge` for the states of a run. */
import type { ReactNode } from 'react'
import type { RunState } from '../api/wire.ts'
import styles from './badge.module.css'

export type Tone = 'neutral' | 'good' | 'warn' | 'bad' | 'busy' | 'accent'

export function Badge({ tone = 'neutral', children }: { tone?: Tone; children: ReactNode }) {
  return <span className={`${styles['badge']} ${styles[tone]}`}>{children}</span>
}

const tones: Record<RunState, Tone> = {
  queued: 'neutral',
  running: 'busy',
  waiting: 'warn',
  completed: 'good',
  failed: 'bad',
  cancelled: 'neutral',
}

export function RunStateBadge({ state }: { state: RunState }) {
  return <Badge tone={tones[state]}>{state}</Badge>
}
