/** What the embedded server's housekeeping does next. Pure: times and measurements in, chores out. */

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

/** A checkpoint at least this often when anything was written, in milliseconds. */
const checkpointAge = 15 * minute
/** Log bytes since the last checkpoint that are worth one: they are what a crash makes the next start replay. */
const checkpointBytes = 1024 * 1024
/** Log bytes in the last minute below which nobody is working: beats and polling alone write less. */
const idleBytes = 256 * 1024

export interface HousekeepingState {
  /** Milliseconds since the epoch, as are the other times. */
  now: number
  /** Bytes of log written so far, at the last checkpoint, and when this was looked at before. */
  written: number
  writtenAtCheckpoint: number
  writtenBefore: number
  checkpointAt: number
  vacuumAt: number
  /** When the newest snapshot was made; the age of the data directory when there is none. */
  snapshotAt: number
}

export interface Chores {
  checkpoint: boolean
  vacuum: boolean
  snapshot: boolean
}

/** Called once a minute. What stops the database for longer waits for a quiet minute. */
export function planChores(state: HousekeepingState): Chores {
  const sinceCheckpoint = state.written - state.writtenAtCheckpoint
  const old = state.now - state.checkpointAt >= checkpointAge
  const idle = state.written - state.writtenBefore < idleBytes
  return {
    checkpoint: sinceCheckpoint >= checkpointBytes || (sinceCheckpoint > 0 && old),
    vacuum: idle && state.now - state.vacuumAt >= hour,
    snapshot: idle && state.now - state.snapshotAt >= day,
  }
}
