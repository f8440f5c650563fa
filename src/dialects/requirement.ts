import type { RunEventType } from '../core/events/event.ts'
import type { WaitingFor } from '../core/runs/run.ts'

/**
 * What becomes of something that a vendor documents.
 *
 * - `honoured`: it does what the vendor says.
 * - `echoed`: it is kept and printed, and has no effect here.
 * - `refused`: it is not done here and answered with the vendor's own error, naming what is refused. What the vendor
 *   refuses too is `honoured`.
 * - `gap`: it should be honoured and is not; its test runs as an expected failure.
 */
export type RequirementStatus = 'honoured' | 'echoed' | 'refused' | 'gap'

/** One promise of a dialect. Tests cite it by its id; one that no test cites fails the build. */
export interface Requirement {
  /** `<dialect>.<part>.<what>`: `make.run.callback`. */
  id: string
  /** `documented`: the vendor's published page. `observed`: the vendor's own clients. `chosen`: nobody says; this is our choice. */
  source: 'documented' | 'observed' | 'chosen'
  /** A sentence. */
  behaviour: string
  status: RequirementStatus
}

/** Every journal event → how the dialect's stream shows it; null: it is not shown. */
export type WireEvents = Readonly<Record<RunEventType, string | null>>

/** Every kind of waiting → what a client of the dialect sees. */
export type WireWaiting = Readonly<Record<WaitingFor['type'], string>>

/** What one dialect promises, as data. */
export interface DialectSupport {
  /** The dialect's name. */
  name: string
  /** The vendor's product, for people. */
  title: string
  requirements: readonly Requirement[]
  events: WireEvents
  waiting: WireWaiting
}
