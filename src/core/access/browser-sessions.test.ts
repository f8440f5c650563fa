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

test('a session lasts twelve hours from its last use', async () => {
  const { token } = await browserSessions.begin(owner)
  for (let use = 0; use < 3; use++) {
    now += 11 * hour
    expect((await browserSessions.authenticate(token)).userId).toBe(owner.userId)
  }
  now += 12 * hour
  await expect(browserSessions.authenticate(token)).rejects.toMatchObject({ code: 'not_signed_in' })
  await expect(browserSessions.read(token)).rejects.toMatchObject({ code: 'not_signed_in' })
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
