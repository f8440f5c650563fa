import { describe, expect, test } from 'vitest'
import { createSecretHider } from './hide-secrets.ts'

const secret = 'ab+c/d"e f='
const hide = createSecretHider([secret])

describe('a secret is hidden', () => {
  test.each([
    ['as it is', secret],
    ['as JavaScript writes it in JSON', JSON.stringify(secret).slice(1, -1)],
    ['as PHP writes it in JSON', 'ab+c\\/d\\"e f='],
    ['as .NET writes it in JSON', 'ab\\u002Bc/d\\u0022e f='],
    ['as some write it in JSON', 'ab\\u002bc\\u002fd\\u0022e\\u0020f\\u003d'],
    ['in a URL', encodeURIComponent(secret)],
    ['in a query', new URLSearchParams({ key: secret }).toString().slice('key='.length)],
    ['in a URL, in lower case', encodeURIComponent(secret).toLowerCase()],
  ])('%s', (_, written) => {
    expect(hide(`before ${written} after ${written}`)).toBe('before *** after ***')
  })

  test('without the scheme that it was sent with, too', () => {
    expect(createSecretHider(['Bearer canary-1'])('Bearer canary-1, canary-1')).toBe('***, ***')
  })

  test('whole, when another one is a part of it', () => {
    expect(createSecretHider(['canary', 'canary-long'])('canary-long canary')).toBe('*** ***')
  })

  test('when it is made of characters that patterns are made of', () => {
    expect(createSecretHider(['a.b*c(d)[e]^$'])('a.b*c(d)[e]^$ axb*c(d)[e]^$')).toBe('*** axb*c(d)[e]^$')
  })
})

test('short words are left alone', () => {
  expect(createSecretHider(['true', '', 'Bearer x'])('true or Bearer x or x')).toBe('true or *** or x')
})
