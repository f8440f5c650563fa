import { afterAll, describe, expect, test } from 'vitest'
import { createPhoneNumberStore } from '../../src/core/phone-numbers/phone-number-store.ts'
import { newId, printId } from '../../src/lib/ids.ts'
import { silentLog } from '../../src/lib/log.ts'
import { openDatabase } from '../../src/storage/database.ts'
import { migrate } from '../../src/storage/migrate.ts'
import { openEmbedded, temporaryDirectory } from '../support/database.ts'
import { describePhoneRaces } from '../support/phone-races.ts'
import { postgresServer } from '../support/postgres-server.ts'
import { startTestServer } from '../support/server.ts'

test('a server that starts finishes a purchase that its predecessor died in', async () => {
  const dataDir = await temporaryDirectory()
  let id = ''
  {
    await using before = await startTestServer({ dataDir })
    await before.call('POST', '/v1/phone-numbers', { area_code: '212', name: 'Before' })
  }
  {
    await using database = await openEmbedded(dataDir)
    const { id: workspaceId } = await database.kysely
      .selectFrom('workspaces')
      .select('id')
      .executeTakeFirstOrThrow()
    const at = new Date()
    id = newId()
    const row = { id, workspaceId, carrier: 'fictional', areaCode: '212', description: null }
    const reserved = { ...row, name: 'Cut short', createdAt: at, updatedAt: at }
    await createPhoneNumberStore(database.kysely).reserve(reserved, ['+12125550100', '+12125550101'])
  }
  await using after = await startTestServer({ dataDir })
  await expect
    .poll(async () => (await after.call('GET', `/v1/phone-numbers/${printId('phone', id)}`)).body)
    .toMatchObject({ name: 'Cut short', number: '+12125550101', agent_id: null })
  const { body } = await after.call('GET', '/v1/phone-numbers')
  expect(body.data.map(({ name }: { name: string }) => name)).toEqual(['Cut short', 'Before'])
})

const postgres = await postgresServer()

describe.skipIf(postgres === null)('on PostgreSQL', () => {
  afterAll(async () => await postgres?.stop())

  describePhoneRaces(async () => {
    const databaseUrl = (await postgres?.createDatabase()) ?? ''
    const database = await openDatabase({ dataDir: await temporaryDirectory(), databaseUrl, log: silentLog })
    await migrate(database)
    return database
  })
})
