import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Clock } from './clock.ts'
import { isJsonObject, parseJson, type JsonObject } from './json.ts'

/**
 * JSON Web Tokens (RFC 7519) that this server gives and reads itself: HS256 and nothing else, so that a token cannot
 * choose how it is checked.
 */
export interface WebTokens {
  /** `iat` and `exp`, seconds since the epoch, are added to the claims. */
  issue(claims: JsonObject, lifetimeSeconds: number): string
  /** The claims; null when it is not ours, was altered, or has expired. */
  read(token: string): JsonObject | null
}

const header = encode(JSON.stringify({ alg: 'HS256', typ: 'JWT' }))

export function createWebTokens(key: Buffer, clock: Pick<Clock, 'now'>): WebTokens {
  const now = (): number => Math.floor(clock.now() / 1000)
  const sign = (signed: string): string => createHmac('sha256', key).update(signed).digest('base64url')
  return {
    issue(claims, lifetimeSeconds) {
      const iat = now()
      const signed = `${header}.${encode(JSON.stringify({ ...claims, iat, exp: iat + lifetimeSeconds }))}`
      return `${signed}.${sign(signed)}`
    },
    read(token) {
      const [first, payload = '', signature, ...more] = token.split('.')
      if (first !== header || signature === undefined || more.length > 0) return null
      // As text: two texts can be the same bytes.
      const expected = Buffer.from(sign(`${first}.${payload}`))
      const given = Buffer.from(signature)
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) return null
      const claims = parseJson(Buffer.from(payload, 'base64url').toString('utf8'))
      if (!isJsonObject(claims) || typeof claims['exp'] !== 'number') return null
      return claims['exp'] > now() ? claims : null
    },
  }
}

function encode(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64url')
}
