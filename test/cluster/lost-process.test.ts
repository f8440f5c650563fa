import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeEach, afterEach, describe, expect, test } from 'vitest'
import { checkStream, checkText } from '../crash/checks.ts'
import { finalText, inputText } from '../crash/flows.ts'
import type { ModelCall } from '../crash/world.ts'
import { postgresServer } from '../support/postgres-server.ts'
import { within } from '../support/within.ts'
import { startCluster, type Cluster } from './cluster.ts'

const postgres = await postgresServer()
/** A cluster promises that the runs of a process that was lost go on after this, milliseconds. */
const recoveryTime = 5000

describe.skipIf(postgres === null)('A process of two that is lost', () => {
  let cluster: Cluster
  /** Holds the model back, per step of an order, the first time it is asked. */
  const gates = new Map<string, Promise<void>>()

  beforeEach(async () => {
    if (!postgres) return
    cluster = await startCluster(postgres, {
      async before({ order, step }: ModelCall) {
        const name = `${order} ${step}`
        const gate = gates.get(name)
        gates.delete(name)
        await gate
      },
    })
  })

  afterEach(async () => await cluster[Symbol.asyncDispose]())
  afterAll(async () => await postgres?.stop())

  test('its runs move to the other within five seconds, and a stream followed there goes on', async () => {
    const { first, second, world } = cluster
    gates.set('moved 2', new Promise(() => {})) // never: the first process dies while it waits for the model
    const started = cluster.start(first, 'charge', 'moved')
    started.ended.catch(() => {}) // its process is gone for good
    const followed = cluster.follow(second, await started.started)
    await expect
      .poll(() => followed.types.filter((type) => type === 'step.started').length, { interval: 5 })
      .toBe(2)
    // It waits for the model once it has asked it, and nobody else will be kept waiting.
    await expect.poll(() => gates.has('moved 2'), { interval: 5 }).toBe(false)
    first.server.kill()
    await within(recoveryTime, expect.poll(() => followed.types, { interval: 5 }).toContain('run.resumed'))
    await followed.ended
    expect(checkStream(followed.events)).toEqual([])
    expect(checkText(followed.events, finalText('charge', 'moved'))).toEqual([])
    expect([...world.tools.order('charge', 'moved').values()].map(({ calls }) => calls)).toEqual([1])
  })

  test('one that stood still for ten seconds writes nothing under its old fence, and then serves new runs', async () => {
    const { first, second, agentId, world } = cluster
    const answered = Promise.withResolvers<void>()
    const goOn = Promise.withResolvers<void>()
    gates.set('frozen 1', answered.promise)
    gates.set('frozen 2', goOn.promise) // the run is still running elsewhere when its first process wakes
    const started = cluster.start(first, 'charge', 'frozen')
    const runId = await started.started
    const followed = cluster.follow(second, runId)
    await expect.poll(() => followed.types, { interval: 5 }).toContain('step.started')
    await expect.poll(() => gates.has('frozen 1'), { interval: 5 }).toBe(false)
    first.server.pause()
    // The model answers a process that stands still: it finds the answer, and the call in it, when it wakes.
    answered.resolve()
    await delay(10_000)
    await expect
      .poll(() => followed.types.filter((type) => type === 'tool.completed'))
      .toEqual(['tool.completed'])
    first.server.resume()

    const body = { input: inputText('charge', 'after'), background: false }
    const later = await first.client.expect('POST', `/v1/agents/${agentId}/runs`, body)
    expect(later['state']).toBe('completed')
    expect(later['output']).toBe(finalText('charge', 'after'))
    goOn.resolve()
    await Promise.all([started.ended, followed.ended])

    const journal = (await second.client.expect('GET', `/v1/runs/${runId}/events?limit=1000`))['data']
    expect(journal).toEqual(followed.events.map(({ data }) => data))
    expect(journal).toEqual(started.events.map(({ data }) => data))
    expect(checkStream(followed.events)).toEqual([])
    expect(checkText(followed.events, finalText('charge', 'frozen'))).toEqual([])
    expect([...world.tools.order('charge', 'frozen').values()].map(({ calls }) => calls)).toEqual([1])
  })
})
