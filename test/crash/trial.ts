import { setTimeout as delay } from 'node:timers/promises'
import { isJsonObject } from '../../src/lib/json.ts'
import type { ParleyProcess } from '../support/parley-process.ts'
import { checkRun } from './checks.ts'
import { DrivenRun } from './driven-run.ts'
import type { Place } from './place.ts'
import type { CrashPlan, Strike } from './plan.ts'
import type { World } from './world.ts'

/** How long the last life may take until every run has ended, milliseconds: only one that never ends takes as long. */
const patience = 90_000
/** How long a kill may come after the last event that the client saw, milliseconds. */
const lateKill = 20_000

/** How long a run that a crash interrupted stood still, milliseconds. */
export interface Recovery {
  fromSpawn: number
  /** Below 0 when its next event came before the server was asked whether it is ready. */
  fromReady: number
}

export interface Outcome {
  plan: CrashPlan
  /** In sentences; none when every promise was kept. */
  problems: string[]
  /** Runs that asked a person what became of a call. */
  decisions: number
  recoveries: Recovery[]
  /** Streams that a crash cut in the middle and that went on behind the last event the client had. */
  resumedStreams: number
  /** What somebody needs who has to find out why; empty when nothing is wrong. */
  evidence: string
}

/** Makes the crashes of one plan in `place`, lets everything end, and looks at what came of it. */
export async function makeCrashes(plan: CrashPlan, place: Place, world: World): Promise<Outcome> {
  const trial = new Trial(plan, place, world)
  try {
    return await trial.run()
  } finally {
    await trial[Symbol.asyncDispose]()
  }
}

class Trial implements AsyncDisposable {
  readonly #plan: CrashPlan
  readonly #place: Place
  readonly #world: World
  readonly #giveUp = new AbortController()
  readonly #runs: DrivenRun[] = []
  #starting: Promise<void> = Promise.resolve()
  #life: ParleyProcess | null = null
  #readyAt = 0

  constructor(plan: CrashPlan, place: Place, world: World) {
    this.#plan = plan
    this.#place = place
    this.#world = world
  }

  async run(): Promise<Outcome> {
    const plan = this.#plan
    let problems: string[]
    try {
      await this.#live()
      problems = await this.#check()
    } catch (error) {
      problems = [error instanceof Error ? error.message : String(error)]
    }
    return {
      plan,
      problems,
      decisions: this.#runs.filter((run) => run.decisions > 0).length,
      recoveries: this.#runs.flatMap((run) => this.#recovery(run)),
      resumedStreams: this.#runs.filter((run) => (run.follower?.resumes ?? 0) > 0).length,
      evidence: problems.length === 0 ? '' : this.#evidence(),
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#giveUp.abort()
    await this.#life?.[Symbol.asyncDispose]()
  }

  /** All lives of the server, one after the other, until every run has ended. */
  async #live(): Promise<void> {
    for (const [index, strike] of this.#plan.strikes.entries()) {
      const life = this.#begin(strike)
      if (await life.ready()) {
        if (index === 0) await this.#startRuns()
      } else if (index === 0)
        throw new Error(`The server was gone before any run: ${strike.point}:${strike.hit}.`)
      await this.#struck(life, strike)
    }
    const life = this.#begin(null)
    if (!(await life.ready())) throw new Error('The server did not come back.')
    this.#readyAt = performance.now()
    const timer = setTimeout(() => this.#giveUp.abort(), patience)
    try {
      await this.#ended()
    } catch (error) {
      if (!this.#giveUp.signal.aborted) throw error
      throw new Error(`The runs had not ended ${patience} ms after the last start.`, { cause: error })
    } finally {
      clearTimeout(timer)
    }
  }

  #begin(strike: Strike | null): ParleyProcess {
    this.#life = this.#place.start(strike)
    return this.#life
  }

  /** The runs of the scenario; on one thread each follows the one before, whichever life of the server that is in. */
  async #startRuns(): Promise<void> {
    const { scenario, number } = this.#plan
    const agentId = await this.#place.agentId()
    const thread = scenario.oneThread
      ? String((await this.#place.client.expect('POST', '/v1/threads', { agent_id: agentId }))['id'])
      : null
    const mark = `${process.pid}-${number}`
    const drive = (index: number): DrivenRun => {
      const run = scenario.runs[index]
      if (!run) throw new Error('There is no such run.')
      const driven = new DrivenRun({
        client: this.#place.client,
        world: this.#world,
        agentId,
        run,
        order: `${mark}-${index}`,
        threadId: thread,
        signal: this.#giveUp.signal,
      })
      driven.ended.catch(() => {}) // awaited once all have started
      this.#runs.push(driven)
      return driven
    }
    this.#starting = (async () => {
      for (const index of scenario.runs.keys()) {
        const driven = drive(index)
        if (thread !== null) await driven.known
      }
    })()
    this.#starting.catch(() => {}) // awaited by #ended
  }

  async #ended(): Promise<void> {
    await this.#starting
    await Promise.all(this.#runs.map((run) => run.ended))
  }

  /** Waits for the kill. A place that is never passed is a mistake in the plan, or a promise that nobody tests. */
  async #struck(life: ParleyProcess, strike: Strike): Promise<void> {
    const over = new AbortController()
    const missed = async (): Promise<never> => {
      await this.#ended()
      await delay(lateKill, undefined, { signal: over.signal })
      throw new Error(`Everything has ended, and ${strike.point}:${strike.hit} was never reached.`)
    }
    const waiting = missed()
    waiting.catch(() => {}) // cut short once the server is gone
    const { signal } = await Promise.race([life.exited, waiting])
    over.abort()
    if (signal !== 'SIGKILL')
      throw new Error(`The server ended by itself before ${strike.point}:${strike.hit}.`)
    this.#place.crashes += 1
  }

  async #check(): Promise<string[]> {
    const { client } = this.#place
    const agentId = await this.#place.agentId()
    const found = this.#runs.map((run) => checkRun(run, client, this.#world.tools, agentId))
    return (await Promise.all(found)).flat()
  }

  /** From the last start to the moment at which a run that had been interrupted moved again. */
  #recovery(run: DrivenRun): Recovery[] {
    const life = this.#life
    const resumed = run.events.findLast(
      ({ type, data }) =>
        type === 'run.resumed' && isJsonObject(data['data']) && data['data']['reason'] === 'recovered',
    )
    if (!life || !resumed || resumed.at < life.startedAt) return []
    return [{ fromSpawn: resumed.at - life.startedAt, fromReady: resumed.at - this.#readyAt }]
  }

  #evidence(): string {
    const runs = this.#runs.map(({ order, run, events }) => {
      const lines = events.map(
        ({ id, data }) => `    ${id} ${String(data['type'])} ${JSON.stringify(data['data']).slice(0, 200)}`,
      )
      return [`  ${run.flow} (${run.mode}) ${order}`, ...lines].join('\n')
    })
    return [...runs, '  The log of the last life ends with:', (this.#life?.log ?? '').slice(-4000)].join('\n')
  }
}
