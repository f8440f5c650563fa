import { expect, test } from 'vitest'
import { engineOnDemand } from './engine-on-demand.ts'
import type { RunEngine } from './run-engine.ts'

const run = { id: 'r', agentId: 'a', fence: 1 }
const handBack = async () => {}

function fakeEngine() {
  const done: string[] = []
  const engine: RunEngine = {
    enqueue: async ({ id }) => void done.push(`enqueue ${id}`),
    prune: async () => void done.push('prune'),
    [Symbol.asyncDispose]: async () => void done.push('dispose'),
  }
  return { engine, done }
}

test('the first run starts the dispatcher, once', async () => {
  const { engine, done } = fakeEngine()
  let starts = 0
  const onDemand = engineOnDemand({
    handBack,
    async start() {
      starts += 1
      return engine
    },
  })
  await onDemand.prune()
  expect(starts).toBe(0)
  await Promise.all([onDemand.enqueue(run), onDemand.enqueue({ ...run, id: 's' }), onDemand.start()])
  await onDemand.prune()
  expect([starts, done]).toEqual([1, ['enqueue r', 'enqueue s', 'prune']])
})

test('a dispatcher that could not be started hands its run back, and is started anew by the next one', async () => {
  const { engine, done } = fakeEngine()
  let works = false
  const handedBack: string[] = []
  const onDemand = engineOnDemand({
    handBack: async ({ id }) => void handedBack.push(id),
    async start() {
      if (!works) throw new Error('The database does not answer.')
      return engine
    },
  })
  await expect(onDemand.enqueue(run)).rejects.toThrow('The database does not answer.')
  expect(handedBack).toEqual(['r'])
  works = true
  await onDemand.enqueue(run)
  expect(done).toEqual(['enqueue r'])
})

test('disposing ends a dispatcher that is just being started, and takes no run any more', async () => {
  const { engine, done } = fakeEngine()
  const starting = Promise.withResolvers<RunEngine>()
  const onDemand = engineOnDemand({ handBack, start: () => starting.promise })
  const enqueued = onDemand.enqueue(run)
  const disposed = onDemand[Symbol.asyncDispose]()
  starting.resolve(engine)
  await Promise.all([enqueued, disposed])
  expect(done.toSorted()).toEqual(['dispose', 'enqueue r'])
  await expect(onDemand.enqueue(run)).rejects.toMatchObject({ code: 'shutting_down' })
})

test('one that was never started has nothing to end', async () => {
  const { engine, done } = fakeEngine()
  await engineOnDemand({ handBack, start: async () => engine })[Symbol.asyncDispose]()
  expect(done).toEqual([])
})
