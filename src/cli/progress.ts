import type { Terminal } from './terminal.ts'

/** `total` null: not known. */
export interface Progress {
  done: number
  total: number | null
  unit: string
}

/** Moves everything that is stored to or from a file. */
export type Transfer = (file: string, options: { onProgress: (progress: Progress) => void }) => Promise<void>

/** Runs `work` and, on a terminal, rewrites one line with how far it is, at most ten times a second. */
export async function showProgress(
  terminal: Terminal,
  work: (onProgress: (progress: Progress) => void) => Promise<void>,
): Promise<void> {
  if (terminal.error.isTTY !== true) return work(() => {})
  let last = 0
  try {
    await work(({ done, total, unit }) => {
      const now = performance.now()
      if (now - last < 100) return
      last = now
      terminal.error.write(`\r\u001b[K${done}${total === null ? '' : ` of ${total}`} ${unit}`)
    })
  } finally {
    terminal.error.write('\r\u001b[K')
  }
}
