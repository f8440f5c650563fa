import { readdirSync, readFileSync } from 'node:fs'

/** Kernel ticks per second of the times in /proc: 100 on every Linux that Node runs on. */
const ticksPerSecond = 100

interface Stat {
  pid: number
  parent: number
  /** Processor time of the process, all its threads and its ended children, seconds. */
  cpuSeconds: number
}

function readOrNull(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null // It ended between the listing and this read.
  }
}

function statOf(pid: number): Stat | null {
  const text = readOrNull(`/proc/${pid}/stat`)
  if (text === null) return null
  // The name in parentheses may hold spaces; the fields after it do not.
  const fields = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number)
  const [, parent = 0] = fields
  const ticks = fields.slice(11, 15).reduce((sum, value) => sum + value, 0)
  return { pid, parent, cpuSeconds: ticks / ticksPerSecond }
}

/** The processes with these ids and everything they started. */
function tree(roots: readonly number[]): Stat[] {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => statOf(Number(name)))
    .filter((stat) => stat !== null)
  const found = all.filter((stat) => roots.includes(stat.pid))
  for (const { pid } of found) found.push(...all.filter((stat) => stat.parent === pid))
  return found
}

/** Processor time so far of these processes and everything they started, seconds. */
export function cpuSeconds(roots: readonly number[]): number {
  return tree(roots).reduce((sum, stat) => sum + stat.cpuSeconds, 0)
}

/** Resident memory of these processes and everything they started, MiB. Pages that several share count in each. */
export function memoryMib(roots: readonly number[]): number {
  const kib = tree(roots).map(({ pid }) => {
    const text = readOrNull(`/proc/${pid}/smaps_rollup`) ?? ''
    return Number(/^Rss:\s+(\d+) kB/m.exec(text)?.[1] ?? 0)
  })
  return kib.reduce((sum, value) => sum + value, 0) / 1024
}
