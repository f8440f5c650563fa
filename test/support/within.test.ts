import { expect, test } from 'vitest'
import { within } from './within.ts'

test('what comes in time is handed on, what fails in time fails, and what does not come is late', async () => {
  expect(await within(1000, Promise.resolve('here'))).toBe('here')
  await expect(within(1000, Promise.reject(new Error('no')))).rejects.toThrow('no')
  await expect(within(30, new Promise(() => {}))).rejects.toThrow('It took more than 30 milliseconds.')
})

test('time in which this process could not run does not count', async () => {
  const event = Promise.withResolvers<string>()
  const waiting = within(100, event.promise)
  const until = performance.now() + 300
  while (performance.now() < until);
  setTimeout(() => event.resolve('late through no fault of its own'), 20)
  expect(await waiting).toBe('late through no fault of its own')
})
