import { afterAll, expect, test } from 'vitest'
import { testDatabase } from '../../../test/support/database.ts'
import type { Clock } from '../../lib/clock.ts'
import { newId } from '../../lib/ids.ts'
import { createAccessService } from './access-service.ts'
import { createAccessStore } from './access-store.ts'
import { createBrowserSessionStore } from './browser-session-store.ts'

const minute = 60_000
const hour = 60 * minute

const database = await testDatabase()
afterAll(async () => await database[Symbol.asyncDispose]())

let now = Date.parse('2026-05-01T00:00:00Z')
const clock: Clock = { now: () => now, monotonic: () => now, sleep: async () => {} }
const store = createAccessStore(database.kysely)
const access = createAccessService({
  store,
  browserSessionStore: createBrowserSessionStore(database.kysely, store),
  clock,
  keyForms: { native: { kind: 'prefixed', prefix: 'pk_' } },
  publishableKeyForms: {},
  publish: () => {},
  notifyOthers: () => {},
})
const ownerKey = `pk_${newId()}`
await access.bootstrap(ownerKey)
const owner = await access.authenticate(ownerKey)
const { browserSessions } = access

async function expectEnded(token: string): Promise<void> {
  for (const use of ['authenticate', 'read', 'prolong'] as const)
    await expect(browserSessions[use](token), use).rejects.toMatchObject({ code: 'not_signed_in' })
}

test('a session lasts twelve hours from when its person was last there', async () => {
  const { token } = await browserSessions.begin(owner)
  for (let use = 0; use < 3; use++) {
    now += 11 * hour
    expect((await browserSessions.prolong(token)).expiresAt).toEqual(new Date(now + 12 * hour))
  }
  expect((await browserSessions.authenticate(token)).userId).toBe(owner.userId)
  now += 12 * hour
  await expectEnded(token)
})

test('requests do not prolong a session, and it is believed no longer than it lasts', async () => {
  const { token, expiresAt } = await browserSessions.begin(owner)
  now += 12 * hour - 1000
  expect((await browserSessions.authenticate(token)).userId).toBe(owner.userId)
  expect((await browserSessions.read(token)).expiresAt).toEqual(expiresAt)
  now += 1000
  await expectEnded(token)
})

test('a session ends after seven days, whoever is there', async () => {
  const { token } = await browserSessions.begin(owner)
  const begun = now
  while (now < begun + 7 * 24 * hour - 11 * hour) {
    now += 11 * hour
    await browserSessions.prolong(token)
  }
  expect((await browserSessions.read(token)).expiresAt).toEqual(new Date(begun + 7 * 24 * hour))
  now = begun + 7 * 24 * hour
  await expectEnded(token)
})

test('ending a session has everybody asked again once, and one that never was nobody', async () => {
  const { token } = await browserSessions.begin(owner)
  let asked = 0
  access.whenInvalidated(() => void (asked += 1))
  await browserSessions.end(token)
  await expectEnded(token)
  expect(asked).toBe(1)
  await browserSessions.end(token)
  await browserSessions.end('A'.repeat(token.length))
  expect(asked).toBe(1)
})

test('a link can be used for fifteen minutes, once', async () => {
  const link = await browserSessions.createLink(owner)
  now += 14 * minute
  expect((await browserSessions.beginWithLink(link.token)).principal.userId).toBe(owner.userId)
  await expect(browserSessions.beginWithLink(link.token)).rejects.toMatchObject({
    code: 'invalid_sign_in_link',
  })
  const late = await browserSessions.createLink(owner)
  now += 15 * minute
  await expect(browserSessions.beginWithLink(late.token)).rejects.toMatchObject({
    code: 'invalid_sign_in_link',
  })
})

test('only hashes are stored', async () => {
  const { token } = await browserSessions.begin(owner)
  const link = await browserSessions.createLink(owner)
  const rows = JSON.stringify([
    await database.kysely.selectFrom('browser_sessions').selectAll().execute(),
    await database.kysely.selectFrom('sign_in_links').selectAll().execute(),
  ])
  for (const secret of [token, link.token, browserSessions.csrfToken(token)])
    expect(rows).not.toContain(secret)
})
