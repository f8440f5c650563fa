import { createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import { createWebTokens } from './json-web-token.ts'
import { deriveKey } from './seal.ts'

const start = Date.UTC(2026, 0, 1)
const key = Buffer.alloc(32, 7)
let now = start
const tokens = createWebTokens(key, { now: () => now })

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

test('a token gives back its claims until it expires', () => {
  now = start
  const token = tokens.issue({ sub: 'ana', cid: 'chat_1' }, 60)
  const claims = { sub: 'ana', cid: 'chat_1', iat: start / 1000, exp: start / 1000 + 60 }
  expect(tokens.read(token)).toEqual(claims)
  now = start + 59_000
  expect(tokens.read(token)).toEqual(claims)
  now = start + 60_000
  expect(tokens.read(token)).toBeNull()
})

test('a token is signed as RFC 7515 says', () => {
  now = start
  const [header, payload, signature] = tokens.issue({}, 60).split('.')
  expect(header).toBe(encode({ alg: 'HS256', typ: 'JWT' }))
  expect(signature).toBe(createHmac('sha256', key).update(`${header}.${payload}`).digest('base64url'))
})

test('what is altered, unsigned, or of another key is no token', () => {
  now = start
  const token = tokens.issue({ sub: 'ana' }, 60)
  const [header = '', payload = '', signature = ''] = token.split('.')
  const none = encode({ alg: 'none' })
  const claims = encode({ sub: 'eve', exp: start })
  const lastAltered = signature.slice(0, -1) + (signature.endsWith('A') ? 'B' : 'A')
  const noneSigned = createHmac('sha256', key).update(`${none}.${payload}`).digest('base64url')
  const noExpiry = createHmac('sha256', key)
    .update(`${header}.${encode({})}`)
    .digest('base64url')
  for (const wrong of [
    '',
    'a.b.c',
    `${header}.${claims}.${signature}`,
    `${none}.${claims}.`,
    `${none}.${payload}.${noneSigned}`,
    `${header}.${payload}.${lastAltered}`,
    `${header}.${payload}.${signature}=`,
    `${token}.more`,
    `${header}.${encode({})}.${noExpiry}`,
    createWebTokens(deriveKey(key, 'another'), { now: () => now }).issue({ sub: 'ana' }, 60),
  ]) {
    expect(tokens.read(wrong)).toBeNull()
  }
})
