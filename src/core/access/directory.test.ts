import { afterAll, beforeAll, expect, test } from 'vitest'
import { stillClock, testWorkspace } from '../../../test/support/agent-services.ts'
import { testDatabase } from '../../../test/support/database.ts'
import { createAccessService } from './access-service.ts'
import { createAccessStore } from './access-store.ts'
import { createBrowserSessionStore } from './browser-session-store.ts'
import type { Principal } from './principal.ts'

const database = await testDatabase()
afterAll(async () => await database[Symbol.asyncDispose]())

const clock = stillClock()
const accessStore = createAccessStore(database.kysely)
const access = createAccessService({
  store: accessStore,
  browserSessionStore: createBrowserSessionStore(database.kysely, accessStore),
  clock,
  keyForms: { native: { kind: 'prefixed', prefix: 'pk_' } },
  publishableKeyForms: {},
  publish: () => {},
  notifyOthers: () => {},
})
const { directory } = access
let ada: Principal
let admin: Principal

beforeAll(async () => {
  const workspace = await testWorkspace(database)
  ada = await workspace.person('member')
  admin = await workspace.person('admin')
})

const numberOf = async (table: 'organizations' | 'workspaces' | 'users', id: string): Promise<number> => {
  const row = await database.kysely
    .selectFrom(table)
    .select('number')
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
  return Number(row.number)
}

test('a principal is described with the numbers of everything; nothing is known before', async () => {
  expect(directory.known(ada)).toBeUndefined()
  const place = await directory.describe(ada)
  expect(place.organization).toMatchObject({
    id: ada.organizationId,
    number: await numberOf('organizations', ada.organizationId),
    name: 'Test',
  })
  expect(place.workspace).toMatchObject({
    id: ada.workspaceId,
    number: await numberOf('workspaces', ada.workspaceId),
    name: 'Test',
  })
  expect(place.user).toEqual({
    id: ada.userId,
    number: await numberOf('users', ada.userId),
    name: 'member',
    email: null,
  })
  expect(directory.known(ada)).toBe(place)
  expect(await directory.listWorkspaces(ada)).toEqual([place.workspace])
})

test('two users of one workspace are not taken for each other', async () => {
  expect((await directory.describe(ada)).user.id).toBe(ada.userId)
  expect((await directory.describe(admin)).user.id).toBe(admin.userId)
})

test('what was known is forgotten when access changes, here or elsewhere, and after a minute', async () => {
  await directory.describe(ada)
  await access.members.changeRole(admin, ada.userId, 'admin')
  expect(directory.known(ada)).toBeUndefined()
  await directory.describe(ada)
  access.invalidate()
  expect(directory.known(ada)).toBeUndefined()
  await directory.describe(ada)
  clock.move(60_001)
  expect(directory.known(ada)).toBeUndefined()
})
