import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'

export interface ChildOptions {
  env?: NodeJS.ProcessEnv
  cwd?: string
  /** Of another user, for programs that refuse to run as root. */
  uid?: number
  gid?: number
  /** How to ask it to end. Default SIGTERM. */
  stopSignal?: NodeJS.Signals
}

const stopMs = 15_000

/** A program we started and will end. */
export class Child implements AsyncDisposable {
  readonly name: string
  readonly #process: ChildProcess
  readonly #stopSignal: NodeJS.Signals
  readonly #exited: Promise<unknown>
  #output = ''
  #watch: (() => void) | null = null

  constructor(name: string, command: string, args: string[], options: ChildOptions = {}) {
    const { stopSignal = 'SIGTERM', ...rest } = options
    this.name = name
    this.#stopSignal = stopSignal
    this.#process = spawn(command, args, { ...rest, stdio: ['pipe', 'pipe', 'pipe'] })
    this.#exited = once(this.#process, 'close')
    this.#exited.catch(() => {}) // A program that cannot be spawned is reported by `line`.
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#output = (this.#output + text).slice(-8_192)
        this.#watch?.()
      })
    }
  }

  get pid(): number {
    if (this.#process.pid === undefined) throw new Error(`${this.name} could not be started.`)
    return this.#process.pid
  }

  /** The last of what it printed. */
  get output(): string {
    return this.#output.trim()
  }

  get ended(): boolean {
    return this.#process.exitCode !== null || this.#process.signalCode !== null
  }

  /** Waits until its output matches. Throws with the output when it ends before or takes longer than `timeoutMs`. */
  async line(pattern: RegExp, timeoutMs = 15_000): Promise<RegExpExecArray> {
    const { promise, resolve } = Promise.withResolvers<RegExpExecArray>()
    this.#watch = () => {
      const found = pattern.exec(this.#output)
      if (found !== null) resolve(found)
    }
    this.#watch()
    const found = await this.unlessEnded(promise, timeoutMs)
    this.#watch = null
    return found
  }

  /** The result of `work`, or an error as soon as the program ends or the time is over. */
  async unlessEnded<Result>(work: Promise<Result>, timeoutMs: number): Promise<Result> {
    const timer = new AbortController()
    const fail = async (reason: Promise<unknown>, text: string): Promise<never> => {
      await reason
      throw new Error(`${this.name} ${text}.\n${this.output}`)
    }
    const over = fail(
      delay(timeoutMs, undefined, { signal: timer.signal }),
      `was not ready after ${timeoutMs} ms`,
    )
    over.catch(() => {}) // Cut short below once something else decided.
    try {
      return await Promise.race([work, fail(this.#exited, 'ended before it was ready'), over])
    } finally {
      timer.abort()
    }
  }

  async stop(): Promise<void> {
    if (!this.ended) {
      this.#process.kill(this.#stopSignal)
      const timer = setTimeout(() => this.#process.kill('SIGKILL'), stopMs)
      await this.#exited
      clearTimeout(timer)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }
}
