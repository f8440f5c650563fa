import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { createPaint, type Paint } from './paint.ts'

/** Where a command reads and writes. Handed in, so that a test can be the person in front of it. */
export interface Terminal {
  input: Readable & { isTTY?: boolean }
  output: Writable & { isTTY?: boolean }
  error: Writable & { isTTY?: boolean }
  /** Calls `handler` at every Ctrl-C until the returned function is called. */
  onInterrupt(handler: () => void): () => void
}

export const systemTerminal: Terminal = {
  input: process.stdin,
  output: process.stdout,
  error: process.stderr,
  onInterrupt(handler) {
    process.on('SIGINT', handler)
    return () => process.off('SIGINT', handler)
  },
}

export function paintFor(stream: { isTTY?: boolean }, noColor: boolean): Paint {
  return createPaint(stream.isTTY === true && !noColor)
}

/** Asks the person in front of the terminal, one line at a time. */
export interface Asker {
  /** The line without its end; null when there will be no more. Rejects with the signal's reason. */
  ask(question: string, signal?: AbortSignal): Promise<string | null>
  close(): void
}

/** `interrupted` is called for a Ctrl-C typed while a question stands: the terminal then sends no signal. */
export function createAsker(terminal: Terminal, interrupted: () => void): Asker {
  return terminal.input.isTTY === true ? interactiveAsker(terminal, interrupted) : pipedAsker(terminal)
}

/** One line editor per question: between questions the terminal is in its ordinary mode, where Ctrl-C is a signal. */
function interactiveAsker(terminal: Terminal, interrupted: () => void): Asker {
  let history: string[] = []
  return {
    ask(question, signal) {
      return new Promise((resolve, reject) => {
        signal?.throwIfAborted()
        const editor = createInterface({
          input: terminal.input,
          output: terminal.output,
          terminal: true,
          history,
        })
        const aborted = () => {
          editor.close()
          reject(signal?.reason)
        }
        editor.on('history', (lines) => (history = lines))
        editor.on('SIGINT', interrupted)
        editor.once('close', () => {
          signal?.removeEventListener('abort', aborted)
          resolve(null)
        })
        signal?.addEventListener('abort', aborted, { once: true })
        editor.question(question, (line) => {
          resolve(line)
          editor.close()
        })
      })
    },
    close() {},
  }
}

/** Lines that arrive before they are asked for wait for their question. */
function pipedAsker(terminal: Terminal): Asker {
  const lines = createInterface({ input: terminal.input, terminal: false })[Symbol.asyncIterator]()
  let pending: Promise<IteratorResult<string>> | null = null
  return {
    async ask(question, signal) {
      signal?.throwIfAborted()
      terminal.output.write(question)
      // An aborted question leaves its line to the next one.
      pending ??= lines.next()
      const next = await orAborted(pending, signal)
      pending = null
      terminal.output.write(next.done === true ? '\n' : `${next.value}\n`)
      return next.done === true ? null : next.value
    },
    close() {
      void lines.return?.()
    },
  }
}

function orAborted<T>(promise: Promise<T>, signal?: AbortSignal): Promise<T> {
  if (signal === undefined) return promise
  return new Promise((resolve, reject) => {
    const aborted = () => reject(signal.reason)
    signal.addEventListener('abort', aborted, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', aborted))
  })
}
