import { expect, test } from 'vitest'
import { afterAttempt, callbackUrlProblem } from './callback.ts'

const refused = { type: 'refused', reason: 'It answered 503.', hopeless: false } as const

test('it is tried at once, then ten seconds, a minute and five minutes after a failure, then given up', () => {
  const changes = [0, 1, 2, 3].map((attempts) => afterAttempt(attempts, refused, 1_000_000))
  const lastError = 'It answered 503.'
  expect(changes).toEqual([
    { state: 'pending', attempts: 1, nextAt: 1_010_000, lastError },
    { state: 'pending', attempts: 2, nextAt: 1_060_000, lastError },
    { state: 'pending', attempts: 3, nextAt: 1_300_000, lastError },
    { state: 'failed', attempts: 4, doneAt: 1_000_000, lastError },
  ])
})

test('what is accepted is done, whenever it is', () => {
  expect(afterAttempt(2, { type: 'accepted' }, 7)).toEqual({ state: 'delivered', attempts: 2, doneAt: 7 })
})

test('what is hopeless is not tried again', () => {
  expect(afterAttempt(0, { ...refused, hopeless: true }, 7)).toMatchObject({ state: 'failed', attempts: 1 })
})

test.each([
  ['https://hooks.example/a?token=b', null],
  ['HTTP://hooks.example:8080', null],
  ['ftp://hooks.example/', 'must be a URL that begins with https:// or http://'],
  ['file:///etc/passwd', 'must be a URL that begins with https:// or http://'],
  ['javascript:alert(1)', 'must be a URL that begins with https:// or http://'],
  ['hooks.example/a', 'must be a URL that begins with https:// or http://'],
  ['https://', 'must be a URL that begins with https:// or http://'],
  ['https://hooks.example/a b', 'must be a URL that begins with https:// or http://'],
  ['', 'must be a URL that begins with https:// or http://'],
  ['https://user:word@hooks.example/', 'must not carry a user name or password'],
  [`https://hooks.example/${'a'.repeat(2_048)}`, 'use at most 2048 characters'],
])('%s: %s', (url, problem) => {
  expect(callbackUrlProblem(url)).toBe(problem)
})
