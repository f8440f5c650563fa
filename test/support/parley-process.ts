import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { get } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { FaultPoint } from '../../src/lib/fault-point.ts'

export interface ParleyOptions {
  dataDir: string
  port: number
  ownerKey: string
  /** Kills the process group at this passage of this place. */
  fault?: { point: FaultPoint; hit: number }
  /** More variables; the environment of the test itself is not passed on. */
  env?: Record<string, string>
}

const launcher = fileURLToPath(new URL('../../bin/parley', import.meta.url))
/** Only a server that never gets there takes as long, milliseconds. */
const readyTimeout = 90_000
const readyEvery = 10
const stopTimeout = 90_000
/** Characters of the log that are kept. */
const logKept = 64 * 1024

/** The groups and directories to take along when the test process ends early. */
const living = new Set<ParleyProcess>()
const directories = new Set<string>()

function endAll(): void {
  for (const server of living) server.kill()
  for (const directory of directories) removeDirectory(directory)
}

/** What was just killed may still be writing its last file. */
function removeDirectory(directory: string): void {
  rmSync(directory, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 })
}

process.on('exit', endAll)
// A worker of the test runner is told nothing else when the runner itself is killed.
process.on('disconnect', endAll)
process.on('SIGTERM', () => process.exit(143))

/** The server as a user starts it, in a process group of its own. */
export class ParleyProcess implements AsyncDisposable {
  readonly url: string
  /** `performance.now()` of the start. */
  readonly startedAt = performance.now()
  readonly exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>
  readonly #process: ChildProcess
  #log = ''

  constructor(options: ParleyOptions) {
    const { fault } = options
    this.url = `http://127.0.0.1:${options.port}`
    this.#process = spawn(process.execPath, [launcher, 'start'], {
      // A group of its own: a fault kills the whole group, and must not take the test along.
      detached: true,
      cwd: options.dataDir,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env['PATH'],
        HOME: options.dataDir,
        PARLEY_PORT: String(options.port),
        PARLEY_DATA_DIR: options.dataDir,
        PARLEY_OWNER_KEY: options.ownerKey,
        PARLEY_EXAMPLES: '0',
        PARLEY_LOG_FORMAT: 'json',
        PARLEY_ALLOW_PRIVATE_EGRESS: '127.0.0.1',
        ...(fault ? { PARLEY_FAULT_ALLOWED: '1', PARLEY_FAULT: `${fault.point}:${fault.hit}` } : {}),
        ...options.env,
      },
    })
    living.add(this)
    this.exited = once(this.#process, 'exit').then(([code, signal]) => {
      living.delete(this)
      return { code, signal }
    })
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#log = (this.#log + text).slice(-logKept)
      })
    }
  }

  get pid(): number {
    const { pid } = this.#process
    if (pid === undefined) throw new Error('The server could not be started.')
    return pid
  }

  get ended(): boolean {
    return this.#process.exitCode !== null || this.#process.signalCode !== null
  }

  /** The last of what it printed. */
  get log(): string {
    return this.#log
  }

  /** True once it takes work; false when it ended before. Throws when it does neither in time. */
  async ready(): Promise<boolean> {
    const deadline = this.startedAt + readyTimeout
    while (!this.ended) {
      if (await answersReady(this.url)) return true
      if (performance.now() > deadline) throw new Error(`The server was not ready in time.\n${this.#log}`)
      await delay(readyEvery)
    }
    return false
  }

  /** SIGKILL to the group, as a power cut would take it. */
  kill(): void {
    this.#signal('SIGKILL')
  }

  /** Stops every thread of it, as a laptop that is closed. */
  pause(): void {
    this.#signal('SIGSTOP')
  }

  resume(): void {
    this.#signal('SIGCONT')
  }

  /** Asks it to end as an operator does, and waits until it has. */
  async stop(): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
    this.#signal('SIGTERM')
    const timer = setTimeout(() => this.kill(), stopTimeout)
    const end = await this.exited
    clearTimeout(timer)
    return end
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.kill()
    await this.exited
  }

  #signal(signal: NodeJS.Signals): void {
    if (this.ended) return
    try {
      process.kill(-this.pid, signal)
    } catch (error) {
      // It ended on its own, and its end has not been reported yet.
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
    }
  }
}

/** A server that is ready; throws with its log when it does not get that far. */
export async function startParley(options: ParleyOptions): Promise<ParleyProcess> {
  const server = new ParleyProcess(options)
  if (await server.ready()) return server
  throw new Error(`The server ended before it was ready.\n${server.log}`)
}

/** A directory that goes away with its owner, or with the test process. */
export class ParleyDirectory implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'parley-process-'))

  constructor() {
    directories.add(this.path)
  }

  [Symbol.dispose](): void {
    removeDirectory(this.path)
    directories.delete(this.path)
  }
}

function answersReady(url: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const request = get(`${url}/readyz`, { agent: false, timeout: 1000 }, (response) => {
    response.resume()
    resolve(response.statusCode === 200)
  })
  request.on('timeout', () => request.destroy())
  request.on('error', () => resolve(false))
  return promise
}
