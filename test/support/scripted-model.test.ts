import { expect, it } from 'vitest'
import { ask, callsOf, finishOf, partsOf, textOf } from './model-calls.ts'
import { scriptedModel } from './scripted-model.ts'

it('plays its steps in order and remembers the calls', async () => {
  const model = scriptedModel([
    { toolCalls: [{ id: 'c', name: 'lookup', input: { id: 1 } }] },
    { text: ['Hel', 'lo'], usage: { input: 3, output: 2 } },
  ])
  expect(callsOf(await partsOf(model, ask('one')))).toEqual([{ id: 'c', name: 'lookup', input: '{"id":1}' }])
  const parts = await partsOf(model, ask('two'))
  expect(textOf(parts)).toBe('Hello')
  expect(finishOf(parts).usage.outputTokens.total).toBe(2)
  expect(model.calls.length).toBe(2)
  model.assertDone()
})

it('fails on a call beyond its steps, again at the end, and on a step never used', async () => {
  const exhausted = scriptedModel([])
  await expect(partsOf(exhausted, ask('one'))).rejects.toThrow('Unexpected model call number 1')
  expect(() => exhausted.assertDone()).toThrow('Unexpected model call number 1')
  expect(() => scriptedModel([{ text: 'unused' }]).assertDone()).toThrow('1 of 1 steps were never used.')
})

it('waits at its gate, and an abort ends the wait', async () => {
  const gate = Promise.withResolvers<void>()
  const model = scriptedModel([{ text: ['a', 'b'], gate: { at: 1, until: gate.promise } }])
  const parts = await partsOf(model, ask('one'), (part) => {
    if (part.type === 'text-delta') gate.resolve()
  })
  expect(textOf(parts)).toBe('ab')
  const controller = new AbortController()
  const reason = new Error('cancelled')
  const stuck = scriptedModel([{ text: 'a', gate: { at: 'finish', until: new Promise(() => {}) } }])
  const reading = partsOf(stuck, ask('one', { abortSignal: controller.signal }), (part) => {
    if (part.type === 'text-end') queueMicrotask(() => controller.abort(reason))
  })
  await expect(reading).rejects.toBe(reason)
})

it('fails or breaks off where the script says so', async () => {
  const error = new Error('scripted')
  await expect(scriptedModel([{ error, failsAtStart: true }]).doStream(ask('one'))).rejects.toBe(error)
  await expect(partsOf(scriptedModel([{ text: 'a', error }]), ask('one'))).rejects.toBe(error)
  const cut = await partsOf(scriptedModel([{ text: 'a', cutOff: true }]), ask('one'))
  expect(cut.at(-1)?.type).toBe('text-end')
})
