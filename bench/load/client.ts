import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import type { LoadJob, LoadResult } from './job.ts'

/** The load generator in its own process, as seen by whoever gives it jobs. */
export class LoadClient implements AsyncDisposable {
  readonly #process: ChildProcess = fork(new URL('generator.ts', import.meta.url))

  /** Does one job. One at a time. */
  async run(job: LoadJob): Promise<LoadResult> {
    this.#process.send(job)
    const [result] = await once(this.#process, 'message')
    return result as LoadResult // The generator answers each job with one result.
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const exited = once(this.#process, 'exit')
    this.#process.disconnect()
    await exited
  }
}
