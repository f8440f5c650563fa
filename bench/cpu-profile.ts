import { fileURLToPath } from 'node:url'

/** The parts of V8's `.cpuprofile` that are read here. Times in microseconds of the monotonic clock. */
export interface CpuProfile {
  nodes: { id: number; callFrame: { functionName: string; url: string; lineNumber: number } }[]
  startTime: number
  samples: number[]
  timeDeltas: number[]
}

export interface SelfTime {
  /** The function and where it stands. */
  name: string
  seconds: number
}

/** Not work: the thread waited. */
const waiting = '(idle)'

function place(url: string, root: string): string {
  const path = url.startsWith('file:') ? fileURLToPath(url) : url
  return path.startsWith(root) ? path.slice(root.length) : path
}

/** Time spent in each function itself between two moments, most first, waiting left out. */
export function selfTimes(profile: CpuProfile, from: number, to: number, root: string): SelfTime[] {
  const names = new Map(
    profile.nodes.map(({ id, callFrame: { functionName, url, lineNumber } }) => {
      const name = functionName || '(anonymous)'
      return [id, url === '' ? name : `${name}  ${place(url, root)}:${lineNumber + 1}`]
    }),
  )
  const spent = new Map<string, number>()
  let at = profile.startTime
  profile.samples.forEach((sample, index) => {
    at += profile.timeDeltas[index] ?? 0
    // A sample stands for the time until the next one.
    const lasted = profile.timeDeltas[index + 1] ?? 0
    const name = names.get(sample) ?? '(unknown)'
    if (name !== waiting && at >= from && at < to) spent.set(name, (spent.get(name) ?? 0) + lasted)
  })
  return [...spent]
    .map(([name, microseconds]) => ({ name, seconds: microseconds / 1_000_000 }))
    .toSorted((a, b) => b.seconds - a.seconds)
}
